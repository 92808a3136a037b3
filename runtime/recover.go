package cloacina

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
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
	l.wakeCallbacks()
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
	var fit, misfits []*openRun
	l.dormant = slices.DeleteFunc(l.dormant, func(run *openRun) bool {
		w := l.workflows[run.plan.Name]
		switch {
		case run.closed:
			return true
		case w == nil:
			return false
		case run.plan.Fingerprint == w.graph.Plan().Fingerprint:
			fit = append(fit, run)
		default:
			misfits = append(misfits, run)
		}
		return true
	})
	l.logResuming(fit)
	differences := map[string]string{}
	for _, run := range misfits {
		now := l.workflows[run.plan.Name].graph.Plan()
		if _, ok := differences[run.plan.Fingerprint]; !ok {
			differences[run.plan.Fingerprint] = describeDiff(run.plan, now)
		}
		l.misfit(run, differences[run.plan.Fingerprint])
	}
	for _, run := range fit {
		l.resume(run, l.workflows[run.plan.Name])
	}
}

// logResuming tells how many runs of each workflow go on.
func (l *loop) logResuming(runs []*openRun) {
	count := map[string]int{}
	for _, run := range runs {
		count[run.plan.Name]++
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		l.log(nil, slog.LevelInfo, componentScheduler, "Resuming "+plural(count[name], "run"),
			slog.String(fieldWorkflow, name))
	}
}

// describeDiff says in what two plans differ, if that is known, within brackets
// and in few words.
func describeDiff(old, now *plan.Plan) string {
	const most = 5
	differences := plan.Diff(old, now)
	if len(differences) == 0 {
		return ""
	}
	var texts []string
	for _, d := range differences[:min(most, len(differences))] {
		texts = append(texts, d.String())
	}
	if more := len(differences) - most; more > 0 {
		texts = append(texts, "and "+plural(more, "more difference"))
	}
	return " (" + strings.Join(texts, "; ") + ")"
}

// misfit blocks a run whose plan is not the registered one. Nothing of that is
// stored: the program that it was started with can go on with it.
func (l *loop) misfit(run *openRun, differences string) {
	reason := fmt.Sprintf("it was started from another plan of the workflow than the registered one%s; "+
		"register the code it was started with, or give it up with r.Cancel(ctx, %q)", differences, run.id)
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
