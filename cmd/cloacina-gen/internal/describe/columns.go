package describe

import (
	"strings"

	"github.com/cloacina-go/cloacina/internal/terminal"
)

// columns aligns rows into columns, two blanks apart. A head may be nil; the last
// column is as wide as it is.
func columns(head []string, rows [][]string, indent string) string {
	if head != nil {
		rows = append([][]string{head}, rows...)
	}
	widths := widthsOf(rows)
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(aligned(row, widths, indent))
	}
	return b.String()
}

// widthsOf are the widths of columns, but for the last one of each row.
func widthsOf(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for k := 0; k+1 < len(row); k++ {
			if k == len(widths) {
				widths = append(widths, 0)
			}
			widths[k] = max(widths[k], terminal.Width(row[k]))
		}
	}
	return widths
}

// aligned is one line. A cell behind the known columns is as wide as it is.
func aligned(row []string, widths []int, indent string) string {
	line := indent
	for k, text := range row {
		if k+1 < len(row) {
			width := 0
			if k < len(widths) {
				width = widths[k]
			}
			text = terminal.Pad(text, max(width, terminal.Width(text))+2)
		}
		line += text
	}
	return strings.TrimRight(line, " ") + "\n"
}

// table aligns rows while they come: the first ones are kept to be measured, the
// others take the columns as they are then.
type table struct {
	head []string
	// rows is how many there were.
	rows   int
	kept   [][]string
	widths []int
}

// add returns what is to be printed after a row has come, which may be nothing.
func (t *table) add(row []string) string {
	t.rows++
	if t.widths != nil {
		return aligned(row, t.widths, "")
	}
	if t.kept = append(t.kept, row); len(t.kept) < measuredRows {
		return ""
	}
	return t.end()
}

// end returns what was kept until now, below the head.
func (t *table) end() string {
	if t.widths != nil {
		return ""
	}
	all := append([][]string{t.head}, t.kept...)
	t.kept, t.widths = nil, widthsOf(all)
	if t.rows >= measuredRows {
		t.widths[0] = max(t.widths[0], countWidth)
	}
	var b strings.Builder
	for _, row := range all {
		b.WriteString(aligned(row, t.widths, ""))
	}
	return b.String()
}

// countWidth is the room for the number of a row where it is not known how many follow.
const countWidth = 7
