//go:build !race

package engine_test

const usualSchedules = 20_000
