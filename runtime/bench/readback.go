package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// verified is up to how many rows of tasks a file is checked as a whole.
const verified = 20_000

// expected is what a task of a run has to have left behind.
type expected struct {
	state    cloacina.State
	attempts int
	reason   string // a part of why it was skipped
}

// readSeven reads one of the runs back and fails if anything is missing.
func readSeven(ctx context.Context, e *engine, ids []string) error {
	completed := expected{state: cloacina.Completed, attempts: 1}
	want := map[string]expected{
		"fetch": completed, "process": completed, "high": completed, "store": completed, "summarise": completed,
		"cached": {state: cloacina.Skipped, reason: `"fetch"`},
		"low":    {state: cloacina.Skipped, reason: `"score"`},
	}
	return readBack(ctx, e, ids, len(want), func(task string) expected { return want[task] })
}

// readSimple reads one of the runs back, of which every task has completed at once.
func readSimple(ctx context.Context, e *engine, ids []string, tasks int) error {
	return readBack(ctx, e, ids, tasks, func(string) expected {
		return expected{state: cloacina.Completed, attempts: 1}
	})
}

// readBack reads one of some runs with the public API and fails if an attempt, a
// decision or an explanation is missing, and checks the checksums of the file.
func readBack(ctx context.Context, e *engine, ids []string, tasks int, want func(task string) expected) error {
	id := ids[rand.IntN(len(ids))]
	detail, err := e.Run(ctx, id)
	if err != nil {
		return err
	}
	var errs []error
	if detail.State != cloacina.Completed || len(detail.Tasks) != tasks || detail.Ended.IsZero() {
		errs = append(errs, fmt.Errorf("it is %s with %d tasks instead of %d", detail.State, len(detail.Tasks), tasks))
	}
	for i := range detail.Tasks {
		errs = append(errs, want(detail.Tasks[i].ID).check(&detail.Tasks[i]))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("read run %s back: %w", id, err)
	}
	return verify(ctx, e.path, len(ids), tasks)
}

// verify checks the checksums of a file that has some runs of so many tasks.
func verify(ctx context.Context, path string, runs, tasks int) error {
	if runs*tasks > verified {
		return nil
	}
	report, err := cloacina.Verify(ctx, path)
	if err == nil && (!report.OK() || report.Runs < int64(runs) || report.Tasks < int64(runs*tasks)) {
		err = errors.New(report.String())
	}
	return err
}

// check compares a task with what is expected of it.
func (x expected) check(t *cloacina.TaskDetail) error {
	switch {
	case t.State != x.state:
		return fmt.Errorf("task %s is %s instead of %s", t.ID, t.State, x.state)
	case t.Decided.IsZero() || t.Ended.IsZero():
		return fmt.Errorf("task %s has no decision or no end", t.ID)
	case !strings.Contains(t.Reason, x.reason) || (x.reason == "") != (t.Reason == ""):
		return fmt.Errorf("task %s is explained by %q, which does not name %s", t.ID, t.Reason, x.reason)
	case len(t.Attempts) != x.attempts:
		return fmt.Errorf("task %s has %d attempts instead of %d", t.ID, len(t.Attempts), x.attempts)
	}
	for _, a := range t.Attempts {
		if a.Started.IsZero() || a.Ended.IsZero() || a.Outcome != "succeeded" || a.Host == "" || a.Version == "" {
			return fmt.Errorf("attempt %d of task %s is not complete: %+v", a.Number, t.ID, a)
		}
	}
	return nil
}
