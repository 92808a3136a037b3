// Package stat summarises what was measured several times.
package stat

import "slices"

// Spread is the median of some figures, with the least and the greatest.
type Spread struct{ Median, Min, Max float64 }

// Of summarises figures, of which there is at least one.
func Of(figures []float64) Spread {
	sorted := slices.Sorted(slices.Values(figures))
	return Spread{Median: middle(sorted), Min: sorted[0], Max: sorted[len(sorted)-1]}
}

// middle is the median: of an even number, the mean of the two in the middle.
func middle(sorted []float64) float64 {
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// Ratios divides figures that were measured in the same repetition.
// is missing, because it was not measured, makes the ratio missing.
func Ratios(over, under []float64) []float64 {
	ratios := make([]float64, min(len(over), len(under)))
	for i := range ratios {
		ratios[i] = over[i] / under[i]
	}
	return ratios
}

// Percentile returns the figure that a share of all, from 0 to 1, does not exceed.
func Percentile[T ~int64 | ~float64](figures []T, share float64) T {
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}
