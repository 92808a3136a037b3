package plan

import (
	"math"
	"time"
)

// maxDuration is what sums that leave the range of a duration stay at.
const maxDuration = time.Duration(math.MaxInt64)

// Executions is how often a task with this policy is called at most: once, and
// once more for each retry that can follow.
func (r *Retry) Executions() int {
	if r.Condition == RetryNever {
		return 1
	}
	return r.Attempts + 1
}

// LongestDelay is the longest wait after failed attempt n, from 1: that of the
// backoff, capped, with the largest jitter, and capped again. It is 0 where no
// retry follows.
func (r *Retry) LongestDelay(n int) time.Duration {
	if n < 1 || n >= r.Executions() {
		return 0
	}
	delay := r.Delay
	switch r.Backoff {
	case Fixed:
	case Linear:
		delay = times(delay, n)
	default:
		for i := 1; i < n && delay < r.MaxDelay; i++ {
			delay = times(delay, 2)
		}
	}
	delay = min(delay, r.MaxDelay)
	if r.Jitter {
		delay = min(plus(delay, delay/4), r.MaxDelay)
	}
	return delay
}

// LongestDelays is the sum of the longest waits between all attempts.
func (r *Retry) LongestDelays() time.Duration {
	var sum time.Duration
	for n := 1; n < r.Executions(); n++ {
		sum = plus(sum, r.LongestDelay(n))
	}
	return sum
}

// Timing is how long a task takes at most: each attempt until its timeout, and
// the longest delay after each failed one. The time that a task waits for a free
// slot, or after a timeout for a call that does not return, is not part of it.
type Timing struct {
	// Executions is how often the task is called at most.
	Executions int
	// Timeout bounds each call. Zero means no bound.
	Timeout time.Duration
	// Delays is the sum of the longest delays.
	Delays time.Duration
	// WorstCase is all of it together; of a task without a timeout it is what
	// the delays alone take.
	WorstCase time.Duration
}

// Bounded reports whether the task cannot take longer than its worst case.
func (t Timing) Bounded() bool { return t.Timeout > 0 }

// Timing returns how long the task takes at most.
func (t *Task) Timing() Timing {
	out := Timing{Executions: t.Retry.Executions(), Timeout: t.Timeout, Delays: t.Retry.LongestDelays()}
	out.WorstCase = plus(times(t.Timeout, out.Executions), out.Delays)
	return out
}

// plus adds two durations that are not negative.
func plus(a, b time.Duration) time.Duration {
	if a > maxDuration-b {
		return maxDuration
	}
	return a + b
}

// times multiplies a duration that is not negative.
func times(d time.Duration, n int) time.Duration {
	if n > 0 && d > maxDuration/time.Duration(n) {
		return maxDuration
	}
	return d * time.Duration(n)
}
