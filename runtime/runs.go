package cloacina

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// RunInfo is one line of a list of runs.
type RunInfo struct {
	// Number counts the runs of a store from 1 in the order of their starts;
	// numbers may be missing.
	Number int64
	// ID is the ID of the run.
	ID string
	// Workflow is the name of its workflow.
	Workflow string
	// State is the state of the run.
	State State
	// Error is why the run failed as a whole, or why it is blocked and what can
	// be done about it; else empty.
	Error string
	// Started is when the run was started, to the millisecond.
	Started time.Time
	// Ended is when the run ended; zero while it goes on.
	Ended time.Time
	// Deadline is when the run reaches its timeout; zero if it has none. A run
	// that is blocked or unregistered then stays as it is; it ends when it goes on.
	Deadline time.Time
	// Unregistered says that the run has not ended and that no workflow of its
	// name is registered with this runner, so that nothing of it runs.
	Unregistered bool
}

// RunDetail is a run with its tasks, as they are stored. Of a run that is
// blocked or unregistered nothing runs, although tasks may be Running, with an
// attempt that has no end: those that ran when the process died or when the run
// was blocked. They run again, or are cancelled with the run.
//
// A run whose plan has changed has the tasks of the last plan, and those that
// have ended and are gone from it, behind the others. Each task has the rule that
// it was decided by.
type RunDetail struct {
	RunInfo
	// PlanChanges are the changes of the plan that the run went on under, in
	// their order; empty if it follows the plan that it was started with.
	PlanChanges []PlanChange
	// Tasks are all tasks in the order of the workflow.
	Tasks []TaskDetail
}

// TaskDetail is one task of a run.
type TaskDetail struct {
	// ID is the id of the task.
	ID string
	// State is the state of the task.
	State State
	// Rule is the trigger rule as it was written; empty means always.
	Rule string
	// Reason is why a skipped task was skipped, else empty.
	Reason string
	// Decided is when the rule was evaluated; zero before.
	Decided time.Time
	// Ended is when the task ended; zero before.
	Ended time.Time
	// Attempts are the attempts in order. An interrupted or stopped attempt
	// that ran again is one attempt.
	Attempts []AttemptDetail
}

// AttemptDetail is one attempt of a task.
type AttemptDetail struct {
	// Number counts from 1.
	Number int
	// Outcome is how it ended: "succeeded", "failed", "stopped" (by a
	// shutdown), "interrupted" (by the death of the process) or "cancelled";
	// empty while it runs, and see [RunDetail].
	Outcome string
	// Error is the text of the error of a failed attempt.
	Error string
	// Started and Ended are when it ran; Ended is zero without an Outcome.
	Started, Ended time.Time
	// NextAt is when the next attempt starts, if one follows.
	NextAt time.Time
	// Interruptions is how often the process died during it.
	Interruptions int
	// Host is the name of the machine that ran it.
	Host string
	// Version is the build that ran it, as the build information has it: the
	// version of the main module, else "(devel)" with the revision of the
	// repository where that is known. A program run by go run, a test, or one
	// built with -buildvcs=false is plain "(devel)".
	Version string
}

// RunFilter selects runs. The zero value selects all.
type RunFilter struct {
	// Workflow selects by the name of the workflow. Defaults to any.
	Workflow string
	// States selects by state: Running, Paused, Blocked, Completed, Failed or
	// Cancelled. Defaults to any.
	States []State
	// Before selects runs with a smaller [RunInfo.Number]: for the next page,
	// the number of the last run of the page before. Defaults to no bound.
	Before int64
	// Limit bounds the page. Defaults to 100.
	Limit int
}

const defaultPage = 100

// Runs returns a page of runs, the newest first.
func (r *Runner) Runs(ctx context.Context, filter RunFilter) ([]RunInfo, error) {
	f, err := filter.translate()
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var page []RunInfo
	err = r.read(func(s store.Store) error {
		for len(page) < filter.limit() {
			rows, err := s.Runs(ctx, f)
			if err != nil {
				return err
			}
			for i := range rows {
				if info := r.info(&rows[i]); filter.selects(info) && len(page) < filter.limit() {
					page = append(page, info)
				}
			}
			if len(rows) < f.Limit {
				break
			}
			f.Before = rows[len(rows)-1].Num
		}
		return nil
	})
	return page, err
}

func (f RunFilter) limit() int {
	if f.Limit <= 0 {
		return defaultPage
	}
	return f.Limit
}

// translate is the filter as the store applies it. A run that is blocked because
// nothing of it can be stored is running in the store, so who asks for blocked
// ones gets the running ones too, and selects.
func (f RunFilter) translate() (store.Filter, error) {
	to := store.Filter{Workflow: f.Workflow, Before: f.Before, Limit: f.limit()}
	for _, s := range f.States {
		status, err := runStatus(s)
		if err != nil {
			return to, err
		}
		to.Statuses = append(to.Statuses, status)
	}
	if slices.Contains(f.States, Blocked) && !slices.Contains(f.States, Running) {
		to.Statuses = append(to.Statuses, engine.RunRunning)
	}
	return to, nil
}

func (f RunFilter) selects(info RunInfo) bool {
	return len(f.States) == 0 || slices.Contains(f.States, info.State)
}

// info is a row with what only this runner knows.
func (r *Runner) info(row *store.RunInfo) RunInfo {
	info := RunInfo{
		Number: row.Num, ID: row.ID, Workflow: row.Workflow, State: runState(row.Status), Error: row.Error,
		Started: instant(row.Created), Ended: instant(row.Ended), Deadline: instant(row.Deadline),
	}
	if info.State.Ended() {
		return info
	}
	_, err := r.registered(row.Workflow)
	info.Unregistered = err != nil
	if run := r.live.find(row.ID); run != nil {
		if b := run.blocked.Load(); b != nil && b.unstored {
			info.State, info.Error = Blocked, b.reason
		}
	}
	return info
}

// Run returns a run with its tasks and attempts, or [ErrRunNotFound].
func (r *Runner) Run(ctx context.Context, id string) (*RunDetail, error) {
	var detail *RunDetail
	err := r.read(func(s store.Store) error {
		d, err := storedRun(ctx, s, id)
		if err != nil {
			return foundError("read", id, err)
		}
		detail = &RunDetail{
			RunInfo: r.info(&d.RunInfo), PlanChanges: planChanges(d.Replans), Tasks: make([]TaskDetail, len(d.Tasks)),
		}
		rec := &record{RunDetail: d}
		for i := range d.Tasks {
			detail.Tasks[i] = taskDetail(rec, i)
		}
		return nil
	})
	return detail, err
}

func taskDetail(d *record, task int) TaskDetail {
	t := &d.Tasks[task]
	detail := TaskDetail{
		ID: d.Plan.Tasks[task].ID, State: taskState(t.Status), Rule: d.Plan.Tasks[task].Rule.Text,
		Decided: instant(t.Decided), Ended: instant(t.Ended),
		Reason: d.skipReason(task), Attempts: make([]AttemptDetail, len(t.Attempts)),
	}
	for i, a := range t.Attempts {
		detail.Attempts[i] = AttemptDetail{
			Number: a.Number, Outcome: outcomeNames[a.Outcome], Error: a.Error,
			Started: instant(a.Started), Ended: instant(a.Ended), NextAt: instant(a.Due),
			Interruptions: a.Interruptions, Host: a.Host, Version: a.Version,
		}
	}
	return detail
}

var outcomeNames = map[store.AttemptOutcome]string{
	store.AttemptSucceeded:   "succeeded",
	store.AttemptFailed:      "failed",
	store.AttemptStopped:     "stopped",
	store.AttemptInterrupted: "interrupted",
	store.AttemptCancelled:   "cancelled",
}
