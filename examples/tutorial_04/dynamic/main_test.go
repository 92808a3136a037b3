package main

import (
	"bytes"
	"path/filepath"
	"strings"
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

// With -progress there is a line for each change where there is no terminal, and
// the log begins when the run is over.
func TestProgress(t *testing.T) {
	db := filepath.Join(t.TempDir(), "runs.db")
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		args := []string{"-db", db, "-id", "tutorial", "-outcome", "cache", "-progress"}
		if err := run(t.Context(), args, zerolog.SyncWriter(&out)); err != nil {
			t.Fatal(err)
		}
		changes, log, _ := strings.Cut(out.String(), "INFO ")
		for _, want := range []string{
			" 6.2s  fetch_data failed: attempt 4: external source temporarily unavailable\n",
			" 6.4s  error_handling_workflow completed: 4 completed, 1 failed, 2 skipped (run tutorial)\n",
		} {
			if !strings.Contains(changes, want) {
				t.Errorf("no change is %q:\n%s", want, changes)
			}
		}
		if !strings.HasPrefix(log, " tutorial_04 > Pipeline completed") {
			t.Errorf("the log is\n%s", log)
		}
	})
}

func TestUnknownOutcome(t *testing.T) {
	err := run(t.Context(), []string{"-outcome", "fetsch"}, &bytes.Buffer{})
	const want = `unknown outcome "fetsch": want fetch, cache, none or random`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
