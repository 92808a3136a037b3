package oracle

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// definition is what some codes mean, in terms of what happens in the runs of a
// workflow.
type definition struct {
	codes []annotations.Code
	// is lists what is so: true where it must be said, false where it may be,
	// because something else that is said implies it.
	is func(l *look) map[string]bool
	// said lists what a finding says.
	said func(l *look, f annotations.Finding) []string
}

var definitions = []definition{
	{ // A task runs in some run without a key that it requires.
		codes: []annotations.Code{
			annotations.CodeMissingKey, annotations.CodeRunsAfterFailure, annotations.CodeDeletedKey, annotations.CodeNeverCompletes,
			annotations.CodeDeadTask,
		},
		is: func(l *look) map[string]bool {
			is := make(map[string]bool)
			l.eachRead(false, func(task int, rd plan.Read) {
				if !l.presumed(rd) && l.runs.ever(l.ran(task), l.missing(task, rd.Key)) {
					is[pair(l.plan.Tasks[task].ID, rd.Key)] = !l.lost(rd)
				}
			})
			return is
		},
		said: saidShortages,
	},
	{ // An optional key is in no run there when the task runs, which it does.
		codes: []annotations.Code{annotations.CodeNeverSet},
		is: func(l *look) map[string]bool {
			is := make(map[string]bool)
			l.eachRead(true, func(task int, rd plan.Read) {
				present := l.runs.is(outcome.Present(task, rd.Key))
				if l.runs.ever(l.ran(task)) && !l.runs.ever(l.ran(task), present) {
					is[pair(l.plan.Tasks[task].ID, rd.Key)] = !l.lost(rd)
				}
			})
			return is
		},
		said: saidNeverSet,
	},
	{ // Two tasks of which neither waits for the other write a key, and it counts who is last.
		codes: []annotations.Code{annotations.CodeUnorderedWriters},
		is:    unorderedWriters,
		said: func(_ *look, f annotations.Finding) []string {
			message, _, _ := strings.Cut(f.Message, ";")
			return slices.DeleteFunc(quotes(message), func(word string) bool { return !strings.HasPrefix(word, "k") })
		},
	},
	{ // A comparison that is true of a missing key lets a task run.
		codes: []annotations.Code{annotations.CodeNegatedMissing},
		is:    negatedMissing,
		said: func(_ *look, f annotations.Finding) []string {
			words := quotes(f.Message)
			return []string{pair(words[1], words[0])}
		},
	},
	{ // A task never runs.
		codes: []annotations.Code{annotations.CodeDeadTask, annotations.CodeNeverCompletes},
		is: func(l *look) map[string]bool {
			return l.tasks(func(i int) (so, must bool) { return l.dead(i), true })
		},
		said: func(l *look, f annotations.Finding) []string {
			var ids []string
			if f.Code == annotations.CodeDeadTask {
				ids = quotes(f.Message)[:1]
			}
			for _, r := range f.Related {
				switch {
				case strings.Contains(r.Message, "never runs then"):
					ids = append(ids, quotes(r.Message)[0])
				case strings.Contains(r.Message, "more never run then"): // the list is cut
					for i, t := range l.plan.Tasks {
						if l.dead(i) {
							ids = append(ids, t.ID)
						}
					}
				}
			}
			return ids
		},
	},
	{ // A rule is true in every run.
		codes: []annotations.Code{annotations.CodeAlwaysTrue},
		is: func(l *look) map[string]bool {
			return l.tasks(func(i int) (so, must bool) {
				return l.program.tasks[l.sourceOf(i)].rule != nil && l.plan.Tasks[i].Rule.Tree != nil && l.steady(i), !l.anyLost()
			})
		},
		said: func(_ *look, f annotations.Finding) []string { return quotes(f.Message)[:1] },
	},
	{ // A condition has the same truth in every run.
		codes: []annotations.Code{annotations.CodeConstantLeaf},
		is:    constantLeaves,
		said: func(l *look, f annotations.Finding) []string {
			if saysWhole(f) {
				return nil
			}
			text := l.program.text()[f.Span.Start.Offset:f.Span.End.Offset]
			_, rest, _ := strings.Cut(f.Message, " in the rule of task ")
			words := strings.Fields(rest)
			return []string{strings.Trim(words[0], `"`) + " " + text + " " + strings.Trim(words[3], ":")}
		},
	},
	{ // A task runs, and never completes.
		codes: []annotations.Code{annotations.CodeNeverCompletes, annotations.CodeDeadTask},
		is: func(l *look) map[string]bool {
			return l.tasks(func(i int) (so, must bool) { return l.endless(i), !l.lacksOne(i) || l.starved(i) })
		},
		said: func(l *look, f annotations.Finding) []string {
			var ids []string
			if f.Code == annotations.CodeNeverCompletes {
				ids = quotes(f.Message)[:1]
			}
			return append(ids, l.saidStarved(f)...)
		},
	},
	{ // Every run fails.
		codes: []annotations.Code{annotations.CodeEveryRunFails},
		is: func(l *look) map[string]bool {
			is := make(map[string]bool)
			if !l.runs.ever(l.runs.is(outcome.RunCompleted())) {
				is["run"] = true
				for i := range l.plan.Tasks {
					if l.endless(i) && !l.plan.Tasks[i].AllowFailure {
						is["run"] = false
					}
				}
			}
			return is
		},
		said: func(*look, annotations.Finding) []string { return []string{"run"} },
	},
	{ // Two branches on one key both run.
		codes: []annotations.Code{annotations.CodeOverlap},
		is:    overlaps,
		said: func(_ *look, f annotations.Finding) []string {
			return []string{strings.Join(quotes(f.Message)[:3], " ")}
		},
	},
	{ // Of two branches on one key neither runs.
		codes: []annotations.Code{annotations.CodeGap},
		is:    gaps,
		said: func(l *look, f annotations.Finding) []string {
			if saysMissing(f) {
				return nil
			}
			words := quotes(f.Message)
			return []string{l.gapOf(words[0], words[1], words[2])}
		},
	},
}

// tasks lists the tasks of which something is so.
func (l *look) tasks(so func(task int) (so, must bool)) map[string]bool {
	is := make(map[string]bool)
	for i, t := range l.plan.Tasks {
		if so, must := so(i); so {
			is[t.ID] = must
		}
	}
	return is
}

// sourceOf is the place of a task of the plan in the program.
func (l *look) sourceOf(task int) int {
	return slices.IndexFunc(l.program.tasks, func(t programTask) bool { return t.id == l.plan.Tasks[task].ID })
}

func (l *look) dead(task int) bool { return !l.runs.ever(l.ran(task)) }

func (l *look) steady(task int) bool { return !l.runs.ever(l.runs.isNot(outcome.Ran(task))) }

func (l *look) endless(task int) bool { return !l.dead(task) && !l.runs.ever(l.completed(task)) }

// anyLost reports whether some task never completes; what follows from that is
// not said again.
func (l *look) anyLost() bool {
	for i := range l.plan.Tasks {
		if !l.runs.ever(l.completed(i)) {
			return true
		}
	}
	return false
}

// lacksOne reports whether one of the keys that a task requires is never there
// when it runs.
func (l *look) lacksOne(task int) bool {
	return slices.ContainsFunc(l.plan.Tasks[task].Reads, func(rd plan.Read) bool {
		return !rd.Optional && !l.runs.ever(l.ran(task), l.runs.is(outcome.Present(task, rd.Key)))
	})
}

// eachRead visits the reads of tasks that are not below an open one.
func (l *look) eachRead(optional bool, visit func(task int, rd plan.Read)) {
	for i := range l.plan.Tasks {
		if l.openAbove(i) {
			continue
		}
		for _, rd := range l.plan.Tasks[i].Reads {
			if rd.Optional == optional {
				visit(i, rd)
			}
		}
	}
}

// presumed reports whether a read is of a key that only the start can give, in a
// workflow that declares no input.
func (l *look) presumed(rd plan.Read) bool {
	if l.plan.InputDeclared {
		return false
	}
	for _, t := range l.plan.Tasks {
		if slices.ContainsFunc(t.Writes, func(w plan.Write) bool { return w.Key == rd.Key }) {
			return false
		}
	}
	return true
}

// saidShortages lists the pairs of task and key that a finding names.
func saidShortages(_ *look, f annotations.Finding) []string {
	var pairs []string
	add := func(message string) {
		words := quotes(message)
		for _, key := range words[1:] {
			if strings.HasPrefix(key, "k") {
				pairs = append(pairs, pair(words[0], key))
			}
		}
	}
	message, _, _ := strings.Cut(f.Message, ";")
	message, _, _ = strings.Cut(message, ", which")
	if f.Code != annotations.CodeDeadTask {
		add(message)
	}
	for _, r := range f.Related {
		if strings.Contains(r.Message, " requires ") {
			add(r.Message)
		}
	}
	return pairs
}
