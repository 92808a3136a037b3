// Resume: a run goes on after its process was killed.
//
//cloacina:workflow name=ship_order input=Order default_trigger_rules=all_success
package main

//go:generate go tool cloacina-gen

import (
	"context"
	"fmt"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Order is what a run starts from.
type Order struct {
	Article string `json:"article"`
}

// Payment is written by Charge.
type Payment struct {
	Receipt string `json:"receipt"`
}

// Charge completes before the process dies. It is never run again.
//
//cloacina:task
func Charge(ctx context.Context, in Order) (Payment, error) {
	// A shop would give this key to its bank. It is the same for all attempts,
	// so that a bank which has seen it does not charge twice.
	fmt.Println("charge:", in.Article, "with key", cloacina.TaskFrom(ctx).IdempotencyKey)
	return Payment{Receipt: "R-1"}, nil
}

// Pack is under way when the process dies. It is run again, as the same attempt,
// and uses up no retry.
//
//cloacina:task dependencies=charge
func Pack(ctx context.Context, in Payment) error {
	fmt.Println("pack: attempt", cloacina.TaskFrom(ctx).Attempt)
	if *slow {
		<-ctx.Done() // long enough to be killed
		return context.Cause(ctx)
	}
	fmt.Println("pack: done, with receipt", in.Receipt)
	return nil
}

// Send runs when Pack has completed.
//
//cloacina:task dependencies=pack
func Send(context.Context) error {
	fmt.Println("send")
	return nil
}
