// Shared: two workflows of one package use the same types and functions. Each is
// a struct type, and each names its own tasks: ids are unique in a workflow only.
package main

//go:generate go tool cloacina-gen

import "fmt"

// Account says whose sales are reported, in both workflows.
type Account struct {
	Name string `json:"account"`
}

// Sales are the amounts of some days, in both workflows.
type Sales struct {
	Amounts []int `json:"amounts"`
}

// Shop is what the tasks of both workflows share: it is embedded in the
// workflow types. A function that two tasks need is a method of it, or a plain
// function.
type Shop struct {
	// Ledger has the sales of each day, the last day last.
	Ledger map[string][]int
}

// sales returns the sales of the last days.
func (s Shop) sales(account string, days int) (Sales, error) {
	ledger := s.Ledger[account]
	if len(ledger) < days {
		return Sales{}, fmt.Errorf("%s: only %d of %d days are in the ledger", account, len(ledger), days)
	}
	return Sales{Amounts: ledger[len(ledger)-days:]}, nil
}

// total is used by both workflows.
func total(amounts []int) int {
	sum := 0
	for _, amount := range amounts {
		sum += amount
	}
	return sum
}

// Statement is what the last task of both workflows reads.
type Statement struct {
	Account
	Sales
}
