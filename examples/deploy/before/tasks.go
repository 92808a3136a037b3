// Package before is the workflow as it was when the run started.
//
//cloacina:workflow name=order default_trigger_rules=all_success
package before

//go:generate go tool cloacina-gen

import (
	"context"
	"time"
)

// Payment is written by Charge.
type Payment struct {
	Receipt string `json:"receipt"`
}

// Charge completes before the deployment.
//
//cloacina:task
func Charge(context.Context) (Payment, error) { return Payment{Receipt: "R-1"}, nil }

// Pack takes an hour: it is under way when the program is stopped.
//
//cloacina:task dependencies=charge
func Pack(ctx context.Context, _ Payment) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(time.Hour):
		return nil
	}
}

// Send waits.
//
//cloacina:task dependencies=pack
func Send(context.Context) error { return nil }
