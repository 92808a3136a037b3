package cloacinatest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// calls are the calls of tasks that have not returned. They can be asked from
// outside the bubble of the run.
type calls struct {
	mu     sync.Mutex
	began  time.Time // when the run was started
	bubble string    // the name of the run's bubble in stacks; empty in real time
	open   []*watch
}

// watch is one call.
type watch struct {
	task      string
	attempt   int
	start     time.Time
	goroutine string
	done      chan struct{}
}

// watched is a Call that is among the open calls while it executes.
type watched struct {
	cloacina.Call
	calls *calls
	task  string
}

// Execute is one attempt.
func (w *watched) Execute(ctx context.Context, k *cloacina.Keys) error {
	call := &watch{
		task: w.task, attempt: cloacina.TaskFrom(ctx).Attempt, start: time.Now(),
		goroutine: ownStack().id(), done: make(chan struct{}),
	}
	w.calls.add(call)
	defer w.calls.remove(call)
	return w.Call.Execute(ctx, k)
}

// begin says when the run is started, and in which bubble.
func (c *calls) begin(now time.Time, bubble string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.began, c.bubble = now, bubble
}

func (c *calls) add(call *watch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = append(c.open, call)
}

func (c *calls) remove(call *watch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = slices.DeleteFunc(c.open, func(o *watch) bool { return o == call })
	close(call.done)
}

// wait waits until no call is open, and reports whether that is so before ctx ends.
func (c *calls) wait(ctx context.Context) bool {
	for {
		c.mu.Lock()
		if len(c.open) == 0 {
			c.mu.Unlock()
			return true
		}
		done := c.open[0].done
		c.mu.Unlock()
		select {
		case <-done:
		case <-ctx.Done():
			return false
		}
	}
}

// String lists the open calls with what their goroutines do, and goroutines of
// the run that belong to none of them.
func (c *calls) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	stacks := allStacks()
	var b strings.Builder
	open := slices.SortedFunc(slices.Values(c.open), func(a, b *watch) int {
		return cmp.Or(a.start.Compare(b.start), strings.Compare(a.task, b.task))
	})
	for _, call := range open {
		fmt.Fprintf(&b, "\n  task %q, attempt %d, since %v:",
			call.task, call.attempt, call.start.Sub(c.began).Round(time.Millisecond))
		for _, s := range stacks {
			if s.id() == call.goroutine {
				b.WriteString(s.indented("    "))
			}
		}
	}
	for _, s := range stacks {
		ofTask := func(call *watch) bool { return s.id() == call.goroutine }
		if s.in(c.bubble) && s.foreign() && !slices.ContainsFunc(c.open, ofTask) {
			b.WriteString("\n  another goroutine:" + s.indented("    "))
		}
	}
	return b.String()
}
