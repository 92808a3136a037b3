//go:build !race

package engine_test

// How many schedules the quick tests run: of a program, and of one that changes.
const (
	usualSchedules = 60_000
	usualAdoptions = 20_000
)
