// Retries: which failures are worth another attempt.
//
//cloacina:workflow name=settle_order input=Order default_trigger_rules=all_success
//cloacina:workflow default_retry_delay=200ms default_retry_jitter=false
package main

//go:generate go tool cloacina-gen

import (
	"context"
	"errors"
	"fmt"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Order is what a run starts from.
type Order struct {
	ID string `json:"order"`
}

// Quote is written by GetQuote.
type Quote struct {
	Cents int `json:"cents"`
}

// GetQuote says itself which of its errors may pass: retry_condition=transient
// accepts what [cloacina.Transient] marks, beside timeouts and broken
// connections. The delays are 200 ms, 400 ms and so on.
//
//cloacina:task retry_condition=transient
func GetQuote(ctx context.Context, _ Order) (Quote, error) {
	if cloacina.TaskFrom(ctx).Attempt < 3 {
		return Quote{}, cloacina.Transient(errors.New("the market is closed for a moment"))
	}
	return Quote{Cents: 1999}, nil
}

// Payment is written by Charge.
type Payment struct {
	Receipt string `json:"receipt"`
}

// DeclinedError is what the bank answers.
type DeclinedError struct{ Code int }

func (e *DeclinedError) Error() string { return fmt.Sprintf("declined with code %d", e.Code) }

// Charge has a function that looks at the error: retry_if.
//
//cloacina:task dependencies=get_quote retry_if=BankIsBusy retry_backoff=fixed
func Charge(ctx context.Context, in Quote) (Payment, error) {
	if cloacina.TaskFrom(ctx).Attempt == 1 {
		return Payment{}, fmt.Errorf("charge %d: %w", in.Cents, &DeclinedError{Code: 503})
	}
	return Payment{Receipt: "R-1"}, nil
}

// BankIsBusy says whether another attempt makes sense.
func BankIsBusy(err error) bool {
	declined, ok := errors.AsType[*DeclinedError](err)
	return ok && declined.Code == 503
}

// Print looks for a part of the error's text: a list of quoted strings.
//
//cloacina:task dependencies=charge retry_condition="out of paper","paper jam"
func Print(ctx context.Context, in Payment) error {
	if cloacina.TaskFrom(ctx).Attempt == 1 {
		return errors.New("printer 7: paper jam")
	}
	fmt.Println("printed receipt", in.Receipt)
	return nil
}

// Archive would be retried three times, as by default. The error that it marks
// with [cloacina.Permanent] is not, whatever the retry condition says. The run
// completes nevertheless, because of allow_failure.
//
//cloacina:task dependencies=print allow_failure
func Archive(context.Context) error {
	return cloacina.Permanent(errors.New("the archive was closed down"))
}
