package cloacina

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// leaveCallback starts a run of a task with a callback, one that is skipped and
// one that runs, and lets the process die during the callback.
func (h *heard) leaveCallback(t *testing.T, p place) {
	t.Helper()
	h.take(true)
	r, crash := p.openToCrash(t, flow("w", h.good(), plain("check", nothing, 0).ifFailed(0), plain("hold", forever)))
	if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
		t.Fatal(err)
	}
	crash()
	if diff := cmp.Diff(goodEnd, h.take(false)); diff != "" {
		t.Fatalf("first call (-want +got):\n%s", diff)
	}
}

// good is a task with a callback.
func (h *heard) good() task {
	t := plain("good", nothing)
	t.OnSuccess = h.callback
	return t
}

var goodEnd = []string{"x w good completed 1"}

// The number of a task may change while its callback is pending: it is called
// for the right task, once.
func TestCallbackOfARenumberedTask(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		h := &heard{}
		h.leaveCallback(t, p)
		renumbered := func() *Workflow {
			return flow("w", plain("new", nothing), plain("hold", nothing), h.good(), plain("check", nothing, 2).ifFailed(2))
		}
		r := p.open(t, renumbered())
		if _, err := r.Wait(t.Context(), "x"); err != nil {
			t.Error(err)
		}
		shutdown(t, r)
		if diff := cmp.Diff(goodEnd, h.take(false)); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
		shutdown(t, p.open(t, renumbered()))
		if calls := h.take(false); len(calls) > 0 {
			t.Errorf("called again: %q", calls)
		}
	})
}

// Whether the callbacks of a blocked run are called is open as long as it is
// open which code the run goes on under.
func TestCallbacksOfABlockedRunWait(t *testing.T) {
	t.Parallel()
	h := &heard{}
	old := func() *Workflow {
		return flow("w", h.good(), plain("check", nothing, 0).ifFailed(0), plain("hold", nothing))
	}
	const dropped = "WARN  cloacina::executor > Callback dropped: good"
	for name, test := range map[string]struct {
		after *Workflow // does not fit
		then  *Workflow // of the next process
		out   func(ctx context.Context, r *Runner) error
		calls []string
	}{
		"the code is taken back": {
			flow("w", plain("hold", nothing)), old(),
			func(ctx context.Context, r *Runner) error { _, err := r.Wait(ctx, "x"); return err }, goodEnd,
		},
		"its task is there, accepted": {
			flow("w", plain("hold", nothing), h.good()), nil,
			func(ctx context.Context, r *Runner) error { return r.Unblock(ctx, "x", UnblockAccept) }, goodEnd,
		},
		"its task is there, given up": {
			flow("w", plain("hold", nothing), h.good()), nil,
			func(ctx context.Context, r *Runner) error { return r.Cancel(ctx, "x") }, goodEnd,
		},
		"its task is gone, accepted": {
			flow("w", plain("hold", nothing)), nil,
			func(ctx context.Context, r *Runner) error { return r.Unblock(ctx, "x", UnblockAccept) }, nil,
		},
		"its task is gone, given up": {
			flow("w", plain("hold", nothing)), nil,
			func(ctx context.Context, r *Runner) error { return r.Cancel(ctx, "x") }, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEveryStoreInTurn(t, func(t *testing.T, p place) {
				h.leaveCallback(t, p)
				log := &logs{}
				p.cfg.Handler = log
				for range 2 {
					shutdown(t, p.open(t, test.after))
				}
				if calls := h.take(false); len(calls) > 0 || strings.Contains(log.String(), dropped) {
					t.Errorf("while it is blocked: called %q\n%s", calls, log)
				}
				then := test.then
				if then == nil {
					then = test.after
				}
				r := p.open(t, then)
				if err := test.out(t.Context(), r); err != nil {
					t.Error(err)
				}
				shutdown(t, r)
				if diff := cmp.Diff(test.calls, h.take(false)); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
				if got := strings.Contains(log.String(), dropped); got != (test.calls == nil) {
					t.Errorf("dropped: %t\n%s", got, log)
				}
				shutdown(t, p.open(t, then, flow("other", plain("a", nothing))))
				if calls := h.take(false); len(calls) > 0 {
					t.Errorf("called again: %q", calls)
				}
			})
		})
	}
}
