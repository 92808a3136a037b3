package cloacina

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// registerEvent registers workflows and wakes their runs.
type registerEvent struct {
	workflows []*workflow
	answer    answer
	answered  bool
}

// accepted answers, unless that was done already.
func (e *registerEvent) accepted() {
	if !e.answered {
		e.answered = true
		e.answer.give(nil)
	}
}

func (e *registerEvent) apply(l *loop) {
	if l.draining {
		l.r.withdraw(e)
		if !e.answered {
			e.answer.give(ErrShutdown)
		}
		return
	}
	for _, w := range e.workflows {
		l.workflows[w.name] = w
		l.retain(w)
	}
	l.wakeDormant()
	l.wakeCallbacks()
	l.soon(e.accepted)
}

// wakeDormant goes on with the runs whose workflow is registered now, and blocks
// those that its plan does not fit. Runs that were blocked for that are looked
// at again: the plan may be another one.
func (l *loop) wakeDormant() {
	var woken []*openRun
	l.dormant = slices.DeleteFunc(l.dormant, func(run *openRun) bool {
		ended := run.state.Status.Ended() // cancelled while nobody had registered it
		known := l.workflows[run.workflow] != nil
		if known && !ended {
			woken = append(woken, run)
		}
		return known || ended
	})
	if len(l.forsaken()) == 0 {
		l.timers.remove(l.forsakenAt)
	}
	p := newPlanner()
	var courses []*course
	for _, run := range woken {
		c, obstacles, err := p.plot(run, l.workflows[run.workflow], false)
		damage, damaged := errors.AsType[*damageError](err)
		switch {
		case damaged:
			l.damage(run, damage)
		case err != nil:
			l.violated(run, err)
		case c == nil:
			l.misfit(run, obstacles)
		default:
			courses = append(courses, c)
		}
	}
	l.logResuming(courses)
	for _, c := range courses {
		l.resume(p, c)
	}
}

// logResuming tells how many runs of each workflow go on.
func (l *loop) logResuming(courses []*course) {
	count := map[string]int{}
	for _, c := range courses {
		count[c.workflow.name]++
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		l.log(nil, slog.LevelInfo, componentScheduler, "Resuming "+plural(count[name], "run"),
			slog.String(fieldWorkflow, name))
	}
}

// resume goes on with a run where it was left, and returns it: a run that was
// blocked is another one from now on.
func (l *loop) resume(p *planner, c *course) *openRun {
	old := c.run.plan
	run := l.take(c)
	if c.adoption != nil && c.adoption.Changed {
		l.store(run, &store.RunReplanned{Run: run.num, Plan: run.plan, Tasks: c.adoption.Tasks, At: l.millis()})
		l.renumberCallbacks(run, c.adoption.Tasks)
		l.logChange(p, run, old)
	}
	l.announce(run)
	l.watchDeadline(run)
	l.wakeTasks(run, c)
	return run
}

// interrupted is the error of a task during which the process died too often.
func interrupted(times, attempt, limit int) error {
	return fmt.Errorf("%w: interrupted %s during attempt %d; Config.MaxInterruptions is %d",
		ErrInterrupted, plural(times, "time"), attempt, limit)
}

// wakeTasks goes on with the tasks of a run. What the events bring about queues
// itself, so the tasks are collected before the first of them.
func (l *loop) wakeTasks(run *openRun, c *course) {
	var cut []int
	again := false
	for i := range run.state.Tasks {
		switch t := &run.state.Tasks[i]; t.Status {
		case engine.TaskRunning:
			cut = append(cut, i)
		case engine.TaskReady:
			if teeth.Has(teeth.DecideAgain) {
				t.Status = engine.TaskWaiting
				again = true
				continue
			}
			l.ready.push(readyTask{run, i})
		case engine.TaskRetrying:
			l.watchRetry(run, i, t.Attempt, l.dueOf(run, i))
		}
	}
	switch {
	case c.run.cause != 0:
		l.step(run, engine.Event{Kind: engine.Unblock}, nil)
	case c.adoption != nil:
		l.step(run, engine.Event{Kind: engine.Replan}, nil)
	}
	if again {
		l.step(run, engine.Event{Kind: engine.Begin}, nil)
	}
	// An attempt that an assertion has cut off was not interrupted by a death.
	kind := engine.Interrupted
	if c.run.cause.Violated() || teeth.Has(teeth.InterruptionAsStop) {
		kind = engine.Stopped
	}
	for _, i := range cut {
		t := &run.state.Tasks[i]
		l.step(run, engine.Event{
			Kind: kind, Task: i, Attempt: t.Attempt, MaxInterruptions: l.r.cfg.MaxInterruptions,
		}, newFailure(interrupted(t.Interruptions+1, t.Attempt, l.r.cfg.MaxInterruptions)))
	}
}
