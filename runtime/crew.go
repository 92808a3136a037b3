package cloacina

import (
	"runtime"
	"sync"
)

// crew are the goroutines that calls are executed on. A goroutine that has
// executed one waits for the next, because a new one has to let its stack grow
// again, which costs more than all else about a short call.
type crew struct {
	mu   sync.Mutex
	idle []chan *call // of those who wait; the last has waited least
	over bool
}

// mostIdle is how many goroutines wait for calls at the most. They are kept until
// the runner ends, so that a burst of calls must not leave as many behind.
const mostIdle = 64

// mostInARow is after how many calls a goroutine gives way that has not waited for
// one. Otherwise a long chain of short tasks would keep the processor, if there is
// one only, until the scheduler takes it away, which is after 10 ms.
const mostInARow = 16

// begin executes the call on a goroutine of its own.
func (w *crew) begin(c *call) {
	if next := w.pick(); next != nil {
		next <- c
	} else {
		go w.work(c)
	}
}

// rouse has a goroutine that waits look for the turn. It reports false if none waits.
func (w *crew) rouse() bool {
	next := w.pick()
	if next == nil {
		return false
	}
	next <- nil
	return true
}

// pick returns the channel of a goroutine that has waited; nil if there is none.
func (w *crew) pick() chan *call {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.idle)
	if n == 0 {
		return nil
	}
	next := w.idle[n-1]
	w.idle = w.idle[:n-1]
	return next
}

// work executes calls until the crew is dismissed, or a function has ended the
// goroutine. What a call reports is dealt with on the same goroutine, unless
// somebody else does.
func (w *crew) work(c *call) {
	l, next := c.l, make(chan *call, 1)
	defer l.r.queue.recall()
	for n := 1; ; n++ {
		if c != nil {
			c.execute()
		}
		if n%mostInARow == 0 {
			runtime.Gosched()
		}
		if c = l.help(); c != nil {
			continue
		}
		if !w.rest(next) {
			return
		}
		n = 0
		var called bool
		if c, called = <-next; !called {
			return
		}
	}
}

// rest makes a goroutine wait for its next call, unless there will be none or
// enough others wait.
func (w *crew) rest(next chan *call) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || len(w.idle) == mostIdle {
		return false
	}
	w.idle = append(w.idle, next)
	return true
}

// dismiss ends those who wait, and those who work when they are done.
func (w *crew) dismiss() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	for _, next := range w.idle {
		close(next)
	}
	w.idle = nil
}
