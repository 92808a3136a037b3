package cloacina

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// damaged is a run whose rows cannot be relied on. It is blocked in this process
// only, for nothing can be stored about it; the others go on.
func damaged(o *store.OpenRun) *openRun {
	state := o.State
	if state == nil {
		state = &engine.Run{}
	}
	run := newOpenRun(o.Num, o.Created, &plan.Plan{Name: o.Workflow}, state, nil)
	run.refused = fmt.Errorf("what is stored of it is damaged: %w; cloacina.Verify shows what is wrong in the file; "+
		"restore it from a backup, the other runs are not concerned", o.Damage)
	run.closed = true
	run.blocked.Store(run.refusedBlockage())
	close(run.over)
	return run
}

// storedRun reads a run. One that has ended although a task of it has not lacks
// rows, whose sums nobody can compare. A cancelled one may have been given up for
// that.
func storedRun(ctx context.Context, s store.Store, id string) (*store.RunDetail, error) {
	d, err := s.Run(ctx, id)
	if err != nil || !d.Status.Ended() || d.Status == engine.RunCancelled {
		return d, err
	}
	open := slices.IndexFunc(d.Tasks, func(t store.TaskDetail) bool { return !t.Status.Ended() })
	if open < 0 {
		return d, nil
	}
	return nil, fmt.Errorf("%w: task %q is %v although the run has ended, so rows of it are missing; "+
		"cloacina.Verify shows what is wrong in the file; restore it from a backup",
		ErrDamaged, d.Plan.Tasks[open].ID, taskState(d.Tasks[open].Status))
}

// damageError says that the rows of a run do not fit together, as when some of
// them were deleted. Each one may be as it was written.
type damageError struct {
	plan *plan.Plan // of the run
	err  error
}

// Error says what does not fit, without the run.
func (e *damageError) Error() string {
	text := errorText(e.err)
	if v, ok := errors.AsType[*engine.Violation](e.err); ok {
		text = taskIDs(e.plan, v.Reason)
	}
	return "what is stored of it is damaged: rows are missing or contradict each other: " + text
}

// Unwrap returns what the damage is, and what was found.
func (e *damageError) Unwrap() []error { return []error{ErrDamaged, e.err} }

// remedied is the damage of a run with what can be done about it.
func (e *damageError) remedied(run *openRun) error {
	return fmt.Errorf("%w; cloacina.Verify shows what is wrong in the file; "+
		"restore it from a backup, or give the run up with r.Cancel(ctx, %q)", e, run.id)
}

// damage blocks a run whose rows do not fit together, in this process only: the
// next one looks again, at the file as it was restored. It can be cancelled.
func (l *loop) damage(run *openRun, e *damageError) {
	err := e.remedied(run)
	l.logRun(run, slog.LevelError, "Pipeline blocked", errorAttr(err))
	l.close(run, &blockage{
		err:    fmt.Errorf("run %s of workflow %s: %w: %w", run.id, run.workflow, ErrBlocked, err),
		reason: errorText(err), unstored: true,
	})
}
