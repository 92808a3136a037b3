package cloacina

import (
	"errors"
	"testing"
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
