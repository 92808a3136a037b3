package cloacina

import (
	"cmp"
	"context"
	"iter"
	"log/slog"
	"slices"
	"sync/atomic"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// call is one call of a task's function. It holds a slot from its start until
// it has both come back and been settled, or was given up.
type call struct {
	l       *loop
	run     *openRun
	task    int
	attempt int
	seq     uint64 // the order of starting

	ctx  attemptContext
	keys attemptKeys
	// over says that the function has come back, or that its context ends: who
	// sets it first decides whether what the function returns counts.
	over atomic.Bool
	// unwatch stops the watch over the deadline; nil if there is none. It reports
	// false if the watch has begun to act.
	unwatch func() bool
	info    atomic.Pointer[TaskInfo] // made when it is asked for
	// What came of it, complete when the end of the function is reported: failure is
	// nil if the attempt succeeded, with what is written in keys; late says that the
	// function came back after the end of its context, and that the others say nothing.
	failure *failure
	late    bool

	// The rest belongs to the loop.
	begun    bool // it was handed to the crew
	settled  bool // the outcome of the attempt is decided
	returned bool // the function has come back
	gone     bool // the slot is given back
	wanted   bool // the task is ready again and waits for this call
	place    int  // in the list of calls
	abandon  *due // gives the call up
}

// newCall makes the call for an attempt that starts, which the crew executes.
func (l *loop) newCall(run *openRun, task, attempt int) *call {
	l.lastCall++
	c := &call{l: l, run: run, task: task, attempt: attempt, seq: l.lastCall, place: len(l.calls)}
	c.ctx.call = c
	c.keys.init(run.graph, run.state, run.writers, task, l.r.lim)
	run.calls = append(run.calls, runningCall{task, c})
	l.calls = append(l.calls, c)
	if run.state.Tasks[task].Suspect(l.r.cfg.MaxInterruptions) {
		l.suspect = c
	}
	return c
}

// execute calls the function and reports its end, whatever that is: a return,
// a panic, or the end of the goroutine. It is started once the start of the
// attempt is on disk; the deadline counts from then.
func (c *call) execute() {
	var ctx context.Context = &c.ctx
	if timeout := c.run.plan.Tasks[c.task].Timeout; timeout > 0 {
		var release context.CancelFunc
		ctx, release = context.WithTimeoutCause(ctx, timeout, attemptTimeout{timeout})
		defer release()
		expired := func() { c.expired(attemptTimeout{timeout}) }
		stop := context.AfterFunc(ctx, expired)
		c.unwatch = func() bool {
			if !stop() {
				return false
			}
			if ctx.Err() == nil {
				return true
			}
			// The function has seen its end before the watch did. What the watch asks
			// may end its goroutine, and this one has yet to report.
			go expired()
			return false
		}
	}
	var err error
	ended := false
	defer func() {
		if p := recover(); p != nil {
			err = newPanicError(c.run.plan.Tasks[c.task].ID, p)
		} else if !ended {
			err = ErrGoexit
		}
		c.report(err)
	}()
	err = c.run.code[c.task].Call.Execute(ctx, &c.keys.Keys)
	ended = true
}

// expired runs at the deadline of the attempt, and also when the loop stops it,
// who comes first then.
func (c *call) expired(cause attemptTimeout) {
	if c.over.Swap(true) {
		return
	}
	c.keys.close()
	e := &attemptFailed{call: c, failure: unexamined(cause)}
	defer c.l.r.queue.push(e) // even if a retry_if ends the goroutine
	c.examine(e.failure)
}

// stop ends the attempt for its function, if that has not come back; the loop
// calls it.
func (c *call) stop(cause error) {
	if !c.over.Swap(true) {
		c.keys.close()
	}
	c.ctx.end(cause)
}

// report hands the end of the function to the loop.
func (c *call) report(err error) {
	// The watch acts on a goroutine of its own, which need not have got so far as
	// to set over when the function that its context has ended returns.
	c.late = c.unwatch != nil && !c.unwatch() || c.over.Swap(true)
	defer c.l.r.queue.report(attemptReturned{c}) // even if a method of the error ends the goroutine
	defer c.ctx.end(nil)                         // for what the function has left behind
	if c.late {
		return
	}
	if err == nil {
		err = c.keys.seal()
	} else {
		c.keys.close()
	}
	if err != nil {
		c.failure = unexamined(err)
		c.examine(c.failure)
	}
}

func (c *call) examine(f *failure) {
	f.examine(c.run.plan.Tasks[c.task].Retry, c.run.code[c.task].RetryIf)
}

// attemptReturned says that the function has come back.
type attemptReturned struct{ call *call }

func (e attemptReturned) apply(l *loop) {
	c := e.call
	c.returned = true
	if !c.late && !c.settled {
		l.settle(c, nil)
		if c.failure != nil {
			l.attemptFailed(c, c.failure)
		} else {
			l.step(c.run, engine.Event{
				Kind: engine.Succeeded, Task: c.task, Attempt: c.attempt, Writes: c.keys.writes.list,
			}, nil)
		}
		return
	}
	l.free(c)
}

// attemptFailed says that the attempt has reached its deadline.
type attemptFailed struct {
	call    *call
	failure *failure
}

func (e *attemptFailed) apply(l *loop) {
	if c := e.call; !c.settled {
		l.settle(c, e.failure.err)
		l.attemptFailed(c, e.failure)
	}
}

func (l *loop) attemptFailed(c *call, f *failure) {
	l.step(c.run, engine.Event{
		Kind: engine.Failed, Task: c.task, Attempt: c.attempt, Retryable: f.retryable,
	}, f)
}

// settle says that the outcome of the attempt is decided. If the function has
// come back its slot is free; else cause ends its context, and it is given up
// after a while.
func (l *loop) settle(c *call, cause error) {
	c.settled = true
	if c.returned {
		l.free(c)
		return
	}
	l.after(nil, func() { c.stop(cause) })
	c.abandon = l.timers.add(l.now.Add(l.r.cfg.AbandonAfter), func() { l.abandonCall(c) })
}

// free gives the slot of a call back if nothing holds it any more.
func (l *loop) free(c *call) {
	if c.settled && c.returned {
		l.giveBack(c)
	}
}

func (l *loop) giveBack(c *call) {
	if c.gone {
		return
	}
	c.gone = true
	l.timers.remove(c.abandon)
	l.removeCall(c)
	c.run.calls = slices.DeleteFunc(c.run.calls, func(r runningCall) bool { return r.call == c })
	if l.suspect == c {
		l.suspect = nil
	}
	if c.wanted {
		l.ready.push(readyTask{c.run, c.task})
	}
	if len(c.run.calls) == 0 {
		waiting := c.run.unblock
		c.run.unblock = nil
		for _, e := range waiting {
			e.apply(l)
		}
	}
}

// removeCall takes a call out of the list; the last one takes its place.
func (l *loop) removeCall(c *call) {
	end := len(l.calls) - 1
	last := l.calls[end]
	l.calls[c.place], last.place = last, c.place
	l.calls[end] = nil
	l.calls = l.calls[:end]
}

// callsOf returns the calls of a run that have not come back, in the order of
// their starts.
func (l *loop) callsOf(run *openRun) []*call {
	return bySeq(func(yield func(c *call) bool) {
		for _, r := range run.calls {
			if !yield(r.call) {
				return
			}
		}
	})
}

func bySeq(calls iter.Seq[*call]) []*call {
	return slices.SortedFunc(calls, func(a, b *call) int { return cmp.Compare(a.seq, b.seq) })
}

// abandonCall gives up a call that does not come back: its goroutine goes on
// and nothing waits for it.
func (l *loop) abandonCall(c *call) {
	l.giveBack(c)
	l.r.abandoned.Add(1)
	l.logTask(c.run, c.task, slog.LevelError, componentExecutor,
		"Task abandoned: "+c.run.plan.Tasks[c.task].ID+" (its function has not returned after the end of its attempt)",
		slog.Int(fieldAttempt, c.attempt), durationAttr("after", l.r.cfg.AbandonAfter))
}
