package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/cloacina-go/cloacina/runtime/bench/internal/stat"
)

// unit is how a measurement is told.
type unit struct {
	name string
	of   func(w *work, s *sample) float64
	more bool // more of it is better
}

var (
	perSecond = unit{"runs/s", func(w *work, s *sample) float64 { return 1 / w.share(s.took.Seconds()) }, true}
	perRun    = unit{"ms", func(w *work, s *sample) float64 { return w.share(s.took.Seconds()) * 1000 }, false}
	stored    = unit{"bytes/run", func(w *work, s *sample) float64 { return w.share(float64(s.bytes)) }, false}
	issued    = unit{"statements/run", func(w *work, s *sample) float64 { return w.share(float64(s.steps)) }, false}
	flushes   = unit{"fsyncs/run", func(w *work, s *sample) float64 { return w.share(float64(s.disk.Syncs)) }, false}
	written   = unit{"bytes written/run", func(w *work, s *sample) float64 {
		return w.share(float64(s.disk.Bytes))
	}, false}
	busy      = unit{"us of CPU/run", func(w *work, s *sample) float64 { return w.share(s.cpu.Seconds()) * 1e6 }, false}
	processor = unit{"ms of CPU", func(_ *work, s *sample) float64 { return s.took.Seconds() * 1000 }, false}
	median    = unit{"ms (p50)", func(_ *work, s *sample) float64 {
		if len(s.each) == 0 {
			return 0 // the floor knows no runs
		}
		return stat.Percentile(s.each, 0.5).Seconds() * 1000
	}, false}
)

// share is what falls to one run.
func (w *work) share(total float64) float64 { return total / float64(w.load.Runs) }

// figures are samples in a unit.
func (w *work) figures(u *unit, samples []sample) []float64 {
	var all []float64
	for i := range samples {
		all = append(all, u.of(w, &samples[i]))
	}
	return all
}

// spread prints a median with its extremes.
func spread(figures []float64, unit string) string {
	if len(figures) == 0 {
		return ""
	}
	s := stat.Of(figures)
	text := number(s.Median)
	if unit != "" {
		text += " " + unit
	}
	if len(figures) > 1 {
		text += fmt.Sprintf(" (%s-%s)", number(s.Min), number(s.Max))
	}
	return text
}

// number prints three digits of a figure, or all that stand before the point,
// with commas between thousands.
func number(f float64) string {
	decimals := 0
	for limit := 100.0; limit > 0.1 && f < limit && decimals < 3; limit /= 10 {
		decimals++
	}
	if decimals == 0 {
		return whole(int(math.Round(f)))
	}
	return strconv.FormatFloat(f, 'f', decimals, 64)
}

// whole prints a number with commas between thousands.
func whole(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
