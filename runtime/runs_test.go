package cloacina

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestRunsFilterAndPage(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, flow("good", plain("a", nothing)), flow("bad", plain("a", failing(errSource))),
			flow("open", plain("a", forever)))
		defer shutdown(t, r)
		for i := range 12 {
			name := []string{"good", "bad", "open"}[i%3]
			if _, err := r.Start(t.Context(), name, nil, StartOptions{ID: fmt.Sprint(i)}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		for _, c := range []struct {
			filter RunFilter
			want   []string
		}{
			{RunFilter{}, []string{"11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0"}},
			{RunFilter{Workflow: "bad"}, []string{"10", "7", "4", "1"}},
			{RunFilter{Workflow: "none"}, nil},
			{RunFilter{States: []State{Running}}, []string{"11", "8", "5", "2"}},
			{RunFilter{States: []State{Completed, Failed}, Limit: 3}, []string{"10", "9", "7"}},
			{RunFilter{States: []State{Blocked}}, nil},
			{RunFilter{States: []State{Cancelled}}, nil},
		} {
			got, err := r.Runs(t.Context(), c.filter)
			if err != nil || !slices.Equal(idsOf(got), c.want) {
				t.Errorf("%+v: %v, %v", c.filter, idsOf(got), err)
			}
		}
		if _, err := r.Runs(t.Context(), RunFilter{States: []State{Skipped}}); err == nil {
			t.Error("a run cannot be skipped")
		}
		var all []string
		for f := (RunFilter{Limit: 5}); ; {
			page, err := r.Runs(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			all = append(all, idsOf(page)...)
			f.Before = page[len(page)-1].Number
		}
		if len(all) != 12 || all[11] != "0" {
			t.Errorf("pages are %v", all)
		}
		for i := range 4 {
			if err := r.Cancel(t.Context(), fmt.Sprint(3*i+2)); err != nil {
				t.Error(err)
			}
		}
	})
}

func idsOf(runs []RunInfo) (ids []string) {
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestRunDetail(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		w := flow("w",
			plain("flaky", func(ctx context.Context) error {
				<-time.After(time.Minute)
				if TaskFrom(ctx).Attempt == 1 {
					return errSource
				}
				return nil
			}).retries(1, time.Hour),
			plain("skipped", nothing, 0).when(TaskFailed(0), func(v *View) (bool, Leaves) {
				return v.Failed(0), LeavesOf(v.Failed(0))
			}))
		w.Plan.Timeout = 10 * time.Hour
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		defer shutdown(t, r)
		begin := time.Now()
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(30 * time.Minute)
		d, err := r.Run(t.Context(), "x")
		if err != nil || d.State != Running || d.Tasks[0].State != Retrying || d.Tasks[1].State != Waiting {
			t.Errorf("%v, detail is %+v", err, d)
		}
		near := func(what string, got time.Time, want time.Duration) {
			t.Helper()
			if got.Sub(begin).Round(time.Second) != want {
				t.Errorf("%s is %v after the start, want %v", what, got.Sub(begin), want)
			}
		}
		first := d.Tasks[0].Attempts[0]
		near("start", first.Started, 0)
		near("end", first.Ended, time.Minute)
		near("next", first.NextAt, time.Hour+time.Minute)
		near("deadline", d.Deadline, 10*time.Hour)
		if first.Outcome != "failed" || first.Error != errSource.Error() || first.Host == "" || first.Version == "" {
			t.Errorf("first attempt is %+v", first)
		}
		result, err := run.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d, err = r.Run(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		near("end of the run", d.Ended, time.Hour+2*time.Minute)
		if len(d.Tasks[0].Attempts) != 2 || d.Tasks[0].Attempts[1].Outcome != "succeeded" || d.Tasks[1].State != Skipped {
			t.Errorf("detail is %+v", d)
		}
		const reason = `trigger rule not satisfied: task_failed("flaky") is false`
		if d.Tasks[1].Reason != reason || result.Tasks[1].Reason != reason || d.Tasks[1].Rule == "" {
			t.Errorf("reasons are %q and %q", d.Tasks[1].Reason, result.Tasks[1].Reason)
		}
		if _, err := r.Run(t.Context(), "nobody"); !errors.Is(err, ErrRunNotFound) {
			t.Error(err)
		}
	})
}

// A state that no run has is refused with those that there are.
func TestRunsWithAnUnknownState(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t)
		defer shutdown(t, r)
		for _, state := range []State{"done", Skipped, ""} {
			_, err := r.Runs(t.Context(), RunFilter{States: []State{Running, state}})
			want := fmt.Sprintf("list runs: %q is not the state of a run, which is running, paused, blocked, "+
				"completed, failed or cancelled", string(state))
			if err == nil || err.Error() != want {
				t.Errorf("error is %v", err)
			}
		}
	})
}
