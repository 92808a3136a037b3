package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/printable"
)

const (
	// gutter is the width of the line number.
	gutter = 5
	// lineWidth is how many columns of source are printed.
	lineWidth = 110
	// leadWidth is how many columns of a clipped line stand before the place.
	leadWidth = 40
	// clip marks where a long line was cut.
	clip = "..."
)

// block prints the first line of the span with a row of carets below it.
func (p *Printer) block(b *bytes.Buffer, s annotations.Span, style string) {
	if !p.Block || s.Start.Line == 0 {
		return
	}
	source, ok := p.line(s.File, s.Start.Line)
	if !ok {
		return
	}
	text, carets := underline(source, s)
	number := p.paint(faint, fmt.Sprintf("%*d |", gutter, s.Start.Line))
	below := p.paint(faint, strings.Repeat(" ", gutter)+" |")
	fmt.Fprintf(b, "%s %s\n", number, text)
	indent := len(carets) - len(strings.TrimLeft(carets, " "))
	fmt.Fprintf(b, "%s %s%s\n", below, carets[:indent], p.paint(style, carets[indent:]))
}

// line returns one line of a file without its line end.
func (p *Printer) line(file string, number int) (string, bool) {
	if p.Read == nil {
		return "", false
	}
	lines, ok := p.lines[file]
	if !ok {
		// A file that cannot be read has no lines; the finding has been printed.
		if text, err := p.Read(file); err == nil {
			lines = strings.Split(string(text), "\n")
		}
		if p.lines == nil {
			p.lines = map[string][]string{}
		}
		p.lines[file] = lines
	}
	if number < 1 || number > len(lines) {
		return "", false
	}
	return strings.TrimSuffix(lines[number-1], "\r"), true
}

// underline returns the line as printed and the carets that belong below it.
func underline(source string, s annotations.Span) (text, carets string) {
	start := min(max(s.Start.Column-1, 0), len(source))
	end := len(source)
	if s.End.Line == s.Start.Line {
		end = min(s.End.Column-1, len(source))
	}
	end = max(start, end)
	before, within := printable.Cells(source[:start]), printable.Cells(source[start:end])
	after := printable.Cells(source[end:])
	head, indent := tail(before, leadWidth, columns(before)+columns(within) > lineWidth)
	body, marked := front(within, lineWidth-indent)
	rest, _ := front(after, lineWidth-indent-marked)
	return strings.TrimRight(head+body+rest, " "), strings.Repeat(" ", indent) + strings.Repeat("^", max(marked, 1))
}

func columns(list []printable.Cell) int {
	sum := 0
	for _, c := range list {
		sum += c.Width
	}
	return sum
}

// tail returns the end of a line's beginning: all of it, or when it must be
// cut no more than limit columns behind a clip mark.
func tail(list []printable.Cell, limit int, cut bool) (text string, width int) {
	from := 0
	if cut {
		from, width = len(list), len(clip)
		for from > 0 && width+list[from-1].Width <= limit {
			from--
			width += list[from].Width
		}
	}
	if from == 0 {
		return join(list), columns(list)
	}
	return clip + join(list[from:]), width
}

// front returns the beginning of a stretch, at most limit columns wide, with a
// clip mark when something was cut.
func front(list []printable.Cell, limit int) (text string, width int) {
	if columns(list) <= limit {
		return join(list), columns(list)
	}
	upTo := 0
	for upTo < len(list) && width+list[upTo].Width <= limit-len(clip) {
		width += list[upTo].Width
		upTo++
	}
	if limit < len(clip) {
		return "", 0
	}
	return join(list[:upTo]) + clip, width + len(clip)
}

func join(list []printable.Cell) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteString(c.Text)
	}
	return b.String()
}
