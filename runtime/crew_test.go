package cloacina

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
)

// goroutine names the goroutine that asks.
func goroutine() string {
	buf := make([]byte, 64)
	name, _, _ := strings.Cut(string(buf[:runtime.Stack(buf, false)]), "[")
	return name
}

// Calls share goroutines one after the other, and never at once; one that is
// ended by a call is replaced.
func TestCrewIsUsedAgain(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		var on []string
		note := func() { on = append(on, goroutine()) }
		gate := make(chan struct{})
		r := p.open(t,
			flow("one", plain("a", func(context.Context) error { note(); return nil })),
			flow("panics", plain("a", func(context.Context) error { note(); panic("here") })),
			flow("goes", plain("a", func(context.Context) error { note(); runtime.Goexit(); return nil })),
			flow("waits", plain("a", func(context.Context) error { note(); <-gate; return nil })),
		)
		defer shutdown(t, r)
		execute := func(name string, want error) {
			t.Helper()
			if _, err := r.Execute(t.Context(), name, nil); want == nil && err != nil || !errors.Is(err, want) {
				t.Errorf("%s: %v", name, err)
			}
			synctest.Wait()
		}
		execute("one", nil)
		if _, err := r.Execute(t.Context(), "panics", nil); err == nil {
			t.Error("the panic is no error")
		}
		synctest.Wait()
		execute("goes", ErrGoexit)
		execute("one", nil)
		waiting, err := r.Start(t.Context(), "waits", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		execute("one", nil)
		close(gate)
		if _, err := waiting.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		want := []bool{true, true, false, true, false} // on the goroutine of the call before
		for i, same := range want {
			if (on[i+1] == on[i]) != same {
				t.Errorf("call %d is on %q, the one before on %q", i+1, on[i+1], on[i])
			}
		}
	})
}

// A call that comes back after the runner has ended ends its goroutine, which
// the bubble of the test would wait for.
func TestCrewIsDismissed(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		gate := make(chan struct{})
		r := p.open(t, flow("w", plain("a", nothing), plain("b", func(context.Context) error { <-gate; return nil })))
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.Shutdown(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("shutdown: %v", err)
		}
		close(gate)
	})
}

// However many calls there were at once, a bounded number of goroutines waits
// for the next ones, and none after the end.
func TestCrewIsBounded(t *testing.T) {
	t.Parallel()
	var w crew
	var waiting []chan *call
	for range 3 * mostIdle {
		if next := make(chan *call); w.rest(next) {
			waiting = append(waiting, next)
		}
	}
	if len(waiting) != mostIdle {
		t.Errorf("%d goroutines wait, want %d", len(waiting), mostIdle)
	}
	w.dismiss()
	for _, next := range waiting {
		if c := <-next; c != nil {
			t.Error("a call was begun")
		}
	}
	if w.rest(make(chan *call)) {
		t.Error("a goroutine waits for calls after the end")
	}
}
