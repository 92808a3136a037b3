package main

import (
	"context"
	"errors"
	"log"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// run registers both workflows with one shop and runs each once.
func run(ctx context.Context) (err error) {
	r, err := cloacina.Open(ctx, "shared.db", cloacina.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Shutdown(ctx)) }()

	shop := Shop{Ledger: map[string][]int{"bakery": {60, 70, 80, 75, 90, 120, 30}}}
	if err := r.Register((&Daily{shop}).Workflow(), (&Weekly{shop}).Workflow()); err != nil {
		return err
	}
	if _, err := RunDaily(ctx, r, Account{Name: "bakery"}); err != nil {
		return err
	}
	_, err = RunWeekly(ctx, r, Account{Name: "bakery"})
	return err
}
