// Operations: runs that are over are removed, and the file is copied and
// checked, all while the program works.
//
// Runs of this workflow stay for 30 days after their end.
//
//cloacina:workflow name=nightly input=Night retention=720h
//cloacina:workflow description="Does what is done at night"
package main

//go:generate go tool cloacina-gen

import (
	"context"
	"errors"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Night is what a run starts from.
type Night struct {
	Date string `json:"date"`
}

// Clean fails in the night of a holiday.
//
//cloacina:task
func Clean(_ context.Context, in Night) error {
	if in.Date == "2030-01-01" {
		return cloacina.Permanent(errors.New("nobody is there"))
	}
	return nil
}
