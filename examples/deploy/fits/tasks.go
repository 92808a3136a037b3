// Package fits is a change that open runs can follow: what they have done stays
// as it is, the task Notify is new, and Pack has become faster.
//
//cloacina:workflow name=order default_trigger_rules=all_success
package fits

//go:generate go tool cloacina-gen

import "context"

// Payment is written by Charge.
type Payment struct {
	Receipt string `json:"receipt"`
}

// Charge has completed in open runs, and is not run again.
//
//cloacina:task
func Charge(context.Context) (Payment, error) { return Payment{Receipt: "R-2"}, nil }

// Pack runs again, because the deployment stopped it.
//
//cloacina:task dependencies=charge retry_attempts=5
func Pack(context.Context, Payment) error { return nil }

// Send is as it was.
//
//cloacina:task dependencies=pack
func Send(context.Context) error { return nil }

// Notify is new.
//
//cloacina:task dependencies=send
func Notify(context.Context) error { return nil }
