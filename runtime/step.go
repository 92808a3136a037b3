package cloacina

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// step applies an event to a run and turns what the engine decides into
// changes to store and things to do afterwards. cause is the error of a failed
// attempt, or what ended the run; nil where nothing went wrong.
func (l *loop) step(run *openRun, e engine.Event, cause *failure) {
	if e.Now == 0 {
		e.Now = l.millis()
	}
	empty := l.decisions
	l.decisions = nil // what follows may step, too
	decisions, err := run.graph.AppendStep(empty, run.state, e)
	if err != nil {
		l.violated(run, err)
		return
	}
	for _, d := range decisions {
		l.follow(run, &e, d, cause)
	}
	l.decisions = emptied(decisions)
}

// follow acts on one decision.
func (l *loop) follow(run *openRun, e *engine.Event, d engine.Decision, cause *failure) {
	l.notice(run, e, d, cause)
	switch d.Kind {
	case engine.BecameReady:
		l.becameReady(run, e, d)
	case engine.WasSkipped:
		l.skipped(run, d)
	case engine.Started:
		l.started(run, d)
	case engine.Completed:
		l.completed(run, e, d)
	case engine.WillRetry:
		l.willRetry(run, d, cause)
	case engine.FailedForGood:
		l.failed(run, d, cause)
	case engine.WasCancelled:
		l.cancelled(run, d, cause)
	case engine.RunEnded:
		l.runEnded(run, e, d, cause)
	case engine.RunUnblocked:
		l.store(run, &store.RunUnblocked{Run: run.num, At: l.millis()})
		l.logRun(run, slog.LevelInfo, "Pipeline unblocked")
	}
}

func (l *loop) becameReady(run *openRun, e *engine.Event, d engine.Decision) {
	switch {
	case d.Verdict:
		l.storeDecision(run, d)
		if l.logs(slog.LevelInfo) { // the reason is not for free
			l.logTask(run, d.Task, slog.LevelInfo, componentScheduler,
				"Task ready: "+run.plan.Tasks[d.Task].ID+" ("+run.readyReason(d.Task)+")")
		}
	case e.Kind == engine.RetryDue:
		l.store(run, &store.TaskRequeued{Run: run.num, Task: d.Task, At: l.millis()})
	default:
		l.cutOff(run, e.Kind, d)
	}
	l.ready.push(readyTask{run, d.Task})
}

// storeDecision stores that a task became ready by the verdict of its rule, or was skipped.
func (l *loop) storeDecision(run *openRun, d engine.Decision) {
	l.store(run, l.changes.decided.put(store.TaskDecided{
		Run: run.num, Task: d.Task, Ready: d.Kind == engine.BecameReady, Leaves: d.Leaves, At: l.millis(),
	}))
}

// cutOff stores that an attempt was stopped or interrupted; it runs again.
func (l *loop) cutOff(run *openRun, kind engine.EventKind, d engine.Decision) {
	end := store.AttemptEnd{Attempt: d.Attempt, Outcome: store.AttemptStopped}
	word, often := "stopped", ""
	if kind == engine.Interrupted {
		word = "interrupted"
		end.Outcome, end.Interruptions = store.AttemptInterrupted, run.state.Tasks[d.Task].Interruptions
		often = fmt.Sprintf(", interruption %d", end.Interruptions)
		if limit := l.r.cfg.MaxInterruptions; limit >= 0 {
			often += fmt.Sprintf(" of %d", limit)
		}
	}
	l.store(run, &store.AttemptEnded{Run: run.num, Task: d.Task, AttemptEnd: end, At: l.millis()})
	l.logTask(run, d.Task, slog.LevelWarn, componentScheduler,
		fmt.Sprintf("Task %s: %s (attempt %d runs again%s)", word, run.plan.Tasks[d.Task].ID, d.Attempt, often),
		slog.Int(fieldAttempt, d.Attempt))
}

func (l *loop) skipped(run *openRun, d engine.Decision) {
	l.storeDecision(run, d)
	if l.logs(slog.LevelInfo) { // the reason is not for free
		l.logTask(run, d.Task, slog.LevelInfo, componentScheduler,
			"Task skipped: "+run.plan.Tasks[d.Task].ID+" (dependencies satisfied, trigger rules failed)",
			slog.String(fieldReason, run.skipReason(d.Task, d.Leaves)))
	}
}

func (l *loop) started(run *openRun, d engine.Decision) {
	l.store(run, l.changes.started.put(store.AttemptStarted{
		Run: run.num, Task: d.Task, Attempt: d.Attempt, At: l.millis(), Host: l.r.host, Version: l.r.build,
	}))
	run.times.attemptStarted(d.Task, d.Attempt, l.millis())
	c := l.newCall(run, d.Task, d.Attempt)
	l.effects = append(l.effects, effect{run: run, begin: c})
}

func (l *loop) completed(run *openRun, e *engine.Event, d engine.Decision) {
	callback := run.code[d.Task].OnSuccess
	l.store(run, l.changes.ended.put(store.TaskEnded{
		Run: run.num, Task: d.Task, Status: engine.TaskCompleted, Writes: e.Writes, At: l.millis(),
		Last:     store.AttemptEnd{Attempt: d.Attempt, Outcome: store.AttemptSucceeded},
		Callback: callback != nil && !teeth.Has(teeth.CallbackNotMarked),
	}))
	run.times.attemptEnded(d.Task, l.millis())
	run.writers.add(d.Task, e.Writes)
	if l.logs(slog.LevelInfo) {
		l.logTask(run, d.Task, slog.LevelInfo, componentExecutor,
			fmt.Sprintf("Task completed: %s (attempt %d)", run.plan.Tasks[d.Task].ID, d.Attempt),
			slog.Int(fieldAttempt, d.Attempt))
	}
	l.callback(run, d.Task, d.Attempt, callback, nil)
}

func (l *loop) willRetry(run *openRun, d engine.Decision, cause *failure) {
	run.errs[d.Task] = cause.err
	delete(run.delayed, d.Task) // it was about the retry before
	l.store(run, &store.AttemptEnded{
		Run: run.num, Task: d.Task, At: l.millis(), Due: d.Due,
		AttemptEnd: store.AttemptEnd{Attempt: d.Attempt, Outcome: store.AttemptFailed, Error: cause.stored()},
	})
	run.times.attemptEnded(d.Task, l.millis())
	l.watchRetry(run, d.Task, d.Attempt, d.Due)
	delay := time.Duration(d.Due-l.millis()) * time.Millisecond
	l.logTask(run, d.Task, slog.LevelWarn, componentExecutor,
		fmt.Sprintf("Task will be retried: %s (attempt %d failed, next attempt in %v)",
			run.plan.Tasks[d.Task].ID, d.Attempt, delay),
		append(cause.attrs(), slog.Int(fieldAttempt, d.Attempt), durationAttr("delay", delay))...)
}

func (l *loop) failed(run *openRun, d engine.Decision, cause *failure) {
	run.errs[d.Task] = cause.err
	end := store.AttemptEnd{Attempt: d.Attempt, Outcome: store.AttemptFailed, Error: cause.stored()}
	if d.Interrupted {
		end.Outcome, end.Interruptions = store.AttemptInterrupted, run.state.Tasks[d.Task].Interruptions
	}
	callback := run.code[d.Task].OnFailure
	l.store(run, l.changes.ended.put(store.TaskEnded{
		Run: run.num, Task: d.Task, Last: end, Status: engine.TaskFailed, At: l.millis(), Callback: callback != nil,
	}))
	run.times.attemptEnded(d.Task, l.millis())
	level, may := slog.LevelError, ""
	if run.plan.Tasks[d.Task].AllowFailure {
		level, may = slog.LevelWarn, ", may fail"
	}
	l.logTask(run, d.Task, level, componentExecutor,
		fmt.Sprintf("Task failed: %s (attempt %d, no retry%s)", run.plan.Tasks[d.Task].ID, d.Attempt, may),
		append(cause.attrs(), slog.Int(fieldAttempt, d.Attempt))...)
	l.callback(run, d.Task, d.Attempt, callback, cause.err)
}

func (l *loop) cancelled(run *openRun, d engine.Decision, cause *failure) {
	end := store.TaskEnded{Run: run.num, Task: d.Task, Status: engine.TaskCancelled, At: l.millis()}
	if d.Attempt > 0 {
		end.Last = store.AttemptEnd{Attempt: d.Attempt, Outcome: store.AttemptCancelled}
		run.times.attemptEnded(d.Task, l.millis())
		if c := run.callOf(d.Task); c != nil && !c.settled {
			l.settle(c, cause.err)
		}
	}
	l.store(run, l.changes.ended.put(end))
}

func (l *loop) runEnded(run *openRun, e *engine.Event, d engine.Decision, cause *failure) {
	end := store.RunEnded{Run: run.num, Status: d.Status, At: l.millis()}
	level := slog.LevelInfo
	if d.Status != engine.RunCompleted {
		level = slog.LevelError
	}
	var why []slog.Attr
	switch e.Kind {
	case engine.TimedOut:
		end.Error = cause.text
		why = cause.attrs()
	case engine.Cancel: // somebody wanted it
		level = slog.LevelWarn
		why = []slog.Attr{slog.String(fieldReason, "cancelled with Runner.Cancel")}
	}
	if l.logs(level) {
		l.logRun(run, level, runSummary(run.state), why...)
	}
	l.store(run, l.changes.runEnded.put(end))
	run.times.runEnded(end.At, e.Kind == engine.TimedOut)
	l.close(run, nil)
	l.sweepAfter(run)
}

// watchRetry makes a task ready again once its delay has passed.
func (l *loop) watchRetry(run *openRun, task, attempt int, due int64) {
	l.wait(run, due, func(now int64) {
		l.step(run, engine.Event{Kind: engine.RetryDue, Now: now, Task: task, Attempt: attempt}, nil)
	})
}

// dueOf is when a retry starts that an earlier process has left waiting.
func (l *loop) dueOf(run *openRun, task int) int64 {
	due := run.state.Tasks[task].Due
	if most, ok := run.delayed[task]; ok {
		return l.within(due, most)
	}
	return due
}

// watchDeadline ends the run at its timeout.
func (l *loop) watchDeadline(run *openRun) {
	if run.state.Deadline == 0 {
		return
	}
	timeout := run.state.Deadline - run.created
	l.wait(run, l.within(run.state.Deadline, timeout), func(now int64) {
		l.step(run, engine.Event{Kind: engine.TimedOut, Now: now}, newFailure(runTimeout(timeout)))
	})
}

// fill gives the free slots to ready tasks, the oldest first over all runs.
func (l *loop) fill() {
	for !l.draining && len(l.calls) < l.r.cfg.MaxConcurrentTasks {
		t, ok := l.nextReady()
		if !ok {
			return
		}
		l.step(t.run, engine.Event{Kind: engine.Start, Task: t.task}, nil)
	}
}

// nextReady returns the oldest ready task that may start now. One whose last
// call has not come back is put aside until it has; so is a suspect while
// another one runs, because two could not be told apart if the process died.
func (l *loop) nextReady() (readyTask, bool) {
	if l.suspect == nil {
		if t, ok := l.suspects.pop(); ok {
			return t, true
		}
	}
	for {
		t, ok := l.ready.pop()
		if !ok {
			return t, false
		}
		last := t.run.callOf(t.task)
		switch {
		case last != nil:
			last.wanted = true
		case l.suspect != nil && t.run.state.Tasks[t.task].Suspect(l.r.cfg.MaxInterruptions):
			l.suspects.push(t)
		default:
			return t, true
		}
	}
}
