//go:build race

package engine_test

// The race detector makes a schedule ten times as slow, and finds nothing in
// most of them: the engine starts no goroutines.
const (
	usualSchedules = 6_000
	usualAdoptions = 2_000
)
