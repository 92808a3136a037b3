package cloacina

import (
	"cmp"
	"context"
	"sync"
	"time"
)

// attemptContext is the context of an attempt, by which [TaskFrom] finds it. The
// one that can be cancelled is made when something asks for it, which the greater
// part of all functions never do.
type attemptContext struct {
	call *call

	mu     sync.Mutex
	made   context.Context // nil until it is asked for
	cancel context.CancelCauseFunc
	// cause is why the attempt has ended, if that was before the context was asked for.
	cause error
}

// context returns the context that can be cancelled.
func (c *attemptContext) context() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made, c.cancel = context.WithCancelCause(context.Background())
		if c.cause != nil {
			c.cancel(c.cause)
		}
	}
	return c.made
}

// end cancels the context; only the first cause counts.
func (c *attemptContext) end(cause error) {
	c.mu.Lock()
	cancel := c.cancel
	if cancel == nil && c.cause == nil {
		c.cause = cmp.Or(cause, context.Canceled)
	}
	c.mu.Unlock()
	if cancel != nil {
		cancel(cause)
	}
}

// Deadline says that there is none: that of a task with a timeout is the one of a
// context that is derived from this one.
func (c *attemptContext) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }

func (c *attemptContext) Done() <-chan struct{} { return c.context().Done() }

func (c *attemptContext) Err() error { return c.context().Err() }

// Value returns the call for taskKey, which is asked for most. What else is asked
// for is how the package context finds the context that can be cancelled.
func (c *attemptContext) Value(key any) any {
	if key == (taskKey{}) {
		return c.call
	}
	return c.context().Value(key)
}
