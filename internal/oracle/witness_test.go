package oracle

import (
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/jsonvalue"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// maxReplays bounds the runs with values that are played again for one workflow.
const maxReplays = 4

// replays reports whether a run that the model shows happens with the values that
// it shows: the engine runs the workflow in every way in which the writers write
// just that.
func (e *enumeration) replays(run *outcome.Run, claims []claim) bool {
	only := *e
	only.writes = slices.Clone(e.writes)
	for _, v := range run.Values {
		key := annotations.Key{Text: v.Key}
		shows := func(entries []engine.Entry) bool { return e.isShown(entries, key, v) }
		if v.Task < 0 {
			only.starts = filter(only.starts, shows)
			continue
		}
		only.writes[v.Task] = filter(only.writes[v.Task], shows)
	}
	h, err := only.enumerate(maxRuns)
	return err == nil && h != nil && h.shows(run, claims)
}

func filter[T any](list []T, keep func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool { return !keep(v) })
}

// isShown reports whether a list of writes has the value as it is shown: no rule
// that looks at just this part tells them apart.
func (e *enumeration) isShown(entries []engine.Entry, key annotations.Key, v outcome.Value) bool {
	i := slices.IndexFunc(entries, func(entry engine.Entry) bool { return entry.Key == key.Base() })
	gone := v.Text == "not written" || v.Text == "missing" && len(key.Path()) == 0
	switch {
	case i < 0:
		return gone
	case entries[i].Value == nil:
		return v.Text == "deleted"
	case gone || v.Text == "deleted":
		return false
	}
	shown := string(v.Sample)
	if v.Sample == nil && v.Text != "missing" {
		return true // what it contains is left open
	}
	part, _ := jsonvalue.Find(entries[i].Value, key.Path())
	for _, at := range e.leaves.about[key.Base()] {
		c := e.leaves.comparisons[at.task][at.number]
		if !slices.Equal(c.path, key.Path()) {
			continue
		}
		c.path = nil
		if c.holds(shown) != c.holds(string(part)) {
			return false
		}
	}
	return true
}

// fewestFailures is the least number of tasks that fail in a run with the claims.
func (h *happened) fewestFailures(tasks int, claims []claim) int {
	least := tasks
	for _, v := range h.vectors {
		if slices.ContainsFunc(claims, func(c claim) bool { return v.has(c.number) == c.not }) {
			continue
		}
		n := 0
		for i := range tasks {
			if v.has(h.number[outcome.Failed(i)]) {
				n++
			}
		}
		least = min(least, n)
	}
	return least
}

// failuresShown counts the failed tasks of a run that the model shows.
func failuresShown(run *outcome.Run) int {
	n := 0
	for _, t := range run.Tasks {
		if t.Outcome == outcome.TaskFailed {
			n++
		}
	}
	return n
}

// sometimesNot reports whether each claim is false in some run. Of one that is
// always true nothing has to be shown.
func (h *happened) sometimesNot(claims []claim) bool {
	return !slices.ContainsFunc(claims, func(c claim) bool { return !h.ever(claim{c.number, !c.not}) })
}
