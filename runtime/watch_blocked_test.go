package cloacina

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A watch ends when its run is blocked, as a wait does; the next one follows what
// becomes of it.
func TestWatchOfABlockedRun(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		begin := time.Now()
		var f faulty
		r := p.open(t, f.workflow())
		defer shutdown(t, r)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		lines, err := watching(t.Context(), r, "x", begin)
		if !errors.Is(err, ErrBlocked) || !strings.HasPrefix(err.Error(), "run x of workflow w: run is blocked: ") {
			t.Errorf("watch: %v", err)
		}
		// It may have been blocked before the watch began or after that.
		blocked := func(line string) bool {
			return strings.HasPrefix(line, `RUN blocked 0 at - (run "x": assertion failed`)
		}
		if !slices.ContainsFunc(lines, blocked) {
			t.Errorf("no change says that it is blocked: %q", lines)
		}
		again, err2 := watching(t.Context(), r, "x", begin)
		if err2 == nil || err2.Error() != err.Error() || len(again) != 4 || !blocked(again[0]) {
			t.Errorf("watched again: %v, %q", err2, again)
		}
		f.repaired.Store(true)
		synctest.Wait()
		if err := r.Unblock(t.Context(), "x", UnblockAccept); err != nil {
			t.Fatal(err)
		}
		if lines, err = watching(t.Context(), r, "x", begin); err != nil || lines[len(lines)-1] != "RUN completed 0 at 20s" {
			t.Errorf("unblocked: %v, %q", err, lines)
		}
		if _, err := run.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Whoever watches a run whose workflow is not registered is told so, and is told
// everything anew when it is, under the plan that it then has.
func TestWatchOfAnUnregisteredRun(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		begin := time.Now()
		before := p
		r, crash := before.openToCrash(t, flow("w", naps("done", nil), plain("cut", forever), naps("old", nil, 0, 1)))
		mustStart(t, r, "x")
		<-time.After(2 * time.Second)
		crash()

		r = p.open(t)
		defer shutdown(t, r)
		end := inBackground(t.Context(), r, "x", begin)
		<-time.After(time.Second)
		err := r.Register(flow("w", naps("done", nil), naps("cut", nil), lasts(2*time.Second, "other", nil, 0), naps("new", nil, 1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		lines, err := end()
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, "until it ended", lines,
			"RUN running 0 at 0s (its workflow is not registered with this runner)",
			"done completed 1 at 1s",
			"cut running 1 at 0s",
			"old waiting 0 at - <- done,cut",
			"RUN running 0 at 0s",
			"done completed 1 at 1s",
			"cut running 1 at 3s",
			"other running 1 at 3s <- done",
			"new waiting 0 at - <- cut,other",
			"cut completed 1 at 4s",
			"other completed 1 at 5s",
			"new running 1 at 5s",
			"new completed 1 at 6s",
			"RUN completed 0 at 6s")
	})
}

// A run that is cancelled while its workflow is not registered.
func TestWatchOfACancelledUnregisteredRun(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		begin := time.Now()
		before := p
		r, crash := before.openToCrash(t, flow("w", plain("cut", forever), naps("b", nil, 0)))
		mustStart(t, r, "x")
		crash()
		r = p.open(t)
		defer shutdown(t, r)
		end := inBackground(t.Context(), r, "x", begin)
		synctest.Wait()
		if err := r.Cancel(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		lines, err := end()
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, "cancelled", lines[3:], "cut cancelled 1 at 0s", "b cancelled 0 at 0s", "RUN cancelled 0 at 0s")
	})
}

// Of a damaged run only that is told.
func TestWatchOfADamagedRun(t *testing.T) {
	t.Parallel()
	for name, bare := range map[string]bool{"with a state": false, "without": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, p place) {
				w := flow("w", plain("a", forever))
				before := p
				r, crash := before.openToCrash(t, w)
				mustStart(t, r, "x")
				crash()
				p.cfg.store = corrupt{p.cfg.store, bare}
				r = p.open(t, w)
				defer shutdown(t, r)
				lines, err := watching(t.Context(), r, "x", time.Now())
				if !errors.Is(err, ErrBlocked) || !errors.Is(err, errDamage) {
					t.Errorf("watch: %v", err)
				}
				if len(lines) == 0 || !strings.HasPrefix(lines[0], "RUN blocked 0 at - (what is stored of it is damaged") {
					t.Errorf("lines are %q", lines)
				}
			})
		})
	}
}

// A run that ends in the moment in which its workflow is registered.
func TestWatchOfARunThatEndsWhenItIsRegistered(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		begin := time.Now()
		w := flow("w", naps("done", nil), plain("cut", forever), naps("after", nil, 1))
		w.Plan.Timeout = time.Minute
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		before := p
		r, crash := before.openToCrash(t, w)
		mustStart(t, r, "x")
		<-time.After(time.Minute - time.Millisecond)
		crash()
		<-time.After(time.Minute)

		r = p.open(t)
		defer shutdown(t, r)
		end := inBackground(t.Context(), r, "x", begin)
		synctest.Wait()
		if err := r.Register(w); err != nil {
			t.Fatal(err)
		}
		lines, err := end()
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, "after it was registered", lines[4:],
			"RUN running 0 at 0s",
			"done completed 1 at 1s",
			"cut cancelled 1 at 1m59.999s",
			"after cancelled 0 at 1m59.999s <- cut",
			"RUN failed 0 at 1m59.999s (run timed out after 1m0s (timeout of the workflow))")
	})
}
