package cloacina

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The three outcomes of the tutorial.
func TestTutorialOutcomes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		fetch, cache error
		state        State
		want         map[string]State
		values       Values
	}{
		{"fetch works", nil, nil, Completed, map[string]State{
			"fetch_data": Completed, "cached_data": Skipped, "process_data": Completed, "high_quality": Completed,
			"low_quality": Skipped, "notification": Skipped, "report": Completed,
		}, Values{"raw_data": int64(83), "score": int64(83), "path": "high", "report": "high"}},
		{"cache works", errSource, nil, Completed, map[string]State{
			"fetch_data": Failed, "cached_data": Completed, "process_data": Completed, "high_quality": Skipped,
			"low_quality": Completed, "notification": Skipped, "report": Completed,
		}, Values{"raw_data": int64(65), "score": int64(65), "path": "low", "report": "low"}},
		{"both fail", errSource, errSource, Failed, map[string]State{
			"fetch_data": Failed, "cached_data": Failed, "process_data": Skipped, "high_quality": Skipped,
			"low_quality": Skipped, "notification": Completed, "report": Skipped,
		}, Values{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			onEveryStore(t, func(t *testing.T, p place) {
				r := p.open(t, tutorial(c.fetch, c.cache))
				defer shutdown(t, r)
				result, err := r.Execute(t.Context(), "resilient", nil)
				if (err == nil) != (c.state == Completed) || result.State != c.state {
					t.Errorf("%s: %v", result.State, err)
				}
				if diff := cmp.Diff(c.want, states(result)); diff != "" {
					t.Errorf("states (-want +got):\n%s", diff)
				}
				values, err := result.Values()
				if diff := cmp.Diff(c.values, values); diff != "" || err != nil {
					t.Errorf("%v, values (-want +got):\n%s", err, diff)
				}
			})
		})
	}
}

// The result of a run that ended in an earlier process is the same, but for
// the errors, of which the texts are left.
func TestResultAfterARestart(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		w := tutorial(errSource, errSource)
		r := p.open(t, w)
		run, err := r.Start(t.Context(), "resilient", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		first, failure := run.Wait(t.Context())
		if !errors.Is(failure, errSource) {
			t.Errorf("error is %v", failure)
		}
		shutdown(t, r)
		for name, workflows := range map[string][]*Workflow{"registered": {w}, "not registered": nil} {
			r = p.open(t, workflows...)
			second, err := r.Wait(t.Context(), "x")
			failed, ok := errors.AsType[*RunFailedError](err)
			if !ok || errors.Is(err, errSource) || err.Error() != failure.Error() || len(failed.Tasks) != 2 {
				t.Errorf("%s: error is %v", name, err)
			}
			text := cmp.Transformer("text", func(err error) string { return fmt.Sprint(err) })
			if diff := cmp.Diff(first.Tasks, second.Tasks, text); diff != "" {
				t.Errorf("%s: tasks (-first +second):\n%s", name, diff)
			}
			if first.Duration() != second.Duration() || !first.Started.Equal(second.Started) {
				t.Errorf("%s: times differ: %v, %v", name, first.Duration(), second.Duration())
			}
			if c, err := second.Context(); err != nil || c.Has("raw_data") {
				t.Errorf("%s: final context: %v", name, err)
			}
			shutdown(t, r)
		}
	})
}

func TestResultTimes(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, tutorial(errSource, nil))
		defer shutdown(t, r)
		begin := time.Now()
		result, err := r.Execute(t.Context(), "resilient", nil)
		if err != nil {
			t.Fatal(err)
		}
		fetch := result.Tasks[0]
		if got := fetch.Started.Sub(begin); got > time.Millisecond || fetch.Attempts != 3 {
			t.Errorf("%d attempts, the first after %v", fetch.Attempts, got)
		}
		if got := fetch.Ended.Sub(fetch.Started).Round(100 * time.Millisecond); got != 2*time.Second {
			t.Errorf("three attempts took %v", got)
		}
		if skipped := result.Tasks[3]; !skipped.Started.IsZero() || !skipped.Ended.IsZero() || skipped.Attempts != 0 {
			t.Errorf("skipped task is %+v", skipped)
		}
		if got := result.Duration().Round(100 * time.Millisecond); got != 2*time.Second {
			t.Errorf("the run took %v", got)
		}
	})
}
