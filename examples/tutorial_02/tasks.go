// Tutorial 02: values and dependencies. Three tasks make an invoice.
//
//cloacina:workflow name=invoice input=Order default_trigger_rules=all_success
package main

//go:generate go tool cloacina-gen

import (
	"context"
	"fmt"
)

// Order is what a run starts from. Each field is a value of the run under the
// name of its json tag: here "article" and "quantity".
type Order struct {
	Article  string `json:"article"`
	Quantity int    `json:"quantity"`
}

// Price is what FindPrice writes: the value "price_cents".
type Price struct {
	Cents int `json:"price_cents"`
}

// FindPrice looks the article up in the price list.
//
//cloacina:task
func FindPrice(_ context.Context, in Order) (Price, error) {
	prices := map[string]int{"chair": 8900, "lamp": 2490}
	cents, ok := prices[in.Article]
	if !ok {
		return Price{}, fmt.Errorf("no price for %q", in.Article)
	}
	return Price{Cents: cents}, nil
}

// Line is what AddUp reads: what the order says and what FindPrice wrote. The
// fields of an embedded struct count as fields of Line.
type Line struct {
	Order
	Price
}

// Sum is what AddUp writes.
type Sum struct {
	Cents int `json:"total_cents"`
}

// AddUp multiplies. It reads what FindPrice wrote, so it depends on it.
//
//cloacina:task dependencies=find_price
func AddUp(_ context.Context, in Line) (Sum, error) {
	return Sum{Cents: in.Quantity * in.Price.Cents}, nil
}

// Bill is what WriteInvoice reads. FindPrice is an ancestor by way of AddUp, so
// its value could be read here too.
type Bill struct {
	Order
	Sum
}

// Invoice is what WriteInvoice writes.
type Invoice struct {
	Text string `json:"invoice"`
}

// WriteInvoice writes the text of the invoice.
//
//cloacina:task dependencies=add_up
func WriteInvoice(_ context.Context, in Bill) (Invoice, error) {
	text := fmt.Sprintf("%d x %s: %d.%02d", in.Quantity, in.Article, in.Cents/100, in.Cents%100)
	return Invoice{Text: text}, nil
}
