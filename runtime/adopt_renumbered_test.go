package cloacina

import (
	"context"
	"errors"
	"testing"
	"time"
)

// renumbered are two versions of a workflow: a task that fails, and one behind
// it, which has the number of the first in the second version.
func renumbered(second func(ctx context.Context) error) (old, now *Workflow) {
	bad := func(deps ...int) task { return plain("bad", failing(errSource), deps...).allowed() }
	late := func(on int) task { return plain("late", second, on).retries(1, 5*time.Hour) }
	return flow("w", bad(), late(0)), flow("w", plain("new", nothing), bad(), late(1))
}

func (t task) allowed() task {
	t.AllowFailure = true
	return t
}

// The errors of tasks go with them to their numbers in a changed plan.
func TestErrorsOfRenumberedTasks(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		errLate := errors.New("too early")
		old, now := renumbered(func(ctx context.Context) error {
			info := TaskFrom(ctx)
			o, err := info.Outcome("bad")
			if err != nil || o.State != Failed || o.Err == nil || o.Err.Error() != errSource.Error() {
				t.Errorf("attempt %d is told of %+v, %v", info.Attempt, o, err)
			}
			return errLate
		})
		r := p.open(t, old)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Hour)
		shutdown(t, r)
		r = p.open(t, now)
		defer shutdown(t, r)
		result, err := r.Wait(t.Context(), "x")
		if result == nil || !errors.Is(err, errLate) {
			t.Fatalf("wait: %v", err)
		}
		for i, want := range []string{"", errSource.Error(), errLate.Error()} {
			got := ""
			if err := result.Tasks[i].Err; err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("task %s ends with %q, want %q", result.Tasks[i].ID, got, want)
			}
		}
	})
}

// A retry of a renumbered task never waits longer than it was to, also if the
// clock was set back meanwhile.
func TestRetryOfARenumberedTaskUnderAClockThatWasSetBack(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var wall wallClock
		p.cfg.clock = wall.now
		old, now := renumbered(func(ctx context.Context) error {
			if TaskFrom(ctx).Attempt == 1 {
				return errSource
			}
			return nil
		})
		r := p.open(t, old)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Hour)
		shutdown(t, r)
		wall.set(-year)
		r = p.open(t, now)
		defer shutdown(t, r)
		begin := time.Now()
		if _, err := r.Wait(t.Context(), "x"); err != nil {
			t.Errorf("wait: %v", err)
		}
		if waited := time.Since(begin).Round(time.Second); waited != 5*time.Hour {
			t.Errorf("retried after %v, want 5h", waited)
		}
	})
}
