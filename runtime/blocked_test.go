package cloacina

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Of a run that is blocked, what is stored is shown, and its timeout waits: the
// program that has its plan ends it.
func TestBlockedRunIsShownAsItIsStored(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		old := flow("w", plain("cut", forever), plain("done", nothing), plain("behind", nothing, 0))
		old.Plan.Timeout = time.Hour
		old.Plan.Fingerprint = old.Plan.ComputeFingerprint()
		before := p
		r, crash := before.openToCrash(t, old)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		crash()

		r = p.open(t, flow("w", plain("a", nothing)))
		<-time.After(2 * time.Hour)
		if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrBlocked) {
			t.Errorf("wait: %v", err)
		}
		d, err := r.Run(t.Context(), "x")
		if err != nil || d.State != Blocked || !d.Deadline.Before(time.Now()) {
			t.Fatalf("%v, run is %+v", err, d)
		}
		for i, want := range []State{Running, Completed, Waiting} {
			if d.Tasks[i].State != want {
				t.Errorf("task %s is %s, want %s", d.Tasks[i].ID, d.Tasks[i].State, want)
			}
		}
		if a := d.Tasks[0].Attempts; len(a) != 1 || a[0].Outcome != "" || !a[0].Ended.IsZero() {
			t.Errorf("attempts are %+v", a)
		}
		shutdown(t, r)

		r = p.open(t, old)
		defer shutdown(t, r)
		if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrRunTimeout) {
			t.Errorf("wait under the old plan: %v", err)
		}
	})
}

// A run that is blocked for another reason than before says so wherever it is
// asked, also to those who learned the old reason.
func TestAnotherReasonIsSeenEverywhere(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		before := p
		r, crash := before.openToCrash(t, flow("w", plain("cut", forever), plain("done", nothing)))
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		crash()
		r = p.open(t, flow("w", plain("cut", forever)))
		shutdown(t, r)

		r, err := Open(t.Context(), p.path, p.cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer shutdown(t, r)
		_, wait := r.Wait(t.Context(), "x")
		if wait == nil || !strings.Contains(wait.Error(), `task "done"`) {
			t.Errorf("before the workflow is registered: %v", wait)
		}
		if err := r.Register(flow("w", plain("done", nothing))); err != nil {
			t.Fatal(err)
		}
		d, err := r.Run(t.Context(), "x")
		if err != nil || !strings.Contains(d.Error, `task "cut" is running and is gone`) {
			t.Fatalf("%v, run is %+v", err, d)
		}
		if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), d.Error) {
			t.Errorf("stored reason is %s\nwait: %v", d.Error, err)
		}
	})
}

// A reason that is too long is cut where the reasons stand, not what can be done.
func TestLongReasonKeepsTheWaysOut(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		old := []task{plain("cut", forever)}
		for i := range 2000 {
			old = append(old, plain(fmt.Sprintf("a_task_that_is_gone_tomorrow_%d", i), nothing))
		}
		r, crash := p.openToCrash(t, flow("w", old...))
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		crash()
		log := &logs{}
		p.cfg.Handler = log
		r = p.open(t, flow("w", old[0]))
		defer shutdown(t, r)
		d, err := r.Run(t.Context(), "x")
		if err != nil || len(d.Error) > maxErrorBytes || !strings.Contains(d.Error, "cut, ") ||
			!strings.HasSuffix(d.Error, `or give it up with r.Cancel(ctx, "x")`) {
			t.Errorf("%v, the reason has %d bytes and ends in %q", err, len(d.Error), d.Error[max(0, len(d.Error)-200):])
		}
		log.has(t, "Pipeline blocked")
	})
}
