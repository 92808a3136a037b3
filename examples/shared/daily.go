package main

import (
	"context"
	"fmt"
)

// Daily reports the sales of one day.
//
//cloacina:workflow name=daily_report input=Account default_trigger_rules=all_success
type Daily struct{ Shop }

// Load reads the ledger.
//
//cloacina:task
func (d *Daily) Load(_ context.Context, in Account) (Sales, error) {
	return d.sales(in.Name, 1)
}

// Report prints the sum.
//
//cloacina:task dependencies=load
func (d *Daily) Report(_ context.Context, in Statement) error {
	fmt.Printf("%s sold for %d yesterday\n", in.Name, total(in.Amounts))
	return nil
}
