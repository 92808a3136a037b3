package cloacina

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
)

const (
	// sweepEvery is the least time between two sweeps of a workflow: runs that
	// end one after the other are removed together. A run stays that much
	// longer at most, unless so many are to be removed that it takes its time.
	sweepEvery = 30 * time.Second
	// leastStay is how long an ended run stays at least, however short the
	// retention, so that those who wait for it can read its result.
	leastStay = 2 * time.Second
)

// sweeps remove the ended runs of one workflow once its retention has passed:
// the runs of all plans of that name, by the retention of the registered one.
// There is a timer for the next one, which is none if no run of the workflow
// has ended. It belongs to the loop, but the removing is done beside it.
type sweeps struct {
	workflow string
	keep     int64 // how long an ended run stays, in milliseconds
	next     *due  // the next sweep; nil if none is known of
	underway bool
	// ended is when the first run ended since the sweep that is under way began,
	// which may not have seen it; 0 if none has.
	ended int64
	last  int64  // when the last sweep came back; 0 if none has
	said  string // the error that was logged; empty if the last sweep had none
}

// retain sweeps from now on for a workflow, beginning with what ended before.
func (l *loop) retain(w *workflow) {
	retention := w.graph.Plan().Retention
	if retention <= 0 {
		return
	}
	if l.sweeps == nil {
		l.sweeps = map[string]*sweeps{}
	}
	s := &sweeps{workflow: w.name, keep: max(retention, leastStay).Milliseconds()}
	if retention%time.Millisecond != 0 {
		s.keep++
	}
	l.sweeps[w.name] = s
	l.sweep(s)
}

// sweepAfter has an ended run removed when it has stayed long enough.
func (l *loop) sweepAfter(run *openRun) {
	s := l.sweeps[run.plan.Name]
	if s == nil {
		return
	}
	ended := l.millis()
	l.after(run, func() {
		switch {
		case !s.underway:
			l.sweepAt(s, ended+s.keep)
		case s.ended == 0:
			s.ended = ended
		}
	})
}

// sweepAt sets the timer for the next sweep, unless it is set for an earlier
// one. It would be set for a later one if the runs that are there have ended in
// the future, under a clock that was ahead.
func (l *loop) sweepAt(s *sweeps, at int64) {
	if s.last > 0 {
		at = max(at, s.last+sweepEvery.Milliseconds())
	}
	when := l.at(at)
	if s.next != nil && !when.Before(s.next.at) {
		return
	}
	l.timers.remove(s.next)
	s.next = l.timers.add(when, func() {
		s.next = nil
		l.sweep(s)
	})
}

// sweep begins a sweep.
func (l *loop) sweep(s *sweeps) {
	if l.draining {
		return
	}
	s.underway, s.ended = true, 0
	go l.r.sweep(s.workflow, s.keep, l.millis())
}

// sweep removes the runs that have stayed long enough at an instant and tells
// the loop when the oldest one ended that is left. The end of the runner ends it.
func (r *Runner) sweep(workflow string, keep, now int64) {
	done := sweepDone{workflow: workflow}
	done.oldest, done.err = r.oldestEnd(workflow)
	before := now - keep + 1 // negative if keep goes back beyond 1970
	if done.err == nil && done.oldest > 0 && done.oldest < before {
		f := store.PurgeFilter{Workflow: workflow, EndedBefore: before}
		if done.removed, done.err = r.purge(r.callbacks, f); done.err == nil {
			done.oldest, done.err = r.oldestEnd(workflow)
		}
	}
	r.queue.push(done)
}

func (r *Runner) oldestEnd(workflow string) (ended int64, err error) {
	err = r.read(func(s store.Store) (err error) {
		ended, err = s.OldestEnd(r.callbacks, workflow)
		return err
	})
	return ended, err
}

// sweepDone is what came of a sweep.
type sweepDone struct {
	workflow string
	removed  int
	oldest   int64 // when the oldest run ended that is left; 0 if none is
	err      error
}

func (d sweepDone) apply(l *loop) {
	s := l.sweeps[d.workflow]
	s.underway, s.last = false, l.millis()
	if d.removed > 0 {
		l.logSweep(s, slog.LevelInfo, "Removed "+plural(d.removed, "ended run"),
			durationAttr("retention", time.Duration(s.keep)*time.Millisecond))
	}
	l.logSweepError(s, d.err)
	switch {
	case d.err != nil:
		l.sweepAt(s, s.last)
	case d.oldest > 0:
		l.sweepAt(s, d.oldest+s.keep)
	case s.ended > 0:
		l.sweepAt(s, s.ended+s.keep)
	}
}

// logSweepError tells once that nothing can be removed, and once that it can again.
func (l *loop) logSweepError(s *sweeps, err error) {
	text := ""
	if err != nil {
		text = errorText(err)
	}
	switch text {
	case s.said:
	case "":
		l.logSweep(s, slog.LevelInfo, "Ended runs can be removed again")
	default:
		l.logSweep(s, slog.LevelWarn, fmt.Sprintf("Ended runs could not be removed; tried again every %v", sweepEvery),
			slog.String(fieldError, text))
	}
	s.said = text
}

func (l *loop) logSweep(s *sweeps, level slog.Level, message string, attrs ...slog.Attr) {
	attrs = append([]slog.Attr{slog.String(fieldWorkflow, s.workflow)}, attrs...)
	l.log(nil, level, componentDatabase, message, attrs...)
}
