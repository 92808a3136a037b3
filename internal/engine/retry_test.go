package engine_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

func TestRetryDelayWithoutJitter(t *testing.T) {
	t.Parallel()
	const s, forever = time.Second, time.Duration(math.MaxInt64)
	for _, test := range []struct {
		policy  plan.Retry
		attempt int
		want    time.Duration
	}{
		{plan.Retry{Delay: s, MaxDelay: 30 * s, Backoff: plan.Fixed}, 1, s},
		{plan.Retry{Delay: s, MaxDelay: 30 * s, Backoff: plan.Fixed}, 1000, s},
		{plan.Retry{Delay: s, MaxDelay: 30 * s, Backoff: plan.Linear}, 1, s},
		{plan.Retry{Delay: s, MaxDelay: 30 * s, Backoff: plan.Linear}, 3, 3 * s},
		{plan.Retry{Delay: s, MaxDelay: 30 * s, Backoff: plan.Linear}, 30, 30 * s},
		{plan.Retry{Delay: s, MaxDelay: 30 * s, Backoff: plan.Linear}, 31, 30 * s},
		{plan.Retry{Delay: s, MaxDelay: 30 * s}, 1, s},
		{plan.Retry{Delay: s, MaxDelay: 30 * s}, 2, 2 * s},
		{plan.Retry{Delay: s, MaxDelay: 30 * s}, 3, 4 * s},
		{plan.Retry{Delay: s, MaxDelay: 30 * s}, 5, 16 * s},
		{plan.Retry{Delay: s, MaxDelay: 30 * s}, 6, 30 * s},
		{plan.Retry{Delay: s, MaxDelay: s}, 4, s},
		{plan.Retry{Delay: s, MaxDelay: forever}, 34, s << 33},
		{plan.Retry{Delay: s, MaxDelay: forever}, 35, forever},
		{plan.Retry{Delay: 1, MaxDelay: forever}, 63, 1 << 62},
		{plan.Retry{Delay: 1, MaxDelay: forever}, 64, forever},
		{plan.Retry{Delay: 1, MaxDelay: forever}, 1001, forever},
		{plan.Retry{Delay: forever / 2, MaxDelay: forever, Backoff: plan.Linear}, 3, forever},
		{plan.Retry{Delay: -s, MaxDelay: s}, 1, 0},
	} {
		if got := engine.RetryDelay(test.policy, "run", 0, test.attempt); got != test.want {
			t.Errorf("%v %v after attempt %d: got %v, want %v", test.policy.Backoff, test.policy.Delay, test.attempt, got, test.want)
		}
	}
}

// Jitter stays within a quarter of the delay without it, and under the cap.
func TestRetryDelayJitterBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		policy := plan.Retry{
			Delay:    time.Duration(rapid.Int64Range(1, math.MaxInt64).Draw(t, "delay")),
			MaxDelay: time.Duration(rapid.Int64Range(1, math.MaxInt64).Draw(t, "max")),
			Backoff:  plan.Backoff(rapid.Uint8Range(0, 2).Draw(t, "backoff")),
		}
		run, task := rapid.String().Draw(t, "run"), rapid.IntRange(0, 1<<20).Draw(t, "task")
		attempt := rapid.IntRange(1, 1000).Draw(t, "attempt")
		base := engine.RetryDelay(policy, run, task, attempt)
		policy.Jitter = true
		got := engine.RetryDelay(policy, run, task, attempt)
		low, high := base-base/4-1, base+min(base/4+1, math.MaxInt64-base)
		if got < low || got > min(high, policy.MaxDelay) {
			t.Fatalf("%v is not within %v and %v, at most %v", got, low, high, policy.MaxDelay)
		}
		if again := engine.RetryDelay(policy, run, task, attempt); again != got {
			t.Fatalf("%v, then %v", got, again)
		}
	})
}

// TestRetryDelayJitterIsPinned keeps the hash as documented: a replay on
// another version or machine has to give the same times. The numbers were
// computed from the documentation by another program.
func TestRetryDelayJitterIsPinned(t *testing.T) {
	t.Parallel()
	policy := plan.Retry{Delay: time.Second, MaxDelay: time.Hour, Backoff: plan.Fixed, Jitter: true}
	for _, test := range []struct {
		run           string
		task, attempt int
		want          time.Duration
	}{
		{"", 0, 1, 895387000}, {"run", 0, 1, 1162676000}, {"run", 0, 2, 1174953000}, {"run", 1, 1, 995385000}, {"0198b2a4-7c00-7000-8000-000000000000", 9999, 1000, 1062458000},
	} {
		if got := engine.RetryDelay(policy, test.run, test.task, test.attempt); got != test.want {
			t.Errorf("%q %d %d: got %d, want %d", test.run, test.task, test.attempt, got, test.want)
		}
	}
}

// Retries of many tasks must not gather: the factors of neighbouring runs,
// tasks and attempts fill the range evenly, and reach near both its ends.
func TestRetryDelayJitterSpreads(t *testing.T) {
	t.Parallel()
	policy := plan.Retry{Delay: time.Second, MaxDelay: time.Hour, Backoff: plan.Fixed, Jitter: true}
	for name, delay := range map[string]func(i int) time.Duration{
		"runs":     func(i int) time.Duration { return engine.RetryDelay(policy, fmt.Sprint("run-", i), 0, 1) },
		"tasks":    func(i int) time.Duration { return engine.RetryDelay(policy, "run", i, 1) },
		"attempts": func(i int) time.Duration { return engine.RetryDelay(policy, "run", 0, i+1) },
	} {
		const n, buckets = 10_000, 10
		var count [buckets]int
		for i := range n {
			count[min(buckets-1, (delay(i)-750*time.Millisecond)/(50*time.Millisecond))]++
		}
		for b, c := range count {
			if c < n/buckets*4/5 || c > n/buckets*6/5 {
				t.Errorf("%s: %d of %d delays fall into bucket %d of %d", name, c, n, b, buckets)
			}
		}
	}
}

// A stored time is in whole milliseconds, and never before the delay has passed.
func TestRetryIsDueInWholeMilliseconds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		now   int64
		delay time.Duration
		want  int64
	}{
		{1000, time.Millisecond, 1001},
		{1000, time.Millisecond + 1, 1002},
		{1000, 1500*time.Microsecond - 1, 1002},
		{-5, time.Second, 995},
		{math.MaxInt64 - 1, time.Second, math.MaxInt64},
	} {
		policy := plan.Retry{Attempts: 1, Delay: test.delay, MaxDelay: test.delay, Backoff: plan.Fixed}
		g := prepare(t, &plan.Plan{Name: "w", Tasks: []plan.Task{{ID: "a", Retry: policy}}})
		r := started(t, g)
		decisions := step(t, g, r, engine.Event{Kind: engine.Failed, Attempt: 1, Retryable: true, Now: test.now})
		if got := decisions[0]; got.Kind != engine.WillRetry || got.Due != test.want || r.Tasks[0].Due != test.want {
			t.Errorf("at %d after %v: got %+v, want due %d", test.now, test.delay, got, test.want)
		}
	}
}
