package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/format"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
)

// applyEdits returns a text with edits made that do not overlap. Of several
// insertions at one place the first one comes first.
func applyEdits(text []byte, edits []annotations.Edit) []byte {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b annotations.Edit) int {
		return cmp.Or(
			cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset),
			cmp.Compare(a.Span.End.Offset, b.Span.End.Offset),
		)
	})
	var out []byte
	at := 0
	for _, e := range sorted {
		start, end := e.Span.Start.Offset, e.Span.End.Offset
		out = append(out, text[at:start]...)
		out = append(out, e.New...)
		at = end
	}
	return append(out, text[at:]...)
}

// overlaps reports whether one of the edits touches the same text as one of those
// that were taken already. Insertions at one place do, because two repairs that
// say the same would say it twice.
func overlaps(taken, edits []annotations.Edit) bool {
	for _, e := range edits {
		for _, t := range taken {
			if e.Span.Start.Offset <= t.Span.End.Offset && t.Span.Start.Offset <= e.Span.End.Offset {
				return true
			}
		}
	}
	return false
}

// formatted is a text as gofmt has it, with the line ends and the byte order mark
// that it had before; the error says that it is not Go.
func formatted(text []byte) ([]byte, error) {
	out, err := format.Source(text)
	if err != nil {
		return nil, fmt.Errorf("format the repaired file: %w", err)
	}
	if returns := bytes.Count(text, []byte("\r\n")); returns > bytes.Count(text, []byte("\n"))/2 {
		out = bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n"))
	}
	if bytes.HasPrefix(text, byteOrderMark) && !bytes.HasPrefix(out, byteOrderMark) {
		out = slices.Concat(byteOrderMark, out)
	}
	return out, nil
}

// byteOrderMark is what some editors put before a text.
var byteOrderMark = []byte("\ufeff")
