package check

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checkDurations holds the timeouts of attempts, and what tasks take one after
// the other, against the timeout of the run.
func (c *checker) checkDurations(w *workflow) {
	limit := w.decl.Timeout
	if limit.V == 0 {
		return
	}
	c.checkAttempts(w)
	if path := w.longestPath(); path != nil {
		c.reportTooLong(w, path)
	}
}

// checkAttempts reports timeouts of attempts that are longer than the run's.
func (c *checker) checkAttempts(w *workflow) {
	said := make(map[annotations.Span]int)
	for _, t := range w.order {
		timeout, limit := t.policy.Timeout, w.decl.Timeout
		if timeout.V <= limit.V {
			continue
		}
		if i, again := said[timeout.Span]; again {
			inherits := related(t.decl.Target, "%q inherits it, too", t.id)
			c.findings[i].Related = append(c.findings[i].Related, inherits)
			continue
		}
		said[timeout.Span] = len(c.findings)
		f := found(annotations.CodeAttemptBeyondRun, timeout.Span,
			"an attempt of task %q may take %s, but the whole run ends after %s; make it shorter, or give the run "+
				"more time",
			t.id, durationText(timeout.V), durationText(limit.V))
		f.Related = []annotations.Related{related(limit.Span, "the timeout of the run is given here")}
		f.Fixes = []annotations.Fix{c.removeArgument(timeout.Key, timeout.Span, "remove the timeout of the attempt")}
		c.report(w, f)
	}
}

// timing is how long a task takes at most. A timeout beyond the run's counts as
// none: it is reported on its own.
func (w *workflow) timing(t *task) plan.Timing {
	p := plan.Task{Retry: t.retry(), Timeout: t.policy.Timeout.V}
	if p.Timeout > w.decl.Timeout.V {
		p.Timeout = 0
	}
	return p.Timing()
}

func saturated(a, b time.Duration) time.Duration {
	if sum := a + b; sum >= a {
		return sum
	}
	return 1<<63 - 1
}

// reportTooLong reports a path that may take longer than the run.
func (c *checker) reportTooLong(w *workflow, path []*task) {
	limit := w.decl.Timeout
	bounded := true
	var sum time.Duration
	var parts []string
	table := &annotations.Table{Head: []string{"task", "attempts", "timeout", "delays", "together"}}
	for _, t := range path {
		timing := w.timing(t)
		sum = saturated(sum, timing.WorstCase)
		bounded = bounded && timing.Bounded()
		parts = append(parts, t.id+" "+durationText(timing.WorstCase))
		timeout := "none"
		if timing.Bounded() {
			timeout = durationText(timing.Timeout)
		} else if own := t.policy.Timeout.V; own > 0 {
			timeout = durationText(own) + ", over the run's " + durationText(limit.V)
		}
		table.Rows = append(table.Rows, []string{
			t.id, strconv.Itoa(timing.Executions), timeout, durationText(timing.Delays), durationText(timing.WorstCase),
		})
	}
	least := "up to "
	if !bounded {
		least = "more than "
	}
	f := found(annotations.CodeRunTooLong, limit.Span,
		"attempts and delays take %s%s along one path (%s), but the run ends after %s; "+
			"allow more time or fewer retries",
		least, durationText(sum), listedPath(parts), durationText(limit.V))
	f.Table = table
	for _, t := range path[:min(len(path), maxListed)] {
		f.Related = append(f.Related, related(t.decl.Target, "%s is declared here", t.id))
	}
	if bounded && sum < 1<<63-1 {
		enough := durationText(roundedUp(sum))
		f.Fixes = []annotations.Fix{replace(limit.Span, enough, "change the timeout to %s", enough)}
	}
	c.report(w, f)
}

// listedPath joins the steps of a path; of a long one it leaves out the middle.
func listedPath(parts []string) string {
	if len(parts) > 2*maxListed {
		parts = slices.Concat(parts[:maxListed], []string{"..."}, parts[len(parts)-maxListed:])
	}
	return strings.Join(parts, " + ")
}

// roundedUp is a duration in whole seconds, for a person to read.
func roundedUp(d time.Duration) time.Duration {
	if rounded := d.Truncate(time.Second); rounded < d {
		return rounded + time.Second
	}
	return d
}

// durationText prints a duration without the zeros that [time.Duration] ends
// with, as in 2m or 1h30m.
func durationText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
