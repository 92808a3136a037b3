package cloacina

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestTaskFrom(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var infos []*TaskInfo
		fail := plain("fails", failing(errSource)).retries(1, time.Second)
		fail.AllowFailure = true
		r := p.open(t, flow("w",
			fail,
			plain("mends", func(ctx context.Context) error {
				infos = append(infos, TaskFrom(ctx))
				if TaskFrom(ctx).Attempt == 1 {
					return errors.New("first")
				}
				return nil
			}, 0).retries(1, time.Second),
			plain("skips", nothing, 0).when(TaskSuccess(0), func(v *View) (bool, Leaves) {
				return v.Success(0), LeavesOf(v.Success(0))
			}),
			plain("beside", nothing),
			plain("asks", func(ctx context.Context) error {
				info := TaskFrom(ctx)
				for id, want := range map[string]Outcome{
					"fails": {State: Failed, Attempts: 2, Err: errSource},
					"mends": {State: Completed, Attempts: 2, Err: errors.New("first")},
					"skips": {State: Skipped, Reason: `trigger rule not satisfied: task_success("fails") is false`},
				} {
					got, err := info.Outcome(id)
					if err != nil || got.State != want.State || got.Attempts != want.Attempts || got.Reason != want.Reason {
						t.Errorf("%s: %v, %+v", id, err, got)
					}
					if (got.Err == nil) != (want.Err == nil) || want.Err != nil && got.Err.Error() != want.Err.Error() {
						t.Errorf("%s: error is %v", id, got.Err)
					}
				}
				for _, id := range []string{"beside", "asks", "nobody"} {
					if _, err := info.Outcome(id); !errors.Is(err, ErrNotAncestor) {
						t.Errorf("%s: %v", id, err)
					}
				}
				return nil
			}, 1, 2)))
		defer shutdown(t, r)
		result, err := r.Execute(t.Context(), "w", nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, info := range infos {
			if info.Run != result.Run || info.Workflow != "w" || info.Task != "mends" || info.Attempt != i+1 ||
				info.IdempotencyKey != result.Run+"/mends" || info.Logger == nil {
				t.Errorf("info %d is %+v", i+1, info)
			}
		}
	})
}

// The error of an ancestor is its text once it went through the store.
func TestOutcomeAfterARestart(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var got Outcome
		fail := plain("fails", failing(errSource))
		fail.AllowFailure = true
		calls := 0
		w := flow("w", fail, plain("asks", func(ctx context.Context) (err error) {
			if calls++; calls == 1 {
				return forever(ctx)
			}
			got, err = TaskFrom(ctx).Outcome("fails")
			return err
		}, 0))
		r, crash := p.openToCrash(t, w)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		crash()
		r = p.open(t, w)
		defer shutdown(t, r)
		if _, err := r.Wait(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		if got.State != Failed || got.Err == nil || got.Err.Error() != errSource.Error() || errors.Is(got.Err, errSource) {
			t.Errorf("outcome is %+v", got)
		}
	})
}

// That an ancestor was interrupted too often is known after a restart too.
func TestOutcomeOfAnInterruptedTaskAfterARestart(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		p.cfg.MaxInterruptions = 1
		var got Outcome
		kills := plain("kills", forever)
		kills.AllowFailure = true
		calls := 0
		w := flow("w", kills, plain("asks", func(ctx context.Context) (err error) {
			if calls++; calls == 1 {
				return forever(ctx)
			}
			got, err = TaskFrom(ctx).Outcome("kills")
			return err
		}, 0))
		for i := range 3 {
			r, crash := p.openToCrash(t, w)
			if i == 0 {
				if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
			crash()
		}
		r := p.open(t, w)
		defer shutdown(t, r)
		if _, err := r.Wait(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		if got.State != Failed || !errors.Is(got.Err, ErrInterrupted) || calls != 2 {
			t.Errorf("outcome is %+v after %d calls", got, calls)
		}
	})
}

// A task's function is a plain function: it can be tested without a runner.
func TestTaskFromOutsideATask(t *testing.T) {
	t.Parallel()
	info := TaskFrom(t.Context())
	info.Logger.Info("goes nowhere")
	if _, err := info.Outcome("a"); !errors.Is(err, ErrNotAncestor) || info.Run != "" {
		t.Errorf("%v, %+v", err, info)
	}
}

// Whoever asks in an attempt gets the same answer, also under a derived context.
func TestTaskFromIsOneForAnAttempt(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", func(ctx context.Context) error {
			inner, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			answers := make(chan *TaskInfo)
			for range 4 {
				go func() { answers <- TaskFrom(inner) }()
			}
			for range 4 {
				if info := <-answers; info != TaskFrom(ctx) {
					t.Errorf("there are %p and %p", info, TaskFrom(ctx))
				}
			}
			return nil
		}).timeout(time.Minute)))
		defer shutdown(t, r)
		if _, err := r.Execute(t.Context(), "w", nil); err != nil {
			t.Error(err)
		}
	})
}
