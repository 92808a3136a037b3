package check

import (
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
)

// apply returns a text with the edits of a fix made.
func apply(text string, fix annotations.Fix) string {
	edits := slices.Clone(fix.Edits)
	slices.SortFunc(edits, func(a, b annotations.Edit) int { return b.Span.Start.Offset - a.Span.Start.Offset })
	for _, e := range edits {
		text = text[:e.Span.Start.Offset] + e.New + text[e.Span.End.Offset:]
	}
	return text
}
