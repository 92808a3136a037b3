package cloacina

import (
	"context"
	"fmt"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
)

// PurgeOptions selects ended runs to remove. The zero value selects all.
type PurgeOptions struct {
	// Workflow selects by the name of the workflow, which need not be
	// registered. Defaults to any.
	Workflow string
	// States selects by state: Completed, Failed or Cancelled. Defaults to all
	// three. Runs that have not ended are never removed; [Runner.Cancel] ends them.
	States []State
	// EndedBefore selects runs that ended before it. Defaults to no bound.
	EndedBefore time.Time
}

// Purge removes ended runs from the store with everything about them: tasks,
// attempts, values and errors. Those go first that ended first. It returns how
// many it removed.
//
// Runs that have not ended stay, blocked ones too, and so do runs with a
// function of on_success or on_failure that may have to be called again. Purge
// works beside running tasks: it removes some runs at a time, each whole or not
// at all, and lets what is to be stored go before the next. When ctx ends in
// between, Purge returns its error and how many runs are gone by then.
//
// A removed run is forgotten: [Runner.Wait], [RunHandle.Wait] and [Runner.Run]
// answer [ErrRunNotFound], also to those who waited for the run and have not
// read its result yet, so EndedBefore should leave them the time. Its ID is
// free: starting a run with it starts a new one. Numbers of runs are not used
// again.
//
// The file of the store does not shrink; the space is used for later runs. A
// copy that [Runner.Backup] makes has no such space. A workflow can say with
// its key retention that its runs are removed without a call of Purge; with a
// retention below 2 seconds they stay 2 seconds, so that their results can be read.
func (r *Runner) Purge(ctx context.Context, o PurgeOptions) (int, error) {
	f, some, err := o.translate()
	if err != nil {
		return 0, fmt.Errorf("purge runs: %w", err)
	}
	if !some {
		return 0, ctx.Err()
	}
	removed, err := r.purge(ctx, f)
	if err != nil {
		return removed, fmt.Errorf("purge runs (%d removed): %w", removed, err)
	}
	return removed, nil
}

// translate is the selection as the store applies it; some is false if no run
// can be selected.
func (o PurgeOptions) translate() (f store.PurgeFilter, some bool, err error) {
	f.Workflow = o.Workflow
	for _, s := range o.States {
		status, err := runStatus(s)
		if err != nil {
			return f, false, fmt.Errorf("%q is not the state of a run that has ended, which is %s",
				string(s), choice(s, endedStates))
		}
		if !status.Ended() {
			return f, false, fmt.Errorf("runs that are %v have not ended and cannot be removed; cancel them first", s)
		}
		f.Statuses = append(f.Statuses, status)
	}
	if o.EndedBefore.IsZero() {
		return f, true, nil
	}
	f.EndedBefore = o.EndedBefore.UnixMilli()
	if o.EndedBefore.After(time.UnixMilli(f.EndedBefore)) {
		f.EndedBefore++ // an end in the millisecond that the bound lies in is before it
	}
	return f, f.EndedBefore > 0, nil // to the store 0 would mean all
}

const (
	// Commits wait while runs are removed. The first batch is of so many runs;
	// the size of each next one is chosen so that it takes about as long as the
	// target.
	firstBatch  = 10
	largeBatch  = 1000
	batchTarget = 20 * time.Millisecond
)

// purge removes what the filter selects, batch by batch, and rests after each
// for as long as it took, so that at least half of the time is for others. What
// the store removed is counted whatever ends the work.
func (r *Runner) purge(ctx context.Context, f store.PurgeFilter) (int, error) {
	removed := 0
	f.Limit = firstBatch
	for {
		began, n := time.Now(), 0
		err := ctx.Err()
		if err == nil {
			n, err = r.purgeBatch(ctx, f)
		}
		removed += n
		if err != nil || n < f.Limit {
			return removed, err
		}
		took := time.Since(began)
		f.Limit = nextBatch(f.Limit, took)
		rest(ctx, took)
	}
}

func (r *Runner) purgeBatch(ctx context.Context, f store.PurgeFilter) (n int, err error) {
	r.purging.Lock()
	defer r.purging.Unlock()
	r.purges.Add(1)
	err = r.read(func(s store.Store) (err error) {
		n, err = s.Purge(ctx, f)
		return err
	})
	return n, err
}

// nextBatch is the size of the batch after one of n runs that took so long. It
// at most doubles, because runs differ in size.
func nextBatch(n int, took time.Duration) int {
	fits := 2 * n
	if took > batchTarget/2 {
		fits = int(float64(n) * float64(batchTarget) / float64(took))
	}
	return max(1, min(fits, largeBatch))
}

// rest waits, or returns when ctx ends.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
