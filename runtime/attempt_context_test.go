package cloacina

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// A context that nobody has asked for before the end of its attempt is one that
// has ended, with the first cause.
func TestContextIsAskedForAfterTheAttempt(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{ErrShutdown, ErrCancelled, nil} {
		c := &attemptContext{}
		c.end(cause)
		c.end(errSource)
		if c.made != nil {
			t.Error("a context was made that nobody has asked for")
		}
		if cause == nil {
			cause = context.Canceled
		}
		if got := context.Cause(c); !errors.Is(got, cause) {
			t.Errorf("cause is %v, want %v", got, cause)
		}
		if err := c.Err(); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
		<-c.Done()
		child, cancel := context.WithCancel(c)
		defer cancel()
		if got := context.Cause(child); !errors.Is(got, cause) {
			t.Errorf("cause of a child is %v, want %v", got, cause)
		}
	}
}

// What is derived from the context ends with it, and with its cause.
func TestContextEndsItsChildren(t *testing.T) {
	t.Parallel()
	type key struct{}
	c := &attemptContext{call: &call{}}
	child, cancel := context.WithCancel(context.WithValue(c, key{}, 1))
	defer cancel()
	called := make(chan struct{})
	context.AfterFunc(c, func() { close(called) })
	stopped := context.AfterFunc(c, func() { t.Error("it was stopped") })
	if !stopped() {
		t.Error("cannot be stopped")
	}
	kept := context.WithoutCancel(c)
	if c.Err() != nil || child.Err() != nil || context.Cause(child) != nil {
		t.Errorf("ended before its end: %v, %v", c.Err(), child.Err())
	}
	c.end(ErrShutdown)
	c.end(errSource)
	<-called
	<-child.Done()
	for _, ended := range []context.Context{c, child} {
		if err := ended.Err(); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
		if cause := context.Cause(ended); !errors.Is(cause, ErrShutdown) {
			t.Errorf("cause is %v", cause)
		}
	}
	if kept.Err() != nil || kept.Value(taskKey{}) != c.call || child.Value(taskKey{}) != c.call {
		t.Error("the call is not found by what was derived")
	}
	if _, ok := c.Deadline(); ok || c.Value(key{}) != nil {
		t.Error("there is a deadline or a value of somebody else")
	}
}

// Whoever asks while the attempt ends sees the end and its cause.
func TestContextEndsWhileItIsAskedFor(t *testing.T) {
	t.Parallel()
	for range 1000 {
		c := &attemptContext{}
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				<-c.Done()
				if cause := context.Cause(c); !errors.Is(cause, ErrShutdown) {
					t.Errorf("cause is %v", cause)
				}
			})
		}
		all.Go(func() { c.end(ErrShutdown) })
		all.Wait()
	}
}
