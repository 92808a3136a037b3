package cloacina

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// registerEvent registers workflows and wakes their runs.
type registerEvent struct {
	workflows []*workflow
	answer    answer
}

func (e *registerEvent) apply(l *loop) {
	if err := l.mayRegister(e.workflows); err != nil {
		e.answer.give(err)
		return
	}
	for _, w := range e.workflows {
		l.workflows[w.name] = w
	}
	l.after(nil, func() {
		l.r.mu.Lock()
		defer l.r.mu.Unlock()
		for _, w := range e.workflows {
			l.r.workflows[w.name] = w
		}
	})
	l.wakeDormant()
	l.after(nil, func() { e.answer.give(nil) })
}

func (l *loop) mayRegister(workflows []*workflow) error {
	if l.draining {
		return ErrShutdown
	}
	names := map[string]bool{}
	for _, w := range workflows {
		if names[w.name] || l.workflows[w.name] != nil {
			return fmt.Errorf("register: there is a workflow %q already", w.name)
		}
		names[w.name] = true
	}
	return nil
}

// wakeDormant goes on with the runs whose workflow is registered now.
func (l *loop) wakeDormant() {
	l.dormant = slices.DeleteFunc(l.dormant, func(run *openRun) bool {
		w := l.workflows[run.plan.Name]
		if w == nil || run.closed {
			return run.closed
		}
		if run.plan.Fingerprint != w.graph.Plan().Fingerprint {
			l.misfit(run)
		} else {
			l.resume(run, w)
		}
		return true
	})
}

// misfit blocks a run whose plan is not the registered one. Nothing of that is
// stored: the program that it was started with can go on with it.
func (l *loop) misfit(run *openRun) {
	const reason = "it was started from another plan of the workflow than the registered one; " +
		"run it with the code it was started with, or cancel it"
	l.logRun(run, slog.LevelError, "Pipeline blocked", slog.String(fieldReason, reason))
	l.close(run, blockedError(run, reason))
}

func blockedError(run *openRun, reason string) error {
	return fmt.Errorf("run %s of workflow %s: %w: %s", run.id, run.plan.Name, ErrBlocked, reason)
}

// resume goes on with a run where the last process left it.
func (l *loop) resume(run *openRun, w *workflow) {
	run.adopt(w)
	if err := run.graph.Restore(run.state); err != nil {
		l.violated(run, err)
		return
	}
	l.watchDeadline(run)
	// What the interruptions bring about queues itself, so the tasks are
	// collected before the first of them.
	var interrupted []int
	for i := range run.state.Tasks {
		switch t := &run.state.Tasks[i]; t.Status {
		case engine.TaskRunning:
			interrupted = append(interrupted, i)
		case engine.TaskReady:
			l.ready.push(readyTask{run, i})
		case engine.TaskRetrying:
			l.watchRetry(run, i, t.Attempt, t.Due)
		}
	}
	for _, i := range interrupted {
		l.step(run, engine.Event{
			Kind: engine.Interrupted, Task: i, Attempt: run.state.Tasks[i].Attempt,
			MaxInterruptions: l.r.cfg.MaxInterruptions,
		}, newFailure(ErrInterrupted))
	}
}
