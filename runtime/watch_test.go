package cloacina

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// naps is a task that takes a second of virtual time.
func naps(id string, f func(attempt int) error, deps ...int) task {
	return lasts(time.Second, id, f, deps...)
}

// lasts is a task that takes its time, so that its states can be told apart, and
// then returns what f says about the attempt.
func lasts(d time.Duration, id string, f func(attempt int) error, deps ...int) task {
	return plain(id, func(ctx context.Context) error {
		<-time.After(d)
		if f == nil {
			return nil
		}
		return f(TaskFrom(ctx).Attempt)
	}, deps...)
}

// until fails the attempts before the one with the number.
func until(attempt int) func(int) error {
	return func(n int) error {
		if n < attempt {
			return errSource
		}
		return nil
	}
}

// line writes a change with times since the beginning of the bubble.
func (c Change) line(begin time.Time) string {
	since := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.Sub(begin).String()
	}
	name := c.Task
	if name == "" {
		name = "RUN"
	}
	s := fmt.Sprintf("%s %s %d at %s", name, c.State, c.Attempt, since(c.At))
	if !c.RetryAt.IsZero() {
		s += " again " + since(c.RetryAt)
	}
	for _, text := range []string{c.Err, c.Reason} {
		if text != "" {
			s += " (" + text + ")"
		}
	}
	if len(c.DependsOn) > 0 {
		s += " <- " + strings.Join(c.DependsOn, ",")
	}
	return s
}

// watching collects what a watch yields, one line a change.
func watching(ctx context.Context, r *Runner, id string, begin time.Time) (lines []string, err error) {
	for c, err := range r.Watch(ctx, id) {
		if err != nil {
			return lines, err
		}
		if c.Run != id || c.Workflow != "w" {
			return lines, fmt.Errorf("change is about run %q of workflow %q", c.Run, c.Workflow)
		}
		lines = append(lines, c.line(begin))
	}
	return lines, nil
}

// inBackground watches until the function that it returns is called.
func inBackground(ctx context.Context, r *Runner, id string, begin time.Time) func() ([]string, error) {
	var lines []string
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines, err = watching(ctx, r, id, begin)
	}()
	return func() ([]string, error) {
		<-done
		return lines, err
	}
}

func sameLines(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func mustStart(t *testing.T, r *Runner, id string) *RunHandle {
	t.Helper()
	run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// eventful is a workflow with something of everything.
func eventful() *Workflow {
	return flow("w",
		naps("flaky", until(2)).retries(1, 10*time.Second),
		lasts(2*time.Second, "bad", until(9)),
		naps("unwanted", nil, 0).when(TaskFailed(0), never),
		naps("last", nil, 0, 1, 2))
}

// Every change is told once it is on disk, with the same times as are stored.
func TestWatchTellsEveryChange(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		begin := time.Now()
		r := p.open(t, eventful())
		defer shutdown(t, r)
		mustStart(t, r, "x")
		lines, err := watching(t.Context(), r, "x", begin)
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, "a whole run", lines,
			"RUN running 0 at 0s",
			"flaky running 1 at 0s",
			"bad running 1 at 0s",
			"unwanted waiting 0 at - <- flaky",
			"last waiting 0 at - <- flaky,bad,unwanted",
			"flaky retrying 1 at 1s again 11s ("+errSource.Error()+")",
			"bad failed 1 at 2s ("+errSource.Error()+")",
			"flaky running 2 at 11s",
			"flaky completed 2 at 12s",
			"unwanted skipped 0 at 12s (trigger rule not satisfied: task_failed(\"flaky\") is false)",
			"last running 1 at 12s",
			"last completed 1 at 13s",
			"RUN failed 0 at 13s")
		again, err := watching(t.Context(), r, "x", begin)
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, "the run after its end", again,
			"flaky completed 2 at 12s",
			"bad failed 1 at 2s ("+errSource.Error()+")",
			"unwanted skipped 0 at 12s (trigger rule not satisfied: task_failed(\"flaky\") is false) <- flaky",
			"last completed 1 at 13s <- flaky,bad,unwanted",
			"RUN failed 0 at 13s")
	})
}

func TestWatchBeginsWithHowItIs(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		begin := time.Now()
		p.cfg.MaxConcurrentTasks = 1
		r := p.open(t, eventful())
		defer shutdown(t, r)
		mustStart(t, r, "x")
		<-time.After(1500 * time.Millisecond)
		lines, err := watching(t.Context(), r, "x", begin)
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, "with flaky retrying", lines[:5],
			"RUN running 0 at 0s",
			"flaky retrying 1 at 1s again 11s ("+errSource.Error()+")",
			"bad running 1 at 1s",
			"unwanted waiting 0 at - <- flaky",
			"last waiting 0 at - <- flaky,bad,unwanted")
	})
}

// A task that has to wait for a slot is ready meanwhile.
func TestWatchSeesReadyTasks(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		begin := time.Now()
		p.cfg.MaxConcurrentTasks = 1
		r := p.open(t, flow("w", naps("a", nil), naps("b", nil), naps("c", nil, 0)))
		defer shutdown(t, r)
		mustStart(t, r, "x")
		lines, err := watching(t.Context(), r, "x", begin)
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, "one slot", lines,
			"RUN running 0 at 0s",
			"a running 1 at 0s",
			"b ready 0 at 0s",
			"c waiting 0 at - <- a",
			"a completed 1 at 1s",
			"c ready 0 at 1s",
			"b running 1 at 1s",
			"b completed 1 at 2s",
			"c running 1 at 2s",
			"c completed 1 at 3s",
			"RUN completed 0 at 3s")
	})
}

// So is one whose retry is due while there is no slot.
func TestWatchSeesDueRetries(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		begin := time.Now()
		p.cfg.MaxConcurrentTasks = 1
		r := p.open(t, flow("w", naps("a", until(2)).retries(1, 2*time.Second), lasts(10*time.Second, "b", nil)))
		defer shutdown(t, r)
		mustStart(t, r, "x")
		there := inBackground(t.Context(), r, "x", begin)
		<-time.After(5 * time.Second)
		lines, err := watching(t.Context(), r, "x", begin)
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, "who comes later", lines[:3], "RUN running 0 at 0s", "a ready 1 at 3s", "b running 1 at 1s")
		if lines, err = there(); err != nil {
			t.Fatal(err)
		}
		sameLines(t, "who was there", lines[3:7], "a retrying 1 at 1s again 3s ("+errSource.Error()+")",
			"b running 1 at 1s", "a ready 1 at 3s", "b completed 1 at 11s")
	})
}

func TestWatchSeesCancelAndTimeout(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		begin := time.Now()
		w := flow("w", plain("a", forever), plain("b", nothing, 0))
		w.Plan.Timeout = time.Minute
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		defer shutdown(t, r)
		mustStart(t, r, "x")
		mustStart(t, r, "y")
		x, y := inBackground(t.Context(), r, "x", begin), inBackground(t.Context(), r, "y", begin)
		<-time.After(5 * time.Second)
		if err := r.Cancel(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		lines, err := x()
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, "cancelled", lines[3:],
			"a cancelled 1 at 5s", "b cancelled 0 at 5s", "RUN cancelled 0 at 5s")
		if lines, err = y(); err != nil {
			t.Fatal(err)
		}
		sameLines(t, "timed out", lines[3:],
			"a cancelled 1 at 1m0s", "b cancelled 0 at 1m0s",
			"RUN failed 0 at 1m0s (run timed out after 1m0s (timeout of the workflow))")
	})
}

// A consumer that does not come delays nothing, and then finds the last state of
// every task; what was kept for it is no more than that.
func TestWatchOfASlowConsumer(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		begin := time.Now()
		r := p.open(t, flow("w", naps("flaky", until(501)).retries(500, time.Second), naps("bad", until(9)),
			naps("last", nil, 0, 1)))
		defer shutdown(t, r)
		run := mustStart(t, r, "x")
		var lines []string
		for c, err := range r.Watch(t.Context(), "x") {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, c.line(begin))
			if len(lines) > 1 {
				continue
			}
			if _, err := run.Wait(t.Context()); !errors.Is(err, errSource) {
				t.Errorf("wait: %v", err)
			}
			if took := time.Since(begin); took != 1002*time.Second {
				t.Errorf("the run took %v", took)
			}
		}
		sameLines(t, "slow", lines,
			"RUN running 0 at 0s",
			"flaky running 1 at 0s",
			"bad running 1 at 0s",
			"last waiting 0 at - <- flaky,bad",
			"bad failed 1 at 1s ("+errSource.Error()+")",
			"flaky completed 501 at 16m41s",
			"last completed 1 at 16m42s",
			"RUN failed 0 at 16m42s")
	})
}
