package main

import (
	"fmt"

	"github.com/cloacina-go/cloacina/runtime/bench/internal/stat"
)

// goal bounds a figure, most often a ratio of what was measured.
type goal struct {
	name  string
	of    func(w *work, m *measurements) []float64 // one for each repetition; empty if it was not measured
	bound float64                                  // 0 if it is only told
	most  bool                                     // the bound is the greatest figure, not the least
	form  form
}

// form is how a figure is told.
type form struct {
	factor float64
	suffix string
}

var (
	share    = form{100, " %"}
	multiple = form{1, "x"}
)

// speed is a share of the speed of another.
func speed(of, to contender, least float64) goal {
	return goal{
		name: contenderNames[of] + " / " + contenderNames[to], bound: least, form: share,
		of: func(_ *work, m *measurements) []float64 { return stat.Ratios(seconds(m[to]), seconds(m[of])) },
	}
}

// duration is a multiple of the time that another takes.
func duration(of, to contender, most float64) goal {
	return goal{
		name: contenderNames[of] + " / " + contenderNames[to], bound: most, most: true, form: multiple,
		of: func(_ *work, m *measurements) []float64 { return stat.Ratios(seconds(m[of]), seconds(m[to])) },
	}
}

// space is a multiple of the bytes that another takes.
func space(of, to contender, most float64) goal {
	return goal{
		name: "bytes of " + contenderNames[of] + " / " + contenderNames[to], bound: most, most: true, form: multiple,
		of: func(w *work, m *measurements) []float64 {
			return stat.Ratios(w.figures(&stored, m[of]), w.figures(&stored, m[to]))
		},
	}
}

// peer is a multiple of what the best peer does, as measured elsewhere.
func peer(least float64) goal {
	return goal{
		name: "ours / best peer *", bound: least, form: multiple,
		of: func(w *work, m *measurements) []float64 {
			figures := w.figures(&w.unit, m[ours])
			for i := range figures {
				if figures[i] /= w.peer; !w.unit.more {
					figures[i] = 1 / figures[i]
				}
			}
			return figures
		},
	}
}

// atMost bounds what ours takes, in the unit of the work.
func atMost(most float64) goal {
	return goal{
		name: "ours", bound: most, most: true, form: form{1, ""},
		of: func(w *work, m *measurements) []float64 { return w.figures(&w.unit, m[ours]) },
	}
}

// judge returns the cells of the table: the figure, its goal, and whether it is met.
func (g *goal) judge(figures []float64) (figure, want, verdict string) {
	s := stat.Of(figures)
	figure = number(s.Median*g.form.factor) + g.form.suffix
	if len(figures) > 1 {
		figure += fmt.Sprintf(" (%s-%s)", number(s.Min*g.form.factor), number(s.Max*g.form.factor))
	}
	if g.bound == 0 {
		return figure, "", ""
	}
	sign, met := ">=", s.Median >= g.bound
	if g.most {
		sign, met = "<=", s.Median <= g.bound
	}
	verdict = "missed"
	if met {
		verdict = "met"
	}
	return figure, fmt.Sprintf("%s %.4g%s", sign, g.bound*g.form.factor, g.form.suffix), verdict
}
