package stat_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/runtime/bench/internal/stat"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		figures []float64
		want    stat.Spread
	}{
		{[]float64{7}, stat.Spread{Median: 7, Min: 7, Max: 7}},
		{[]float64{9, 1, 5}, stat.Spread{Median: 5, Min: 1, Max: 9}},
		{[]float64{4, 1, 100, 2}, stat.Spread{Median: 3, Min: 1, Max: 100}},
	} {
		before := slices.Clone(test.figures)
		if got := stat.Of(test.figures); got != test.want {
			t.Errorf("%v: %+v; want %+v", test.figures, got, test.want)
		}
		if !slices.Equal(before, test.figures) {
			t.Errorf("%v became %v", before, test.figures)
		}
	}
}

// Ratios belong to repetitions: the median of ratios is not the ratio of medians.
func TestRatios(t *testing.T) {
	t.Parallel()
	got := stat.Ratios([]float64{1, 10, 100}, []float64{1, 5, 25})
	if !slices.Equal(got, []float64{1, 2, 4}) {
		t.Errorf("%v", got)
	}
	if got := stat.Ratios(nil, []float64{1}); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var figures []time.Duration
	for i := 100; i > 0; i-- {
		figures = append(figures, time.Duration(i))
	}
	for share, want := range map[float64]time.Duration{0: 1, 0.5: 51, 0.99: 100, 1: 100} {
		if got := stat.Percentile(figures, share); got != want {
			t.Errorf("%v: %d; want %d", share, got, want)
		}
	}
}
