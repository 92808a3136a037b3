// Tutorial 01: the first workflow. It has one task.
//
//cloacina:workflow name=greeting default_trigger_rules=all_success
package main

//go:generate go tool cloacina-gen

import (
	"context"
	"fmt"
)

// Greet says hello.
//
//cloacina:task
func Greet(context.Context) error {
	fmt.Println("Hello, world!")
	return nil
}
