package main

import (
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/examples/internal/golden"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func TestOutput(t *testing.T) { golden.Run(t, "output.txt", run) }

// A run is there for 30 days, and then it is not. The days are virtual.
func TestRetention(t *testing.T) {
	file := filepath.Join(t.TempDir(), "operations.db")
	synctest.Test(t, func(t *testing.T) {
		r, err := cloacina.Open(t.Context(), file, cloacina.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Shutdown(t.Context()) }()
		if err := r.Register(Workflow()); err != nil {
			t.Fatal(err)
		}
		if err := night(t.Context(), r, "2029-12-31"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(29 * 24 * time.Hour)
		_, before := r.Run(t.Context(), "night-2029-12-31")
		time.Sleep(25 * time.Hour)
		_, after := r.Run(t.Context(), "night-2029-12-31")
		if before != nil || !errors.Is(after, cloacina.ErrRunNotFound) {
			t.Errorf("after 29 days: %v, after 30 days: %v; want the run to be gone only then", before, after)
		}
	})
}
