package cloacina

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Runs whose workflow is not registered are a warning once there was time for it.
func TestRunsThatNobodyGoesOnWith(t *testing.T) {
	t.Parallel()
	const one, two = "WARN 1 open run waits for its workflow to be registered workflow=v",
		"WARN 2 open runs wait for their workflow to be registered workflow=w"
	for name, test := range map[string]struct {
		register func(t *testing.T, r *Runner, v, w *Workflow)
		want     []string
	}{
		"never": {func(*testing.T, *Runner, *Workflow, *Workflow) {}, []string{one, two}},
		"one of them": {func(t *testing.T, r *Runner, _, w *Workflow) {
			t.Helper()
			if err := r.Register(w); err != nil {
				t.Error(err)
			}
		}, []string{one}},
		"in time": {func(t *testing.T, r *Runner, v, w *Workflow) {
			t.Helper()
			<-time.After(9 * time.Second)
			if err := r.Register(v, w); err != nil {
				t.Error(err)
			}
			if n := inspect(r, func(l *loop) int { return l.forsakenAt.index }); n != -1 {
				t.Error("the timer is still set")
			}
		}, nil},
		"cancelled": {func(t *testing.T, r *Runner, _, _ *Workflow) {
			t.Helper()
			for _, id := range []string{"x", "y", "z"} {
				if err := r.Cancel(t.Context(), id); err != nil {
					t.Error(err)
				}
			}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, p place) {
				v, w := flow("v", plain("a", forever)), flow("w", plain("a", forever))
				r, crash := p.openToCrash(t, v, w)
				for id, workflow := range map[string]string{"x": "v", "y": "w", "z": "w"} {
					if _, err := r.Start(t.Context(), workflow, nil, StartOptions{ID: id}); err != nil {
						t.Fatal(err)
					}
				}
				crash()
				log := &logs{}
				p.cfg.Handler = log
				r = p.open(t)
				test.register(t, r, v, w)
				if strings.Contains(log.String(), "registered") {
					t.Errorf("too soon:\n%s", log)
				}
				<-time.After(time.Hour)
				synctest.Wait()
				log.hasFields(t, test.want...)
				if n := strings.Count(log.String(), "to be registered"); n != len(test.want) {
					t.Errorf("%d warnings:\n%s", n, log)
				}
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				_ = r.Shutdown(ctx) // some tasks never end
			})
		})
	}
}
