package cloacina

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/store/memory"
)

const year = 365 * 24 * time.Hour

// wallClock is a wall clock that is set back and forth.
type wallClock struct{ off atomic.Int64 }

func (c *wallClock) now() time.Time { return time.Now().Round(0).Add(time.Duration(c.off.Load())) }

func (c *wallClock) set(off time.Duration) { c.off.Store(int64(off)) }

// What the clock tells never goes back, advances at least as the monotonic
// clock does, and is never behind the wall clock.
func TestClockNeverGoesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Now()
		wall := now.Round(0)
		c := clock{wall: func() time.Time { return wall }}
		told := c.tell(now)
		for range rapid.IntRange(1, 50).Draw(t, "readings") {
			step := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "step"))
			jump := time.Duration(rapid.Int64Range(-int64(60*year), int64(2*year)).Draw(t, "jump"))
			if rapid.Bool().Draw(t, "steady") {
				jump = 0
			}
			now, wall = now.Add(step), wall.Add(step+jump)
			next := c.tell(now)
			if next.Sub(told) < step || next.Before(wall) || next.Before(epoch) {
				t.Fatalf("told %v after %v, %v later by the wall clock %v", next, told, step, wall)
			}
			if jump == 0 && !told.After(wall.Add(-step)) && next.After(wall) && wall.After(epoch) {
				t.Fatalf("told %v although the wall clock is fine: %v", next, wall)
			}
			told = next
		}
	})
}

// jumps are changes of the wall clock by which nothing may be late or early.
var jumps = []time.Duration{0, time.Hour, -time.Hour, 2 * year, -2 * year, -40 * year}

// In a process a retry waits as long as it has to, a run has as long as it has,
// and what is stored is in order, whatever becomes of the wall clock.
func TestWallClockIsSetInAProcess(t *testing.T) {
	t.Parallel()
	for _, jump := range jumps {
		for _, back := range []bool{false, true} {
			t.Run(fmt.Sprint(jump, back), func(t *testing.T) {
				t.Parallel()
				inMemory(t, func(t *testing.T, p place) {
					var wall wallClock
					p.cfg.clock = wall.now
					var mu sync.Mutex
					var calls []time.Time
					w := flow("w", plain("a", func(ctx context.Context) error {
						mu.Lock()
						calls = append(calls, time.Now())
						mu.Unlock()
						if TaskFrom(ctx).Attempt < 3 {
							return errSource
						}
						<-ctx.Done()
						return nil
					}).retries(2, 5*time.Hour))
					w.Plan.Timeout = 24 * time.Hour
					w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
					r := p.open(t, w)
					defer shutdown(t, r)
					run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
					if err != nil {
						t.Fatal(err)
					}
					begin := time.Now()
					<-time.After(time.Minute)
					wall.set(jump)
					<-time.After(6 * time.Hour) // the second attempt has failed by the new time
					if back {
						wall.set(0)
					}
					if _, err := run.Wait(t.Context()); !errors.Is(err, ErrRunTimeout) {
						t.Errorf("wait: %v", err)
					}
					if took := time.Since(begin).Round(time.Second); took != 24*time.Hour {
						t.Errorf("timed out after %v", took)
					}
					mu.Lock()
					defer mu.Unlock()
					if len(calls) != 3 {
						t.Fatalf("%d calls", len(calls))
					}
					for i, call := range calls {
						if got := call.Sub(begin).Round(time.Second); got != time.Duration(i)*5*time.Hour {
							t.Errorf("attempt %d after %v", i+1, got)
						}
					}
					checkOrder(t, r)
				})
			})
		}
	}
}

// checkOrder checks that no instant in a run is before what it follows.
func checkOrder(t *testing.T, r *Runner) {
	t.Helper()
	d, err := r.Run(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	last := d.Started
	for _, a := range d.Tasks[0].Attempts {
		if a.Started.Before(last) || a.Ended.Before(a.Started) {
			t.Errorf("attempt %d from %v to %v, after %v", a.Number, a.Started, a.Ended, last)
		}
		last = a.Ended
	}
	if d.Ended.Before(last) {
		t.Errorf("the run has ended at %v, its last attempt at %v", d.Ended, last)
	}
}

// Between processes a wait can be over early, because a clock that was set
// forward looks like downtime, but it never gets longer than it was.
func TestWallClockIsSetBetweenProcesses(t *testing.T) {
	t.Parallel()
	for _, jump := range jumps {
		t.Run(fmt.Sprint(jump), func(t *testing.T) {
			t.Parallel()
			onEveryStore(t, func(t *testing.T, p place) {
				var wall wallClock
				p.cfg.clock = wall.now
				var again time.Time
				retried := flow("retried", plain("a", func(ctx context.Context) error {
					if TaskFrom(ctx).Attempt == 1 {
						return errSource
					}
					again = time.Now()
					return nil
				}).retries(1, 5*time.Hour))
				timed := flow("timed", plain("a", forever))
				timed.Plan.Timeout = 7 * time.Hour
				timed.Plan.Fingerprint = timed.Plan.ComputeFingerprint()
				r, crash := p.openToCrash(t, retried, timed)
				for _, name := range []string{"retried", "timed"} {
					if _, err := r.Start(t.Context(), name, nil, StartOptions{ID: name}); err != nil {
						t.Fatal(err)
					}
				}
				<-time.After(time.Hour)
				crash()
				<-time.After(time.Hour)
				wall.set(jump)
				begin := time.Now()
				r = p.open(t, retried, timed)
				defer shutdown(t, r)
				if _, err := r.Wait(t.Context(), "retried"); err != nil {
					t.Errorf("retried: %v", err)
				}
				_, err := r.Wait(t.Context(), "timed")
				if want := "run timed out after 7h0m0s"; !errors.Is(err, ErrRunTimeout) || !strings.Contains(err.Error(), want) {
					t.Errorf("timed: %v", err)
				}
				wait := func(full time.Duration) time.Duration { return max(0, min(full-2*time.Hour-jump, full)) }
				if got, want := again.Sub(begin).Round(time.Second), wait(5*time.Hour); got != want {
					t.Errorf("retried after %v, want %v", got, want)
				}
				if got, want := time.Since(begin).Round(time.Second), wait(7*time.Hour); got != want {
					t.Errorf("timed out after %v, want %v", got, want)
				}
			})
		})
	}
}

// Whatever the wall clock does, in processes and between them, runs come to the
// end that they have without it.
func TestRandomRunsUnderAnUnreliableClock(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(seed, 5))
				mad := rand.New(rand.NewPCG(seed, 6))
				p := place{":memory:", Config{store: kept{memory.New()}}}
				p.cfg.clock = func() time.Time {
					return time.Now().Round(0).Add(time.Duration(mad.Int64N(int64(4*year)) - int64(2*year)))
				}
				p.cfg.MaxConcurrentTasks, p.cfg.MaxInterruptions = 1+rng.IntN(4), -1
				f := newRandomFlow(rng)
				f.disturb(t, p, rng)
				r := p.open(t, f.workflow())
				defer shutdown(t, r)
				result, err := r.Wait(t.Context(), "x")
				if err != nil {
					t.Fatal(err)
				}
				f.check(t, result)
			})
		})
	}
}

// How long a retry of an earlier process waits at the most says nothing about
// the later retries of its task.
func TestBoundOfAnEarlierRetryDoesNotOutliveIt(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		var repaired atomic.Bool
		times := make(chan time.Time, 10)
		a := plain("a", func(context.Context) error { times <- time.Now(); return errSource })
		a.Retry = Retry{Attempts: 2, Delay: time.Minute, MaxDelay: time.Hour, Backoff: Exponential}
		w := func() *Workflow {
			return flow("w", a, plain("b", func(context.Context) error { <-time.After(90 * time.Second); return nil }),
				plain("c", nothing, 1).when(TaskSuccess(1), func(v *View) (bool, Leaves) {
					if !repaired.Load() {
						panic("bad rule")
					}
					return v.Success(1), LeavesOf(v.Success(1))
				}))
		}
		r := p.open(t, w())
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		<-times
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = r.Shutdown(ctx) // b is stopped
		r = p.open(t, w())
		defer shutdown(t, r)
		second := <-times
		if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrBlocked) {
			t.Fatal(err)
		}
		repaired.Store(true)
		if err := r.Unblock(t.Context(), run.ID(), UnblockAccept); err != nil {
			t.Fatal(err)
		}
		if waited := (<-times).Sub(second); waited != 2*time.Minute {
			t.Errorf("the third attempt came %v after the second, want 2m", waited)
		}
	})
}
