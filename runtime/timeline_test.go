package cloacina

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// anyEnd is a random workflow of the kinds of ends that there are: tasks are
// retried, fail, may fail, are skipped because of outcomes and of values, leave
// keys out, and the run reaches its timeout.
func anyEnd(rng *rand.Rand) *Workflow {
	f := newRandomFlow(rng)
	w := f.workflow()
	if rng.IntN(3) == 0 {
		w.Plan.Timeout = time.Duration(rng.IntN(300)) * time.Second
	}
	for i := range w.Plan.Tasks {
		t := task{w.Plan.Tasks[i], w.Code[i]}
		t.AllowFailure = rng.IntN(2) == 0
		if call := f.call(i); rng.IntN(3) == 0 {
			t.Call = CallDynamic(func(ctx context.Context, c *Context) error {
				return errors.Join(call(ctx, c), c.Delete(key(i))) // so that others find it missing
			})
		}
		if deps := t.DependsOn; len(deps) > 0 && rng.IntN(2) == 0 {
			d, k := deps[rng.IntN(len(deps))], key(rng.IntN(i))
			t = t.when(Any(TaskFailed(d), ContextValue(k, GreaterThan, Int(2))), func(v *View) (bool, Leaves) {
				p0, p1 := v.Failed(d), v.Value(0).CompareInt(2).Greater()
				return p0 || p1, LeavesOf(p0, p1)
			}, PlanRead{Key: k, Walk: true})
		}
		w.Plan.Tasks[i], w.Code[i] = t.PlanTask, t.TaskCode
	}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}

// Who has waited for the end of a run gets the same result as who reads it back.
func TestWaitedResultIsTheStoredOne(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			onEveryStore(t, func(t *testing.T, p place) {
				rng := rand.New(rand.NewPCG(seed, 6))
				r := p.open(t, anyEnd(rng))
				defer shutdown(t, r)
				run, err := r.Start(t.Context(), "random", Values{"n": 1}, StartOptions{})
				if err != nil {
					t.Fatal(err)
				}
				if rng.IntN(3) == 0 {
					cancel := time.AfterFunc(time.Duration(rng.IntN(300))*time.Second, func() {
						if err := run.Cancel(t.Context()); err != nil {
							t.Error(err)
						}
					})
					defer cancel.Stop()
				}
				waited, waitedErr := run.Wait(t.Context())
				again, err := run.Wait(t.Context())
				if again.detail != nil || fmt.Sprint(err) != fmt.Sprint(waitedErr) {
					t.Errorf("waited for after its end: read from the store %t, %v", again.detail != nil, err)
				}
				// From now on it may be gone.
				if n, err := r.Purge(t.Context(), PurgeOptions{Workflow: "another one"}); n > 0 || err != nil {
					t.Fatalf("removed %d: %v", n, err)
				}
				stored, storedErr := run.Wait(t.Context())
				synctest.Wait()
				sameResult(t, waited, stored)
				if fmt.Sprint(waitedErr) != fmt.Sprint(storedErr) {
					t.Errorf("error is %v, read back %v", waitedErr, storedErr)
				}
			})
		})
	}
}

// sameResult compares a result from memory with one from the store.
func sameResult(t *testing.T, waited, stored *Result) {
	t.Helper()
	if waited.detail != nil || stored.detail == nil {
		t.Errorf("read from the store: %t, then %t", waited.detail != nil, stored.detail != nil)
	}
	same := cmp.Options{cmpopts.IgnoreUnexported(Result{}), cmpopts.EquateErrors()}
	if diff := cmp.Diff(stored, waited, same); diff != "" {
		t.Errorf("result (-stored +waited):\n%s", diff)
	}
	want, err := stored.Values()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := waited.Values(); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v, values are %v, read back %v", err, got, want)
	}
}

// A run that was blocked, or begun by an earlier process, is read back: this one
// does not know everything of it.
func TestResultOfAnotherProcess(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", nothing), plain("b", func(ctx context.Context) error {
			if TaskFrom(ctx).Attempt == 1 {
				return errSource
			}
			return nil
		}, 0).retries(1, time.Hour))
		r := p.open(t, w)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		shutdown(t, r)
		r = p.open(t, w)
		defer shutdown(t, r)
		waited, err := r.Wait(t.Context(), "x")
		if err != nil || waited.detail == nil {
			t.Fatalf("%v, read back: %t", err, err == nil && waited.detail != nil)
		}
		if a := waited.Tasks[0]; a.Started.IsZero() || a.Ended.IsZero() {
			t.Errorf("times of the task that ended before are %v and %v", a.Started, a.Ended)
		}
		if d := waited.Duration(); d < time.Hour {
			t.Errorf("it took %v", d)
		}
	})
}
