package plan

import "time"

// Retry is the retry policy of a task.
type Retry struct {
	// Attempts is the number of retries after the first attempt, 0 to 1000.
	Attempts int `json:",omitempty"`
	// Delay is the delay d that the backoff starts from, at least a millisecond
	// when there are retries.
	Delay time.Duration `json:",omitempty"`
	// MaxDelay caps every delay.
	MaxDelay time.Duration `json:",omitempty"`
	// Backoff says how the delay grows with the failed attempt n, from 1.
	Backoff Backoff `json:",omitempty"`
	// Jitter multiplies each delay by a factor in [0.75, 1.25].
	Jitter bool `json:",omitempty"`
	// Condition says which errors are followed by a retry.
	Condition Condition `json:",omitempty"`
	// Matches are the case-sensitive substrings of RetryMatching, one of which
	// the error text must contain.
	Matches []string `json:",omitempty"`
}

// Backoff says how retry delays grow.
type Backoff uint8

// The backoffs: d, d*n and d*2^(n-1) after failed attempt n.
const (
	Exponential Backoff = iota
	Linear
	Fixed
)

// Condition says which errors are retried.
type Condition uint8

// The retry conditions. RetryIf means that a function of the program decides.
const (
	RetryAll Condition = iota
	RetryNever
	RetryTransient
	RetryMatching
	RetryIf
)
