package check

import (
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// negatives are the operators that are true of a missing key.
var negatives = map[annotations.Operator]bool{
	annotations.NotEquals: true, annotations.NotContains: true, annotations.NotIn: true,
}

// checkNegated reports comparisons that are true because their key is missing.
// Where a rule asks whether the key exists, that is taken to be meant.
func (f *flow) checkNegated() {
	said := make(map[annotations.Span]bool)
	for _, t := range f.w.order {
		if f.open[t.index] {
			continue
		}
		asked := existenceAsked(t.policy.TriggerRules.V)
		askedFor(t.policy.TriggerRules.V, func(leaf annotations.Rule, positive bool, around annotations.Rule) {
			v, ok := leaf.(*annotations.ContextValue)
			if !ok || positive != negatives[v.Op] || asked[v.Key.Base()] || said[v.Span()] || f.w.constant[v] {
				return
			}
			if v.Op == annotations.Exists || v.Op == annotations.NotExists {
				return
			}
			if f.checkMissingIn(t, v, around) {
				said[v.Span()] = true
			}
		})
	}
}

// existenceAsked are the keys of which a rule asks whether they exist.
func existenceAsked(rule annotations.Rule) map[string]bool {
	keys := make(map[string]bool)
	walk(rule, func(n annotations.Rule) {
		if v, ok := n.(*annotations.ContextValue); ok && (v.Op == annotations.Exists || v.Op == annotations.NotExists) {
			keys[v.Key.Base()] = true
		}
	})
	return keys
}

// checkMissingIn reports a comparison if the task may run without its key; it
// reports whether it did.
func (f *flow) checkMissingIn(t *task, v *annotations.ContextValue, around annotations.Rule) bool {
	key := v.Key.Base()
	var writers []*task
	for _, r := range t.rule.Reads {
		if r.Key == v.Key.Text {
			writers = f.w.writersOf(t, r)
		}
	}
	if len(writers) == 0 && len(f.w.startOf(key)) == 0 {
		return false // it comes from nowhere, or nothing is known of it
	}
	missing := []outcome.Fact{outcome.Ran(t.index), outcome.Present(t.index, key).Not()}
	if !f.can(missing...) {
		return false
	}
	at := annotations.Rule(v)
	if around != nil {
		at = around
	}
	fd := found(annotations.CodeNegatedMissing, at.Span(),
		"this is true when %q is missing, and task %q then runs; ask for context_value(%s, exists), too",
		key, t.id, strconv.Quote(v.Key.Text))
	fd.Table = f.w.caseTable(f.w.before(f.run(missing...), t))
	fd.Related = append(writePlaces(writers, key), startPlaces(f.w.startOf(key), key)...)
	exists := "context_value(" + strconv.Quote(v.Key.Text) + ", exists)"
	fd.Fixes = []annotations.Fix{alsoAsk(at.Span(), exists, "ask whether the key exists, too")}
	f.c.report(f.w, fd)
	return true
}

func startPlaces(start []giver, key string) []annotations.Related {
	var places []annotations.Related
	for _, g := range start {
		places = append(places, g.place(key))
	}
	return places
}
