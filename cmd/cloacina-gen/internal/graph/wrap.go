package graph

import (
	"strings"

	"github.com/cloacina-go/cloacina/internal/terminal"
)

// wrap breaks a text at blanks into lines of at most width cells. Words that
// are longer are broken. What does not fit into most lines is cut with an ellipsis.
func wrap(text string, width, most int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		for {
			room := width - length(line)
			if line != "" {
				room--
			}
			if length(word) <= room {
				break
			}
			if line != "" {
				lines, line = append(lines, line), ""
				continue
			}
			head, tail := cut(word, width)
			lines, word = append(lines, head), tail
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return shortened(lines, width, most)
}

// length is the number of cells that a text takes on a terminal.
func length(s string) int { return terminal.Width(s) }

// cut splits a text behind at most n cells, but behind one character at least.
func cut(s string, n int) (head, tail string) {
	for i, r := range s {
		n -= length(string(r))
		if n < 0 && i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// clipped is a text, or its beginning if it is longer than n cells.
func clipped(text string, n int) string {
	if length(text) <= n {
		return text
	}
	head, _ := cut(text, n)
	return head + "…"
}

// wrapLabel breaks a label like wrap, but at the commas between its conditions
// where that is possible.
func wrapLabel(text string, width, most int) []string {
	var lines []string
	line := ""
	for i, part := range strings.SplitAfter(text, ", ") {
		switch part = strings.TrimRight(part, " "); {
		case i == 0:
			line = part
		case length(line)+1+length(part) <= width:
			line += " " + part
		default:
			lines, line = append(lines, wrap(line, width, most)...), part
		}
	}
	lines = append(lines, wrap(line, width, most)...)
	return shortened(lines, width, most)
}

// shortened leaves out the lines behind the first most, which is then seen.
func shortened(lines []string, width, most int) []string {
	if len(lines) <= most {
		return lines
	}
	head, _ := cut(lines[most-1], width-1)
	return append(lines[:most-1:most-1], head+"…")
}
