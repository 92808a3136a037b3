package cloacina

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
)

var errDamage = errors.New("the checksum of task 1 does not fit")

// corrupt is a store that finds the run x damaged, with or without a state.
type corrupt struct {
	store.Store
	bare bool
}

func (c corrupt) OpenRuns(ctx context.Context) iter.Seq2[*store.OpenRun, error] {
	return func(yield func(*store.OpenRun, error) bool) {
		for o, err := range c.Store.OpenRuns(ctx) {
			if o != nil && o.State.ID == "x" {
				o.Damage = errDamage
				if c.bare {
					o.Plan, o.State.Tasks = nil, nil
				}
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

// A damaged run is blocked, whatever is left of it, and nothing is stored about
// it; the others go on.
func TestDamagedRunIsBlocked(t *testing.T) {
	t.Parallel()
	for name, bare := range map[string]bool{"with a state": false, "without": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, p place) {
				w := flow("w", plain("a", func(ctx context.Context) error {
					if TaskFrom(ctx).Attempt == 1 {
						return errSource
					}
					return nil
				}).retries(1, time.Hour))
				r := p.open(t, w)
				for _, id := range []string{"x", "y"} {
					if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: id}); err != nil {
						t.Fatal(err)
					}
				}
				synctest.Wait()
				shutdown(t, r)

				kept, log := p.cfg.store, &logs{}
				p.cfg.store, p.cfg.Handler = corrupt{kept, bare}, log
				r = p.open(t, w)
				log.has(t, "ERROR cloacina::scheduler > Pipeline blocked", "Found 1 open run (no task was running)")
				if _, err := r.Wait(t.Context(), "y"); err != nil {
					t.Errorf("other run: %v", err)
				}
				const reason = "what is stored of it is damaged: the checksum of task 1 does not fit; " +
					"cloacina.Verify shows what is wrong in the file; restore it from a backup, the other runs are not concerned"
				_, wait := r.Wait(t.Context(), "x")
				if want := "run x of workflow w: run is blocked: " + reason; wait == nil || wait.Error() != want {
					t.Errorf("wait: %v", wait)
				}
				for what, err := range map[string]error{
					"wait": wait, "cancel": r.Cancel(t.Context(), "x"), "accept": r.Unblock(t.Context(), "x", UnblockAccept),
					"give up": r.Unblock(t.Context(), "x", UnblockCancel),
				} {
					if !errors.Is(err, errDamage) || !errors.Is(err, ErrBlocked) {
						t.Errorf("%s: %v", what, err)
					}
				}
				runs, err := r.Runs(t.Context(), RunFilter{States: []State{Blocked}})
				if err != nil || len(runs) != 1 || runs[0].Error != reason {
					t.Errorf("%v, blocked runs are %+v", err, runs)
				}
				shutdown(t, r)

				p.cfg.store = kept // as from a backup
				r = p.open(t, w)
				defer shutdown(t, r)
				if _, err := r.Wait(t.Context(), "x"); err != nil {
					t.Errorf("restored run: %v", err)
				}
			})
		})
	}
}

// lostRows makes a file with the two runs x and y, of which x has lost its rows.
func lostRows(t *testing.T, w *Workflow) place {
	t.Helper()
	p := place{filepath.Join(t.TempDir(), "runs.db"), Config{}}
	r := p.open(t, w)
	for _, id := range []string{"y", "x"} {
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Wait()
	shutdown(t, r)
	tamper(t, p.path, "DELETE FROM step WHERE id >= 2 << 28")
	return p
}

// callCount counts calls by run. Tasks of two runs are called at once.
type callCount struct {
	mu    sync.Mutex
	calls map[string]int
}

func (c *callCount) add(run string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		c.calls = map[string]int{}
	}
	c.calls[run]++
}

func (c *callCount) of(run string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[run]
}

// counted is a workflow whose first task counts its calls, and whose second one
// waits for a retry.
func counted(calls *callCount) *Workflow {
	return flow("w", plain("a", func(ctx context.Context) error {
		calls.add(TaskFrom(ctx).Run)
		return nil
	}), plain("b", func(ctx context.Context) error {
		if TaskFrom(ctx).Attempt == 1 {
			return errSource
		}
		return nil
	}, 0).retries(1, time.Hour))
}

// A run whose rows are gone is damaged: it neither goes on nor starts anew, not
// even if somebody insists, under whatever plan; it can be given up.
func TestRunWithoutItsRowsIsDamaged(t *testing.T) {
	t.Parallel()
	for name, changed := range map[string]bool{"the same plan": false, "another plan": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				calls := new(callCount)
				w := counted(calls)
				p := lostRows(t, w)
				if changed {
					w = counted(calls)
					w.Plan.Tasks[1].Retry.Attempts = 7
					w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
				}
				const reason = "what is stored of it is damaged: rows are missing or contradict each other: " +
					"task \"a\" is undecided, but all its dependencies have ended; cloacina.Verify shows what is wrong " +
					`in the file; restore it from a backup, or give the run up with r.Cancel(ctx, "x")`
				for range 2 { // it stays so at the next start
					r := p.open(t, w)
					_, err := r.Wait(t.Context(), "x")
					if want := "run x of workflow w: run is blocked: " + reason; !errors.Is(err, ErrBlocked) || err.Error() != want {
						t.Errorf("wait: %v\nwant: %s", err, want)
					}
					if err := r.Unblock(t.Context(), "x", UnblockAccept); !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), reason) {
						t.Errorf("unblock: %v", err)
					}
					d, err := r.Run(t.Context(), "x")
					if err != nil || d.State != Blocked || d.Error != reason {
						t.Errorf("%v, run is %+v", err, d)
					}
					synctest.Wait()
					shutdown(t, r)
					v, err := Verify(t.Context(), p.path)
					if err != nil || v.OK() || v.Problems[0].Run != "x" {
						t.Errorf("%v\n%v", err, v)
					}
				}
				r := p.open(t, w)
				defer shutdown(t, r)
				if err := r.Cancel(t.Context(), "x"); err != nil {
					t.Errorf("cancel: %v", err)
				}
				if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrCancelled) {
					t.Errorf("wait for the cancelled run: %v", err)
				}
				if _, err := r.Wait(t.Context(), "y"); err != nil {
					t.Errorf("other run: %v", err)
				}
				if x, y := calls.of("x"), calls.of("y"); x != 1 || y != 1 {
					t.Errorf("x was called %d times, y %d times", x, y)
				}
			})
		})
	}
}

// A run that was blocked before its rows were lost does not start anew either.
func TestBlockedRunWithoutItsRowsIsDamaged(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]func(w *Workflow){
		"by a plan": func(w *Workflow) {
			*w = *flow("w", w.tasks()[1])
			w.Plan.Tasks[0].DependsOn = nil
			w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		},
		"by a violation": func(w *Workflow) {
			*w = *flow("w", w.tasks()[0], w.tasks()[1].when(TaskSuccess(0), func(*View) (bool, Leaves) { panic("bad rule") }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				calls := new(callCount)
				p := place{filepath.Join(t.TempDir(), "runs.db"), Config{}}
				bad := counted(calls)
				block(bad)
				first := counted(calls)
				if name == "by a violation" {
					first = bad
				}
				r := p.open(t, first)
				if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				shutdown(t, r)
				r = p.open(t, bad)
				if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrBlocked) {
					t.Fatalf("wait: %v", err)
				}
				shutdown(t, r)
				before := calls.of("x")
				tamper(t, p.path, "DELETE FROM step")
				good := first
				if name == "by a violation" {
					good = flow("w", bad.tasks()[0], bad.tasks()[1].when(TaskSuccess(0), func(v *View) (bool, Leaves) {
						return v.Success(0), LeavesOf(v.Success(0))
					}))
				}
				r = p.open(t, good)
				defer shutdown(t, r)
				const want = "rows are missing or contradict each other: task \"a\" is undecided"
				if err := r.Unblock(t.Context(), "x", UnblockAccept); !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), want) {
					t.Errorf("unblock: %v", err)
				}
				synctest.Wait()
				if calls.of("x") != before {
					t.Errorf("the first task was called again")
				}
			})
		})
	}
}

// tasks are the tasks that a workflow was made of.
func (w *Workflow) tasks() []task {
	tasks := make([]task, len(w.Code))
	for i := range tasks {
		tasks[i] = task{w.Plan.Tasks[i], w.Code[i]}
	}
	return tasks
}
