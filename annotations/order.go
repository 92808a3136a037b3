package annotations

import (
	"cmp"
	"slices"
)

// sortFindings puts findings into the order of the source. Those that begin at
// the same byte keep their order.
func sortFindings(list []Finding) {
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset)
	})
}
