package main

import (
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/runtime/bench/internal/limit"
)

// samples are measurements that took so many milliseconds.
func samples(milliseconds ...int) []sample {
	var all []sample
	for _, ms := range milliseconds {
		all = append(all, sample{took: time.Duration(ms) * time.Millisecond, bytes: int64(ms)})
	}
	return all
}

func TestGoals(t *testing.T) {
	t.Parallel()
	w := &work{load: limit.Load{Runs: 100}, unit: perSecond, peer: 250}
	slow := &work{load: limit.Load{Runs: 1}, unit: perRun, peer: 300}
	// The ratios of the repetitions are 2, 4 and 1; that of the medians would be 1.
	m := &measurements{theLimit: samples(50, 50, 200), theFloor: samples(100, 100, 100), ours: samples(100, 200, 200)}
	for _, test := range []struct {
		w                     *work
		goal                  goal
		figure, want, verdict string
	}{
		{w, speed(ours, theLimit, 0.5), "50.0 % (25.0-100)", ">= 50 %", "met"},
		{w, speed(ours, theLimit, 0.51), "50.0 % (25.0-100)", ">= 51 %", "missed"},
		{w, speed(ours, theLimit, 0), "50.0 % (25.0-100)", "", ""},
		{w, duration(ours, theLimit, 2), "2.00x (1.00-4.00)", "<= 2x", "met"},
		{w, duration(ours, theLimit, 1.99), "2.00x (1.00-4.00)", "<= 1.99x", "missed"},
		{w, space(ours, theFloor, 1.5), "2.00x (1.00-2.00)", "<= 1.5x", "missed"},
		{w, peer(2), "2.00x (2.00-4.00)", ">= 2x", "met"},
		{slow, peer(2), "1.50x (1.50-3.00)", ">= 2x", "missed"},
		{slow, atMost(200), "200 (100-200)", "<= 200", "met"},
	} {
		figure, want, verdict := test.goal.judge(test.goal.of(test.w, m))
		if figure != test.figure || want != test.want || verdict != test.verdict {
			t.Errorf("%s: %q, %q, %q; want %q, %q, %q",
				test.goal.name, figure, want, verdict, test.figure, test.want, test.verdict)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for f, want := range map[float64]string{
		0: "0.000", 0.1234: "0.123", 1.234: "1.23", 12.34: "12.3", 123.4: "123", 1234.5: "1,235", 1234567: "1,234,567",
	} {
		if got := number(f); got != want {
			t.Errorf("%v: %s; want %s", f, got, want)
		}
	}
	if got := whole(100_000); got != "100,000" {
		t.Error(got)
	}
}
