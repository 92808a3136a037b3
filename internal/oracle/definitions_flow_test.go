package oracle

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// lost reports whether a key comes only from tasks that never complete, which is
// said of these.
func (l *look) lost(rd plan.Read) bool {
	key, givers := plan.BaseKey(rd.Key), 0
	for _, i := range rd.Writers {
		if l.write(i, key).OnlyDeletes() {
			continue
		}
		if givers++; l.runs.ever(l.completed(i)) {
			return false
		}
	}
	return givers > 0 && !l.isInput(key)
}

// starved reports whether a task requires a key that is lost.
func (l *look) starved(task int) bool {
	return slices.ContainsFunc(l.plan.Tasks[task].Reads, func(rd plan.Read) bool { return !rd.Optional && l.lost(rd) })
}

// saidStarved lists the tasks of which a finding about another one says that they
// never complete.
func (l *look) saidStarved(f annotations.Finding) []string {
	var ids []string
	for _, r := range f.Related {
		switch {
		case strings.Contains(r.Message, "never completes then"):
			ids = append(ids, quotes(r.Message)[0])
		case strings.Contains(r.Message, "more never complete then"): // the list is cut
			for i, t := range l.plan.Tasks {
				if l.starved(i) {
					ids = append(ids, t.ID)
				}
			}
		}
	}
	return ids
}

// unorderedWriters lists the keys that two tasks write of which neither waits for
// the other, where in some run both complete and it counts who is last.
func unorderedWriters(l *look) map[string]bool {
	is := make(map[string]bool)
	for i := range l.plan.Tasks {
		for j := range i {
			for _, w := range l.plan.Tasks[i].Writes {
				other := l.write(j, w.Key)
				if other.Key == "" || w.OnlyDeletes() && other.OnlyDeletes() || l.runs.before(l.plan, j, i) {
					continue
				}
				if l.orderCounts(w.Key, i, j) {
					// Of branches it is enough to say that they overlap.
					is[w.Key] = is[w.Key] || !l.testTheSame(j, i)
				}
			}
		}
	}
	return is
}

// orderCounts reports whether what the last of two tasks does to a key is what a
// task, a rule or the end of the run finds.
func (l *look) orderCounts(key string, a, b int) bool {
	both := []claim{l.completed(a), l.completed(b)}
	counts := func(rd plan.Read, claims ...claim) bool {
		last := slices.IndexFunc(rd.Writers, func(i int) bool { return i == a || i == b })
		if last < 0 || plan.BaseKey(rd.Key) != key {
			return false
		}
		next := slices.IndexFunc(rd.Writers[last+1:], func(i int) bool { return i == a || i == b })
		if next < 0 {
			return false
		}
		found, _ := l.arrival(rd.Writers[last+1+next], rd)
		return l.runs.ever(slices.Concat(both, found, claims)...)
	}
	for i, t := range l.plan.Tasks {
		if slices.ContainsFunc(t.Reads, func(rd plan.Read) bool { return counts(rd, l.ran(i)) }) ||
			slices.ContainsFunc(t.Rule.Reads, func(rd plan.Read) bool { return counts(rd) }) {
			return true
		}
	}
	end := plan.Read{Key: key}
	for _, i := range l.graph.Order(len(l.plan.Tasks)) {
		if l.write(i, key).Key != "" {
			end.Writers = append(end.Writers, i)
		}
	}
	return counts(end, l.runs.is(outcome.RunCompleted()))
}

// saidNeverSet lists the pairs of task and key that a finding names.
func saidNeverSet(_ *look, f annotations.Finding) []string {
	message, rest, _ := strings.Cut(f.Message, ", which")
	if strings.HasPrefix(rest, " no task writes") {
		return nil // a guess of what was meant, not of what happens
	}
	words := quotes(message)
	var pairs []string
	for _, key := range words[1:] {
		pairs = append(pairs, pair(words[0], key))
	}
	return pairs
}
