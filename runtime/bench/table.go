package main

import (
	"fmt"
	"io"
	"strings"
)

var heading = []string{"work", "mode", "limit", "floor", "ours", "ratio", "measured", "goal", "verdict"}

// rows are the lines about one work: the figures, a ratio on each line, and what
// else is worth telling.
func (w *work) rows(m *measurements) [][]string {
	rows := [][]string{w.row(w.title, m, &w.unit)}
	rows[0][1] = "FULL"
	if w.relaxed {
		rows[0][1] = "relaxed"
	}
	for i := range w.also {
		rows = append(rows, w.row("", m, &w.also[i]))
	}
	line := 0
	for i := range w.goals {
		g := &w.goals[i]
		figures := g.of(w, m)
		if len(figures) == 0 {
			continue
		}
		if line == len(rows) {
			rows = append(rows, make([]string, len(heading)))
		}
		r := rows[line]
		r[5] = g.name
		r[6], r[7], r[8] = g.judge(figures)
		line++
	}
	return rows
}

// row is a line with the figures of all contenders in a unit. Not all of them
// have all figures.
func (w *work) row(title string, m *measurements, u *unit) []string {
	r := make([]string, len(heading))
	r[0] = title
	for c, samples := range m {
		if figures := w.figures(u, samples); len(figures) > 0 && figures[0] > 0 {
			r[2+c] = spread(figures, u.name)
		}
	}
	return r
}

// print writes rows with their columns aligned, as a table of Markdown.
func print(out io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], len(cell))
		}
	}
	for i, r := range rows {
		line := "|"
		for j, cell := range r {
			line += " " + cell + strings.Repeat(" ", widths[j]-len(cell)) + " |"
		}
		fmt.Fprintln(out, line)
		if i == 0 {
			for j := range r {
				fmt.Fprint(out, "| ", strings.Repeat("-", widths[j]), " ")
			}
			fmt.Fprintln(out, "|")
		}
	}
}
