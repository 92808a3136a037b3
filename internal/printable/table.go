package printable

import "strings"

// The layout of tables.
const (
	// indent stands before each line.
	indent = "      "
	// between stands between two columns.
	between = "  "
	// maxCell is the width of the widest cell, in columns.
	maxCell = 72
	// clip marks where a long cell was cut.
	clip = "..."
)

// Table lays out a table as lines: the titles of the columns if there are any,
// then the rows. The columns are aligned, cells that are too long are clipped,
// and what is not printable is escaped.
func Table(head []string, rows [][]string) []string {
	all := make([][]string, 0, len(rows)+1)
	if len(head) > 0 {
		all = append(all, cellsOf(head))
	}
	for _, row := range rows {
		all = append(all, cellsOf(row))
	}
	var widths []int
	for _, row := range all {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Width(cell))
		}
	}
	lines := make([]string, len(all))
	for i, row := range all {
		lines[i] = line(row, widths)
	}
	return lines
}

func cellsOf(row []string) []string {
	cells := make([]string, len(row))
	for i, text := range row {
		cells[i] = clipped(Escape(text))
	}
	return cells
}

// clipped cuts a text that is wider than a cell may be.
func clipped(text string) string {
	if Width(text) <= maxCell {
		return text
	}
	taken := 0
	for i, r := range text {
		if taken += width(r); taken > maxCell-len(clip) {
			return text[:i] + clip
		}
	}
	return text
}

func line(row []string, widths []int) string {
	var b strings.Builder
	b.WriteString(indent)
	for i, cell := range row {
		b.WriteString(cell)
		b.WriteString(strings.Repeat(" ", widths[i]-Width(cell)))
		b.WriteString(between)
	}
	return strings.TrimRight(b.String(), " ")
}
