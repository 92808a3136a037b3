package cloacina

import (
	"runtime"
	"sync"
)

// crew are the goroutines that calls are executed on. A goroutine that has executed
// one goes on with the next or waits for it, because a new one has to let its stack
// grow again, which costs more than all else about a short call.
//
// Calls that begin are put into a list, and one goroutine is sent for them. Whoever
// takes a call has the next one sent first if there are more, so that none waits for
// the end of another. Where calls are short, those who are there already execute all
// of them, and the others need not be woken one by one.
type crew struct {
	// spawn makes a goroutine that works for the crew.
	spawn func()

	mu    sync.Mutex
	calls fifo[*call] // that have begun and have no goroutine yet
	// wanted says that somebody is to look for the turn.
	wanted bool
	// coming says that a goroutine was sent and has not asked yet what there is to do.
	// It is true as long as there is anything.
	coming bool
	idle   []chan struct{} // of those who wait; the last has waited least
	over   bool
}

// mostIdle is how many goroutines wait for calls at the most. They are kept until
// the runner ends, so that a burst of calls must not leave as many behind.
const mostIdle = 64

// mostInARow is after how many calls a goroutine gives way that has not waited for
// one. Otherwise a long chain of short tasks would keep the processor, if there is
// one only, until the scheduler takes it away, which is after 10 ms.
const mostInARow = 16

// begin has the call executed.
func (w *crew) begin(c *call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls.push(c)
	w.send()
}

// rouse has somebody look for the turn. It reports false if nobody waits or is coming.
func (w *crew) rouse() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.coming && len(w.idle) == 0 {
		return false
	}
	w.wanted = true
	w.send()
	return true
}

// send sees to it that somebody asks what there is to do: one who waits, or a new one.
func (w *crew) send() {
	if w.coming || w.calls.len() == 0 && !w.wanted {
		return
	}
	w.coming = true
	n := len(w.idle)
	if n == 0 {
		w.spawn()
		return
	}
	w.idle[n-1] <- struct{}{}
	w.idle = w.idle[:n-1]
}

// take returns a call to execute; nil if there is none, and if somebody is to look
// for the turn, which goes first: it takes no longer than a commit, and a call may
// take for ever. ok says that there is something to do. sent is whether the goroutine
// was sent.
func (w *crew) take(sent bool) (c *call, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if sent {
		w.coming = false
	}
	defer w.send()
	if w.wanted {
		w.wanted = false
		return nil, true
	}
	return w.calls.pop()
}

// work does what there is to do until the crew is dismissed, or a function has ended
// the goroutine. What a call reports is dealt with on the same goroutine, unless
// somebody else does.
func (w *crew) work(l *loop) {
	wake := make(chan struct{}, 1)
	defer l.r.queue.recall()
	c, _ := w.take(true)
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
		var ok bool
		if c, ok = w.take(false); ok {
			continue
		}
		if !w.rest(wake) {
			return
		}
		n = 0
		if _, sent := <-wake; !sent {
			return
		}
		c, _ = w.take(true)
	}
}

// rest makes a goroutine wait for its next call, unless there will be none or
// enough others wait.
func (w *crew) rest(wake chan struct{}) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || len(w.idle) == mostIdle {
		return false
	}
	w.idle = append(w.idle, wake)
	return true
}

// dismiss ends those who wait, and those who work when they are done.
func (w *crew) dismiss() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	for _, wake := range w.idle {
		close(wake)
	}
	w.idle = nil
}
