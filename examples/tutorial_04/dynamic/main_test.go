package main

import (
	"bytes"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/rs/zerolog"

	"github.com/cloacina-go/cloacina/examples/internal/golden"
)

// Each outcome prints what is recorded, retries included: time is virtual, and
// the id of the run decides the jitter of its delays.
func TestOutcomes(t *testing.T) {
	for _, outcome := range []string{"fetch", "cache", "none"} {
		t.Run(outcome, func(t *testing.T) {
			db := filepath.Join(t.TempDir(), "runs.db")
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				args := []string{"-db", db, "-id", "tutorial", "-outcome", outcome}
				if err := run(t.Context(), args, zerolog.SyncWriter(&out)); err != nil {
					t.Fatal(err)
				}
				golden.Check(t, outcome+".txt", out.String())
			})
		})
	}
}

func TestUnknownOutcome(t *testing.T) {
	err := run(t.Context(), []string{"-outcome", "fetsch"}, &bytes.Buffer{})
	const want = `unknown outcome "fetsch": want fetch, cache, none or random`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
