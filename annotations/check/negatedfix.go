package check

import (
	"slices"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// reportNegated reports comparisons that are true when the key is missing.
func (f *flow) reportNegated(n *negated) {
	first := n.comparisons[0]
	what := n.missing
	if n.m != f.m {
		what = n.key // a part of the value
	}
	fd := found(annotations.CodeNegatedMissing, first.at.Span(),
		"this is true when %q is missing, and task %q then runs", what, n.t.id)
	exists := "context_value(" + strconv.Quote(n.key) + ", exists)"
	fix, ok := f.fixNegated(n, exists)
	switch {
	case n.m.Verdict(n.has...) == outcome.Impossible:
		fd.Message = "this asks for nothing: " + strconv.Quote(what) + " is never there when task " + quoted(n.t) +
			" runs, and then it is true"
	case ok:
		fd.Message += "; ask for " + exists + ", too"
		fd.Fixes = []annotations.Fix{fix}
	case n.t.ruleInherited:
		fd.Message += "; give it a rule of its own that asks for " + exists + ", too"
	}
	fd.Table = f.w.caseTable(f.w.before(n.m.Find(n.lacks...).Run, n.t))
	for _, c := range n.comparisons[1:min(len(n.comparisons), maxListed)] {
		fd.Related = append(fd.Related, related(c.value.Span(), "so it is here"))
	}
	fd.Related = append(fd.Related, writePlaces(f.writersTested(n), n.missing)...)
	fd.Related = append(fd.Related, startPlaces(f.w.startOf(n.missing), n.missing)...)
	f.c.report(f.w, fd)
}

// fixNegated lets the rule ask whether the key is there; false if something would
// never happen then.
func (f *flow) fixNegated(n *negated, exists string) (annotations.Fix, bool) {
	rule := n.t.policy.TriggerRules.V
	parts := make(map[annotations.Rule]bool)
	places := n.needed(rule)
	if len(places) > maxListed {
		return annotations.Fix{}, false
	}
	leaves := leavesOf(n.t.expanded())
	fix := annotations.Fix{Message: "ask whether the key exists, too"}
	for _, c := range places {
		holds := outcome.Leaf(n.t.index, slices.Index(leaves, annotations.Rule(c.value)))
		if !negatives[c.value.Op] {
			holds = holds.Not()
		}
		if n.m.Verdict(append(slices.Clone(n.has), holds)...) == outcome.Impossible {
			return annotations.Fix{}, false
		}
		if !parts[c.at] {
			parts[c.at] = true
			fix.Edits = append(fix.Edits, alsoAsk(c.at.Span(), exists, "").Edits...)
		}
	}
	rules := make(map[*task]annotations.Rule)
	for _, t := range f.w.order {
		if t == n.t || n.t.ruleInherited && t.ruleInherited {
			rules[t] = alsoAsking(rule, parts, existsOf(n.key))
		}
	}
	return fix, f.allStillRun(rules)
}

// needed are the comparisons beside which the rule has to ask whether the key is
// there: one that the whole rule asks for is enough.
func (n *negated) needed(rule annotations.Rule) []comparison {
	whole := make(map[annotations.Rule]bool)
	var top func(r annotations.Rule)
	top = func(r annotations.Rule) {
		if all, ok := r.(*annotations.All); ok {
			for _, part := range all.Rules {
				top(part)
			}
		}
		whole[r] = true
	}
	top(rule)
	if i := slices.IndexFunc(n.comparisons, func(c comparison) bool { return whole[c.at] }); i >= 0 {
		return n.comparisons[i : i+1]
	}
	return n.comparisons
}

func startPlaces(start []giver, key string) []annotations.Related {
	var places []annotations.Related
	for _, g := range start {
		places = append(places, g.place(key))
	}
	return places
}
