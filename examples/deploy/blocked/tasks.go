// Package blocked is a change that open runs cannot follow: Charge has got
// another id, so that for all the plan knows they have not paid.
//
//cloacina:workflow name=order default_trigger_rules=all_success
package blocked

//go:generate go tool cloacina-gen

import "context"

// Payment is written by TakePayment.
type Payment struct {
	Receipt string `json:"receipt"`
}

// TakePayment was called Charge. To rename a function, keep the id: id=charge.
//
//cloacina:task
func TakePayment(context.Context) (Payment, error) { return Payment{Receipt: "R-3"}, nil }

// Pack depends on a task that open runs do not know.
//
//cloacina:task dependencies=take_payment
func Pack(context.Context, Payment) error { return nil }

// Send is as it was.
//
//cloacina:task dependencies=pack
func Send(context.Context) error { return nil }
