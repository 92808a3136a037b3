package cloacina

import (
	"context"
	"errors"
	"iter"
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
					"restore the file from a backup, the other runs are not concerned"
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
