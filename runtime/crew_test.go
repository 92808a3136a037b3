package cloacina

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
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
	var waiting []chan struct{}
	for range 3 * mostIdle {
		if wake := make(chan struct{}, 1); w.rest(wake) {
			waiting = append(waiting, wake)
		}
	}
	if len(waiting) != mostIdle {
		t.Errorf("%d goroutines wait, want %d", len(waiting), mostIdle)
	}
	w.dismiss()
	for _, wake := range waiting {
		if _, sent := <-wake; sent {
			t.Error("one was sent for nothing")
		}
	}
	if w.rest(make(chan struct{}, 1)) {
		t.Error("a goroutine waits for calls after the end")
	}
}

// Calls are executed in the order in which they began, each by somebody who was sent
// or is there already, and the turn is looked for before any of them.
func TestCrewTakesTheTurnFirst(t *testing.T) {
	t.Parallel()
	spawned := 0
	w := &crew{spawn: func() { spawned++ }}
	if w.rouse() {
		t.Error("there is somebody to look for the turn")
	}
	first, second, third := &call{}, &call{}, &call{}
	w.begin(first)
	w.begin(second)
	if spawned != 1 {
		t.Errorf("%d were sent for two calls at once", spawned)
	}
	if !w.rouse() || spawned != 1 {
		t.Error("nobody looks for the turn, or one more was sent than is coming")
	}
	if c, ok := w.take(true); c != nil || !ok || spawned != 2 {
		t.Errorf("took %v, %v, sent %d", c, ok, spawned)
	}
	if c, ok := w.take(false); c != first || !ok || spawned != 2 {
		t.Errorf("took %v, %v, sent %d", c, ok, spawned)
	}
	w.begin(third)
	for i, want := range []*call{second, third} {
		if c, ok := w.take(i == 0); c != want || !ok {
			t.Errorf("took %v, %v", c, ok)
		}
	}
	if c, ok := w.take(true); c != nil || ok || spawned != 3 {
		t.Errorf("took %v, %v, sent %d", c, ok, spawned)
	}
}

// As many calls as there are slots execute at once, however long they take, although
// each waits for all others.
func TestCallsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		const n = 3 * mostIdle
		p.cfg.MaxConcurrentTasks = n
		var all sync.WaitGroup
		all.Add(n)
		meet := func(context.Context) error { all.Done(); all.Wait(); return nil }
		var tasks []task
		for i := range n {
			tasks = append(tasks, plain(fmt.Sprint("t", i), meet))
		}
		r := p.open(t, flow("w", tasks...))
		defer shutdown(t, r)
		for range 2 { // with goroutines that are new, and with those that wait
			if _, err := r.Execute(t.Context(), "w", nil); err != nil {
				t.Fatal(err)
			}
			all.Add(n)
		}
	})
}
