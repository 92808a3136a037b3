package plan_test

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// The longest delay is a bound of every delay that the engine computes, and some
// run comes near it.
func TestLongestDelayBoundsThoseOfTheEngine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		delay := rapid.Int64Range(int64(time.Millisecond), int64(time.Minute)).Draw(t, "delay")
		r := plan.Retry{
			Attempts: rapid.IntRange(1, 1000).Draw(t, "attempts"),
			Delay:    time.Duration(delay),
			MaxDelay: time.Duration(rapid.Int64Range(delay, int64(time.Hour)).Draw(t, "limit")),
			Backoff:  plan.Backoff(rapid.IntRange(0, 2).Draw(t, "backoff")),
			Jitter:   rapid.Bool().Draw(t, "jitter"),
		}
		n := rapid.IntRange(1, r.Attempts).Draw(t, "attempt")
		longest := r.LongestDelay(n)
		var most time.Duration
		for run := range 200 {
			most = max(most, engine.RetryDelay(r, strconv.Itoa(run), 0, n))
		}
		if most > longest {
			t.Fatalf("attempt %d of %+v waits %v, longer than %v", n, r, most, longest)
		}
		if most < longest-longest/20 {
			t.Fatalf("attempt %d of %+v waits at most %v, far from %v", n, r, most, longest)
		}
	})
}

func TestTiming(t *testing.T) {
	t.Parallel()
	retry := plan.Retry{Attempts: 3, Delay: time.Second, MaxDelay: 30 * time.Second, Jitter: true}
	for name, c := range map[string]struct {
		task plan.Task
		want plan.Timing
	}{
		"one attempt": {
			plan.Task{Timeout: time.Minute},
			plan.Timing{Executions: 1, Timeout: time.Minute, WorstCase: time.Minute},
		},
		"exponential with jitter": {
			plan.Task{Retry: retry, Timeout: time.Minute},
			plan.Timing{
				Executions: 4, Timeout: time.Minute, Delays: 8750 * time.Millisecond,
				WorstCase: 4*time.Minute + 8750*time.Millisecond,
			},
		},
		"without a timeout": {
			plan.Task{Retry: retry},
			plan.Timing{Executions: 4, Delays: 8750 * time.Millisecond, WorstCase: 8750 * time.Millisecond},
		},
		"capped": {
			plan.Task{Retry: plan.Retry{Attempts: 4, Delay: 2 * time.Second, MaxDelay: 5 * time.Second, Backoff: plan.Linear}},
			plan.Timing{Executions: 5, Delays: 16 * time.Second, WorstCase: 16 * time.Second},
		},
		"never again": {
			plan.Task{Retry: plan.Retry{Attempts: 9, Delay: 1, MaxDelay: 1, Condition: plan.RetryNever}, Timeout: 7},
			plan.Timing{Executions: 1, Timeout: 7, WorstCase: 7},
		},
		"beyond the range": {
			plan.Task{Retry: plan.Retry{Attempts: 1000, Delay: 1 << 62, MaxDelay: 1 << 62, Backoff: plan.Fixed}, Timeout: 1 << 62},
			plan.Timing{Executions: 1001, Timeout: 1 << 62, Delays: 1<<63 - 1, WorstCase: 1<<63 - 1},
		},
	} {
		if got := c.task.Timing(); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
		if bounded := c.want.Timeout > 0; c.want.Bounded() != bounded {
			t.Errorf("%s: bounded is not %v", name, bounded)
		}
	}
}
