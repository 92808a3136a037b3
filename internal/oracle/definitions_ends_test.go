package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// endDefinitions are those of findings about ways through a workflow that lead
// nowhere, and of values that get lost on them.
var endDefinitions = []definition{
	{ // Nobody gets the value of a task, and some read the key in runs without it.
		codes: []annotations.Code{annotations.CodeNeverArrives},
		is:    neverArrives,
		said: func(_ *look, f annotations.Finding) []string {
			message, _, _ := strings.Cut(f.Message, ", because")
			words := quotes(message)
			var list []string
			for _, key := range words[1 : len(words)-1] {
				list = append(list, pair(words[len(words)-1], key))
			}
			return list
		},
	},
	{ // Without a task nothing behind it runs, and the run completes.
		codes: []annotations.Code{annotations.CodeSilentEnd},
		is:    silentEnds,
		said: func(l *look, f annotations.Finding) []string {
			first, also, _ := strings.Cut(f.Message, "so it is with")
			list := append(quotes(first)[:1], quotes(also)...)
			if strings.HasSuffix(also, " others") { // the list is cut
				list = slices.AppendSeq(list, maps.Keys(silentEnds(l)))
			}
			return list
		},
	},
	{ // A task reads an older value while another one writes a newer.
		codes: []annotations.Code{annotations.CodeWriterBeside},
		is:    writersBeside,
		said: func(l *look, f annotations.Finding) []string {
			message, rest, _ := strings.Cut(f.Message, ";")
			words := quotes(message)
			var list []string
			for _, key := range words[1 : len(words)-1] {
				list = append(list, words[0]+" "+quotes(rest)[0]+" "+key)
			}
			return list
		},
	},
	{ // A part of a rule is the same for all values of the key that it compares.
		codes: []annotations.Code{annotations.CodeConstantLeaf},
		is:    constantWholes,
		said: func(l *look, f annotations.Finding) []string {
			if !saysWhole(f) {
				return nil
			}
			text := l.program.text()[f.Span.Start.Offset:f.Span.End.Offset]
			_, rest, _ := strings.Cut(f.Message, " in the rule of task ")
			return []string{fmt.Sprint(quotes(rest)[0], " ", text, " ", strings.Contains(f.Message, "every value"))}
		},
	},
	{ // No branch of those that take every value runs, because there is none.
		codes: []annotations.Code{annotations.CodeGap},
		is:    missingGaps,
		said: func(_ *look, f annotations.Finding) []string {
			if !saysMissing(f) {
				return nil
			}
			return []string{strings.Join(quotes(f.Message)[:4], " ")}
		},
	},
}

func saysWhole(f annotations.Finding) bool { return strings.Contains(f.Message, " value of ") }

func saysMissing(f annotations.Finding) bool {
	return strings.HasSuffix(f.Message, "may complete without writing it")
}

// arrival claims that the value of a writer is what a read finds; false if it is
// none of its writers.
func (l *look) arrival(writer int, rd plan.Read) ([]claim, bool) {
	at := slices.Index(rd.Writers, writer)
	if at < 0 {
		return nil, false
	}
	key := plan.BaseKey(rd.Key)
	claims := []claim{l.completed(writer)}
	for _, later := range rd.Writers[at+1:] {
		if w := l.write(later, key); !w.OnlyDeletes() && !w.Optional {
			claims = append(claims, l.runs.isNot(outcome.Completed(later)))
		}
	}
	return claims, true
}

// write is what a task does to a key; the zero value if nothing.
func (l *look) write(task int, key string) plan.Write {
	for _, w := range l.plan.Tasks[task].Writes {
		if w.Key == key {
			return w
		}
	}
	return plan.Write{}
}

func (l *look) isInput(key string) bool {
	return slices.ContainsFunc(l.plan.Input, func(in plan.Input) bool { return in.Name == key })
}

func neverArrives(l *look) map[string]bool {
	is := make(map[string]bool)
	for i, t := range l.plan.Tasks {
		for _, w := range t.Writes {
			if !w.OnlyDeletes() && l.runs.ever(l.completed(i)) && l.neverArrives(i, w.Key) {
				is[pair(t.ID, w.Key)] = true
			}
		}
	}
	return is
}

// neverArrives reports whether no task or rule finds the value that a task writes,
// while some task reads the key in runs in which that task does not complete.
func (l *look) neverArrives(writer int, key string) bool {
	missed := false
	for i, t := range l.plan.Tasks {
		for _, rd := range t.Rule.Reads {
			if claims, ok := l.arrival(writer, rd); ok && plan.BaseKey(rd.Key) == key && l.runs.ever(claims...) {
				return false
			}
		}
		for _, rd := range t.Reads {
			claims, ok := l.arrival(writer, rd)
			switch {
			case !ok || rd.Key != key:
			case l.runs.ever(append(claims, l.ran(i))...):
				return false
			case !l.knows(i, writer) && !l.runs.ever(l.ran(i), l.completed(writer)) &&
				l.runs.ever(l.ran(i), l.runs.is(outcome.Present(i, key))):
				missed = true
			}
		}
	}
	return missed
}

// knows reports whether a task with a rule of its own names another one in it, or
// depends on that.
func (l *look) knows(task, other int) bool {
	own := l.program.tasks[l.sourceOf(task)].rule != nil
	return own && slices.Contains(l.plan.Tasks[task].DependsOn, other) || l.names(task, other)
}

// names reports whether the own rule of a task names another one, also by a
// shorthand.
func (l *look) names(task, other int) bool {
	source := &l.program.tasks[l.sourceOf(task)]
	if source.rule == nil {
		return false
	}
	return slices.ContainsFunc(leavesOf(annotations.Expand(source.rule, source.deps)), func(leaf annotations.Rule) bool {
		o, ok := leaf.(*annotations.Outcome)
		return ok && o.ID.Text == l.plan.Tasks[other].ID
	})
}

func silentEnds(l *look) map[string]bool {
	is := make(map[string]bool)
	for i, t := range l.plan.Tasks {
		var after, dependants []int
		for j := i + 1; j < len(l.plan.Tasks); j++ {
			if l.runs.before(l.plan, i, j) {
				after = append(after, j)
			}
			if slices.Contains(l.plan.Tasks[j].DependsOn, i) && !l.dead(j) && !l.spells(j, i) {
				dependants = append(dependants, j)
			}
		}
		readers := slices.ContainsFunc(dependants, func(d int) bool { return l.readsWithout(d, i) })
		fails, skipped := l.runs.is(outcome.Failed(i)), l.runs.isNot(outcome.Ran(i))
		own := l.program.tasks[l.sourceOf(i)].rule != nil && t.Rule.Tree != nil
		switch {
		case len(dependants) == 0:
		case t.AllowFailure && (readers || l.leadsToAll(after, i)):
			if l.endsSilently(fails, after) {
				is[t.ID] = !l.endless(i)
			}
		case own && readers && l.endsSilently(skipped, after):
			is[t.ID] = !l.dead(i) && !l.endless(i)
		}
	}
	return is
}

// spells reports whether the own rule of a task names another one, and not only by a
// shorthand.
func (l *look) spells(task, other int) bool {
	source := &l.program.tasks[l.sourceOf(task)]
	return source.rule != nil && slices.ContainsFunc(leavesOf(source.rule), func(leaf annotations.Rule) bool {
		o, ok := leaf.(*annotations.Outcome)
		return ok && o.ID.Text == l.plan.Tasks[other].ID
	})
}

// readsWithout reports whether a task with a rule reads as optional whatever it reads
// of another one, and there is a key that only that one gives it: one that it always
// gives, or else the reader depends on others as well.
func (l *look) readsWithout(reader, writer int) bool {
	t := &l.plan.Tasks[reader]
	some := false
	for _, rd := range t.Reads {
		if !slices.Contains(rd.Writers, writer) {
			continue
		}
		if !rd.Optional || l.onlyDemands(reader, rd.Key) {
			return false
		}
		some = some || slices.Equal(rd.Writers, []int{writer}) && !l.isInput(rd.Key) &&
			(!l.write(writer, rd.Key).Optional || len(t.DependsOn) > 1)
	}
	return some && t.Rule.Tree != nil
}

// onlyDemands reports whether a body gets or updates a key and never asks whether it
// is there.
func (l *look) onlyDemands(task int, key string) bool {
	demands := false
	for _, op := range l.program.tasks[l.sourceOf(task)].body {
		switch {
		case op.key != key:
		case op.what == "lookup", op.what == "has", strings.HasPrefix(op.what, "default"):
			return false
		case op.what == "get", op.what == "update":
			demands = true
		}
	}
	return demands
}

// leadsToAll reports whether all tasks that nobody depends on are among some.
func (l *look) leadsToAll(after []int, task int) bool {
	for i := range l.plan.Tasks {
		depends := func(t plan.Task) bool { return slices.Contains(t.DependsOn, i) }
		if i != task && !slices.Contains(after, i) && !slices.ContainsFunc(l.plan.Tasks, depends) {
			return false
		}
	}
	return true
}

// endsSilently reports whether, where a claim holds, none of some tasks ever runs,
// and the run can complete.
func (l *look) endsSilently(without claim, after []int) bool {
	runs := func(i int) bool { return l.runs.ever(without, l.ran(i)) }
	return !slices.ContainsFunc(after, runs) && l.runs.ever(without, l.runs.is(outcome.RunCompleted()))
}

func writersBeside(l *look) map[string]bool {
	is := make(map[string]bool)
	for i, t := range l.plan.Tasks {
		for _, rd := range t.Reads {
			if w := l.write(i, rd.Key); w.Key != "" && !w.OnlyDeletes() {
				continue
			}
			for other := range l.plan.Tasks {
				w := l.write(other, rd.Key)
				if other != i && w.Key != "" && !w.OnlyDeletes() && !l.runs.before(l.plan, other, i) &&
					!l.runs.before(l.plan, i, other) && l.readsOlder(i, other, rd) {
					is[t.ID+" "+l.plan.Tasks[other].ID+" "+rd.Key] = true
				}
			}
		}
	}
	return is
}

// readsOlder reports whether a task may find the value of the last writer that comes
// before another one, while that one completes.
func (l *look) readsOlder(reader, other int, rd plan.Read) bool {
	for _, from := range slices.Backward(rd.Writers) {
		if !l.write(from, rd.Key).OnlyDeletes() && l.runs.before(l.plan, from, other) {
			claims, _ := l.arrival(from, rd)
			return l.runs.ever(append(claims, l.ran(reader), l.completed(other))...)
		}
	}
	return false
}
