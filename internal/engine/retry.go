package engine

import (
	"math"
	"math/bits"
	"time"

	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// RetryDelay returns how long a task waits after failed attempt n, from 1:
// fixed d, linear d*n, exponential d*2^(n-1), capped at the maximum. With
// jitter that is multiplied by a factor in [0.75, 1.25] and capped again.
// Sums that leave the range of a duration stay at its end.
//
// The factor is a hash of (run, task, attempt), so that the delay is the same
// on every store and in every replay: FNV-1a (64 bit) over the bytes of the run
// ID and then task and attempt as 8 little-endian bytes each, finished by the
// mixing steps of splitmix64; modulo 500,001 that is the number of millionths
// above 0.75. The arithmetic is on integers, because floating point may be
// fused differently on other machines.
func RetryDelay(p plan.Retry, run string, task, attempt int) time.Duration {
	n := max(attempt, 1)
	delay := p.Delay
	switch p.Backoff {
	case plan.Fixed:
	case plan.Linear:
		delay = scale(delay, uint64(n), 1)
	default:
		delay = scale(delay, 1<<min(n-1, 63), 1)
	}
	delay = min(delay, p.MaxDelay)
	if p.Jitter {
		const million = 1_000_000
		factor := million*3/4 + jitterHash(run, task, n)%(million/2+1)
		delay = scale(delay, factor, million)
		if !teeth.Has(teeth.JitterUncapped) {
			delay = min(delay, p.MaxDelay)
		}
	}
	return delay
}

// scale returns d*factor/divisor, at most the longest duration. Negative
// delays, which no valid plan has, count as none.
func scale(d time.Duration, factor, divisor uint64) time.Duration {
	hi, lo := bits.Mul64(uint64(max(d, 0)), factor)
	if hi >= divisor {
		return math.MaxInt64
	}
	quotient, _ := bits.Div64(hi, lo, divisor)
	return time.Duration(min(quotient, math.MaxInt64))
}

func jitterHash(run string, task, attempt int) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i := range len(run) {
		h = (h ^ uint64(run[i])) * prime
	}
	for _, number := range [...]uint64{uint64(task), uint64(attempt)} {
		for range 8 {
			h = (h ^ number&0xff) * prime
			number >>= 8
		}
	}
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// dueAfter returns now plus the delay in Unix milliseconds, rounded up, so
// that no retry starts early.
func dueAfter(now int64, delay time.Duration) int64 {
	ms := delay.Milliseconds()
	if delay%time.Millisecond > 0 && !teeth.Has(teeth.RetryEarly) {
		ms++
	}
	if now > math.MaxInt64-ms {
		return math.MaxInt64
	}
	return now + ms
}
