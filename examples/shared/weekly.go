package main

import (
	"context"
	"fmt"
)

// Weekly reports the sales of seven days and their average.
//
//cloacina:workflow name=weekly_report input=Account default_trigger_rules=all_success
type Weekly struct{ Shop }

// Load reads the ledger. The daily report has a task of the same name.
//
//cloacina:task
func (w *Weekly) Load(_ context.Context, in Account) (Sales, error) {
	return w.sales(in.Name, 7)
}

// Report prints the sum and the average.
//
//cloacina:task dependencies=load
func (w *Weekly) Report(_ context.Context, in Statement) error {
	sum := total(in.Amounts)
	fmt.Printf("%s sold for %d in a week, %d a day\n", in.Name, sum, sum/len(in.Amounts))
	return nil
}
