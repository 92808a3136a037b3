// Package newsletter is a library: it has a workflow and no main. A program that
// imports it registers [Workflow] and calls [Run], which are generated here and
// exported like everything else.
//
//cloacina:workflow input=Issue default_trigger_rules=all_success
//cloacina:workflow description="Sends an issue of the newsletter"
package newsletter

//go:generate go tool cloacina-gen

import (
	"context"
	"fmt"
	"strings"
)

// Issue is what a run starts from.
type Issue struct {
	Title   string   `json:"title"`
	Readers []string `json:"readers"`
}

// Page is written by Render.
type Page struct {
	HTML string `json:"html"`
}

// Delivery is written by Deliver.
type Delivery struct {
	Copies int `json:"copies"`
}

// The functions need not be exported: only the workflow is seen from outside.

// render makes a page of the issue.
//
//cloacina:task
func render(_ context.Context, in Issue) (Page, error) {
	return Page{HTML: "<h1>" + in.Title + "</h1>"}, nil
}

// mail is what deliver reads.
type mail struct {
	Page
	Readers []string `json:"readers"`
}

// deliver sends the page to the readers.
//
//cloacina:task dependencies=render
func deliver(_ context.Context, in mail) (Delivery, error) {
	fmt.Println(in.HTML, "to", strings.Join(in.Readers, ", "))
	return Delivery{Copies: len(in.Readers)}, nil
}
