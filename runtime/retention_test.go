package cloacina

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

// keeping is a workflow whose ended runs stay for so long.
func keeping(d time.Duration, name string, tasks ...task) *Workflow {
	w := flow(name, tasks...)
	w.Plan.Retention = d
	return w
}

// pass lets time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// starts begins runs and returns when nothing goes on any more.
func starts(t *testing.T, r *Runner, workflow string, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, err := r.Start(t.Context(), workflow, nil, StartOptions{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Wait()
}

// remain fails the test unless these runs are in the store, the newest first.
func remain(t *testing.T, r *Runner, want ...string) {
	t.Helper()
	runs, err := r.Runs(t.Context(), RunFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, idsOf(runs)); diff != "" {
		t.Errorf("stored runs (-want +got):\n%s", diff)
	}
}

// watched counts what is asked of a store, and fails as it is told to.
type watched struct {
	store.Store
	mu              sync.Mutex
	purges, lookups int
	removes, looks  func(ctx context.Context) error // what goes wrong, if not nil
}

func (s *watched) Close() error { return nil }

func (s *watched) Purge(ctx context.Context, f store.PurgeFilter) (int, error) {
	s.mu.Lock()
	s.purges++
	fail := s.removes
	s.mu.Unlock()
	if fail != nil {
		if err := fail(ctx); err != nil {
			return 0, err
		}
	}
	return s.Store.Purge(ctx, f)
}

func (s *watched) OldestEnd(ctx context.Context, workflow string) (int64, error) {
	s.mu.Lock()
	s.lookups++
	fail := s.looks
	s.mu.Unlock()
	ended, err := s.Store.OldestEnd(ctx, workflow)
	if fail != nil && err == nil {
		err = fail(ctx)
	}
	return ended, err
}

func (s *watched) fail(removes, looks func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removes, s.looks = removes, looks
}

// asked returns how often the store was asked since the last call.
func (s *watched) asked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := fmt.Sprintf("%d purges, %d lookups", s.purges, s.lookups)
	s.purges, s.lookups = 0, 0
	return asked
}

// onWatched runs a test in virtual time on a store that is watched.
func onWatched(t *testing.T, test func(t *testing.T, p place, s *watched, log *logs)) {
	t.Helper()
	s, log := &watched{Store: memory.New()}, &logs{}
	synctest.Test(t, func(t *testing.T) { test(t, place{":memory:", Config{store: s, Handler: log}}, s, log) })
}

// Runs go when they have stayed for as long as their workflow says, and no
// sooner; those of other workflows stay.
func TestRetentionRemovesEndedRuns(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		log := &logs{}
		p.cfg.Handler = log
		r := p.open(t, keeping(time.Hour, "w", plain("a", nothing)), flow("kept", plain("a", nothing)),
			keeping(time.Hour, "bad", plain("a", failing(errSource))), keeping(time.Hour, "open", plain("a", forever)))
		defer shutdown(t, r)
		starts(t, r, "w", "1")
		starts(t, r, "kept", "2")
		starts(t, r, "bad", "3")
		starts(t, r, "open", "4", "5")
		if err := r.Cancel(t.Context(), "5"); err != nil {
			t.Fatal(err)
		}
		pass(time.Millisecond)
		starts(t, r, "w", "6")
		pass(time.Hour - 2*time.Millisecond)
		remain(t, r, "6", "5", "4", "3", "2", "1")
		pass(time.Millisecond)
		remain(t, r, "6", "4", "2")
		log.has(t, "INFO  cloacina::database > Removed 1 ended run\n")
		pass(sweepEvery)
		remain(t, r, "4", "2")
		if err := r.Cancel(t.Context(), "4"); err != nil {
			t.Error(err)
		}
	})
}

// Nothing asks the store before there is something to remove, and what ends in
// quick succession is removed together.
func TestRetentionAsksTheStoreOnlyWhenItHasTo(t *testing.T) {
	t.Parallel()
	onWatched(t, func(t *testing.T, p place, s *watched, _ *logs) {
		r := p.open(t, keeping(time.Hour, "w", plain("a", nothing)), flow("kept", plain("a", nothing)))
		defer shutdown(t, r)
		synctest.Wait()
		want := func(asked string) {
			t.Helper()
			if got := s.asked(); got != asked {
				t.Errorf("%s, want %s", got, asked)
			}
		}
		want("0 purges, 1 lookups") // of the one with a retention, when it was registered
		starts(t, r, "kept", "kept")
		pass(1000 * time.Hour)
		want("0 purges, 0 lookups")
		for i := range 25 {
			starts(t, r, "w", fmt.Sprint(i))
			pass(4 * time.Second)
		}
		pass(time.Hour - 101*time.Second)
		want("0 purges, 0 lookups")
		pass(3 * time.Minute)
		// At once, then every 30 seconds until the last of the 100 seconds is covered.
		want("5 purges, 10 lookups")
		remain(t, r, "kept")
		pass(1000 * time.Hour)
		want("0 purges, 0 lookups")
	})
}

// What an earlier process left is removed when the workflow is registered, by
// the retention that is registered now, whatever plan the runs had.
func TestRetentionOfTheRegisteredPlanCounts(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, keeping(time.Minute, "shorter", plain("a", nothing)), flow("added", plain("a", nothing)),
			keeping(time.Hour, "dropped", plain("a", nothing)), keeping(time.Hour, "gone", plain("a", nothing)))
		for _, name := range []string{"shorter", "added", "dropped", "gone"} {
			starts(t, r, name, name)
		}
		shutdown(t, r)
		pass(2 * time.Hour)
		r = p.open(t, keeping(time.Hour, "added", plain("b", nothing), plain("c", nothing)),
			keeping(3*time.Hour, "shorter", plain("a", nothing)), flow("dropped", plain("b", nothing)))
		defer shutdown(t, r)
		synctest.Wait()
		remain(t, r, "gone", "dropped", "shorter")
		pass(time.Hour)
		remain(t, r, "gone", "dropped")
	})
}

// A run that is blocked stays, whatever asks for its removal.
func TestBlockedRunsAreNotRemoved(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, keeping(time.Hour, "w", plain("a", nothing), plain("b", forever, 0)))
		starts(t, r, "w", "x")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.Shutdown(ctx); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		synctest.Wait() // the attempt returns
		r = p.open(t, keeping(time.Hour, "w", plain("b", forever)))
		defer shutdown(t, r)
		blocked, err := r.Run(t.Context(), "x")
		if err != nil || blocked.State != Blocked {
			t.Fatalf("%+v: %v", blocked, err)
		}
		pass(100 * time.Hour)
		if n, err := r.Purge(t.Context(), PurgeOptions{}); n != 0 || err != nil {
			t.Errorf("removed %d: %v", n, err)
		}
		remain(t, r, "x")
		if err := r.Cancel(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		pass(time.Hour)
		remain(t, r)
	})
}

// A run whose callback may have to be called again stays.
func TestPendingCallbacksKeepTheirRun(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		called := plain("a", nothing)
		called.OnSuccess = func(ctx context.Context, _ TaskEnd) { <-ctx.Done() } // after 30 seconds
		r := p.open(t, keeping(time.Second, "w", called))
		defer shutdown(t, r)
		starts(t, r, "w", "x")
		pass(29 * time.Second)
		remain(t, r, "x")
		pass(10 * time.Second)
		remain(t, r, "x")
		pass(time.Minute)
		remain(t, r)
	})
}

// lateReader is a store that takes a second to find a run.
type lateReader struct{ kept }

func (s lateReader) Run(ctx context.Context, id string) (*store.RunDetail, error) {
	<-time.After(time.Second)
	return s.kept.Run(ctx, id)
}

// However short the retention, who waits for a run gets its result.
func TestRetentionLeavesTimeToReadTheResult(t *testing.T) {
	t.Parallel()
	s := lateReader{kept{memory.New()}}
	synctest.Test(t, func(t *testing.T) {
		r := place{":memory:", Config{store: s}}.open(t, keeping(1, "w", plain("a", nothing)))
		defer shutdown(t, r)
		for i := range 100 {
			if _, err := r.Execute(t.Context(), "w", nil); err != nil {
				t.Fatalf("run %d: %v", i, err)
			}
		}
		pass(time.Minute)
		remain(t, r)
	})
}

// A retention beyond what time there is removes nothing, and does not spin.
func TestRetentionWithoutEnd(t *testing.T) {
	t.Parallel()
	onWatched(t, func(t *testing.T, p place, s *watched, _ *logs) {
		r := p.open(t, keeping(math.MaxInt64, "w", plain("a", nothing)))
		starts(t, r, "w", "x")
		shutdown(t, r)
		r = p.open(t, keeping(math.MaxInt64, "w", plain("a", nothing)))
		defer shutdown(t, r)
		pass(24 * 365 * time.Hour)
		remain(t, r, "x")
		if got := s.asked(); got != "0 purges, 2 lookups" {
			t.Errorf("%s, want one lookup for each registration", got)
		}
	})
}

// While the store fails, that is told once, and tried again now and then.
func TestRetentionGoesOnWhenTheStoreIsWellAgain(t *testing.T) {
	t.Parallel()
	full := errors.New("disk is full")
	failing := func(context.Context) error { return full }
	for name, fail := range map[string]func(s *watched){
		"removing": func(s *watched) { s.fail(failing, nil) },
		"looking":  func(s *watched) { s.fail(nil, failing) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onWatched(t, func(t *testing.T, p place, s *watched, log *logs) {
				r := p.open(t, keeping(time.Hour, "w", plain("a", nothing)))
				defer shutdown(t, r)
				synctest.Wait()
				fail(s)
				starts(t, r, "w", "x")
				pass(2 * time.Hour)
				remain(t, r, "x")
				if n := strings.Count(log.String(), "Ended runs could not be removed; tried again every 30s"); n != 1 {
					t.Errorf("told %d times:\n%s", n, log)
				}
				if s.asked() == "0 purges, 0 lookups" {
					t.Error("it was not tried")
				}
				s.fail(nil, nil)
				pass(sweepEvery)
				remain(t, r)
				log.has(t, "WARN  cloacina::database > Ended runs could not be removed", "Removed 1 ended run",
					"Ended runs can be removed again")
			})
		})
	}
}

// A shutdown ends a sweep, and does not begin one.
func TestShutdownEndsTheSweep(t *testing.T) {
	t.Parallel()
	onWatched(t, func(t *testing.T, p place, s *watched, _ *logs) {
		w := keeping(time.Hour, "w", plain("a", nothing))
		r := p.open(t, w, flow("slow", plain("a", func(context.Context) error { <-time.After(3 * time.Hour); return nil })))
		starts(t, r, "w", "x")
		starts(t, r, "slow", "y")
		s.asked()
		shutdown(t, r) // waits for three hours
		if got := s.asked(); got != "0 purges, 0 lookups" {
			t.Errorf("during the shutdown: %s", got)
		}
		s.fail(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, nil)
		r = p.open(t, w)
		synctest.Wait() // the sweep hangs
		begin := time.Now()
		shutdown(t, r)
		if took := time.Since(begin); took > 0 {
			t.Errorf("the shutdown took %v", took)
		}
		s.fail(nil, nil)
		r = p.open(t, w)
		defer shutdown(t, r)
		synctest.Wait()
		remain(t, r, "y")
	})
}

// A run that ends while a sweep is under way gets its own.
func TestRunsThatEndDuringASweep(t *testing.T) {
	t.Parallel()
	onWatched(t, func(t *testing.T, p place, s *watched, _ *logs) {
		r := p.open(t, keeping(time.Hour, "w", plain("a", nothing)))
		defer shutdown(t, r)
		starts(t, r, "w", "old")
		release := make(chan struct{})
		looks := 0
		s.fail(nil, func(context.Context) error {
			if looks++; looks == 2 { // the one after the removing
				<-release
			}
			return nil
		})
		pass(time.Hour)
		starts(t, r, "w", "new")
		close(release)
		synctest.Wait()
		remain(t, r, "new")
		pass(time.Hour)
		remain(t, r)
	})
}

// Runs that an earlier process has ended in the future, because its clock was
// wrong, do not keep those that end now.
func TestRetentionAfterAClockThatWasAhead(t *testing.T) {
	t.Parallel()
	onWatched(t, func(t *testing.T, p place, _ *watched, _ *logs) {
		wall := &wallClock{}
		wall.set(year)
		p.cfg.clock = wall.now
		w := func() *Workflow { return keeping(time.Hour, "w", plain("a", nothing)) }
		r := p.open(t, w())
		starts(t, r, "w", "1")
		shutdown(t, r)
		wall.set(0)
		r = p.open(t, w())
		defer shutdown(t, r)
		pass(time.Minute)
		starts(t, r, "w", "2")
		pass(time.Hour - time.Millisecond)
		remain(t, r, "2", "1")
		pass(sweepEvery)
		remain(t, r, "1")
		pass(year)
		remain(t, r)
	})
}
