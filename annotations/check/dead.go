package check

import (
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// gatherDead finds out at which task each cascade of dead and starved tasks begins.
func (o *outcomeCheck) gatherDead() {
	begins := make(map[*task]*task)
	o.w.starving = make(map[*task][]starved)
	for _, t := range o.w.order {
		var cause *task
		key := ""
		switch {
		case o.endless[t.index]:
			cause, key = o.starvedBy(t)
		case o.dead[t.index] && o.follows(t) == no:
			cause = o.causeOf(t)
		}
		if cause == nil {
			continue
		}
		if earlier := begins[cause]; earlier != nil {
			cause = earlier
		}
		begins[t] = cause
		if key != "" {
			o.w.starving[cause] = append(o.w.starving[cause], starved{t, key})
			continue
		}
		o.followers[cause] = append(o.followers[cause], t)
	}
	o.w.dying = o.followers
}

// follows judges the rule of a task by the conditions that dead and endless tasks
// decide, as if nothing were known of the others.
func (o *outcomeCheck) follows(t *task) truth {
	rule, values := t.expanded(), make(map[annotations.Rule]truth)
	for i, leaf := range leavesOf(rule) {
		if o.causeOfLeaf(t, leaf) != nil {
			values[leaf] = o.constant(t, leaf, i)
		}
	}
	if len(values) == 0 {
		return unknown
	}
	return judge(rule, values)
}

// causeOf returns a dead or endless task that the rule of another one asks for;
// nil if it asks for none.
func (o *outcomeCheck) causeOf(t *task) *task {
	for _, leaf := range leavesOf(t.expanded()) {
		if cause := o.causeOfLeaf(t, leaf); cause != nil {
			return cause
		}
	}
	return nil
}

// causeOfLeaf returns a dead or endless task that decides a condition.
func (o *outcomeCheck) causeOfLeaf(t *task, leaf annotations.Rule) *task {
	switch leaf := leaf.(type) {
	case *annotations.Outcome:
		of := o.w.byID[leaf.ID.Text]
		if o.dead[of.index] || o.endless[of.index] && leaf.Want != annotations.Skipped {
			return of
		}
	case *annotations.ContextValue:
		for _, r := range t.rule.Reads {
			if r.Key == leaf.Key.Text && len(o.w.startOf(leaf.Key.Base())) == 0 {
				return o.lostWriter(o.w.writersOf(t, r))
			}
		}
	}
	return nil
}

// lostWriter returns the first of some writers if none of them ever completes.
func (o *outcomeCheck) lostWriter(writers []*task) *task {
	for _, t := range writers {
		if !o.dead[t.index] && !o.endless[t.index] {
			return nil
		}
	}
	if len(writers) == 0 {
		return nil
	}
	return writers[0]
}

// reportDead reports a task that never runs, unless it dies with another one.
func (o *outcomeCheck) reportDead(t *task) {
	if o.follows(t) == no || emptyOperands(t.policy.TriggerRules.V) {
		return
	}
	at, why := o.whyDead(t)
	f := found(annotations.CodeDeadTask, at, "task %q can never run: %s", t.id, why)
	if !t.decl.TriggerRules.Set {
		f.Message += "; the rule is the workflow's default"
	}
	if at != t.decl.Target {
		f.Related = append(f.Related, related(t.decl.Target, "%s is declared here", t.id))
	}
	f.Related = append(f.Related, o.w.diesWith(t)...)
	f.Fixes = o.fixDead(t)
	o.c.report(o.w, f)
}

// diesWith points at the tasks that never run because another one never
// completes.
func (w *workflow) diesWith(t *task) []annotations.Related {
	list := w.dying[t]
	var places []annotations.Related
	for i, other := range list {
		if i == maxListed && len(list) > maxListed+1 {
			places = append(places, related(other.decl.Target, "%q and %d more never run then, either",
				other.id, len(list)-i-1))
			break
		}
		places = append(places, related(other.decl.Target, "%q never runs then, either", other.id))
	}
	return append(places, w.starvesWith(t)...)
}

// maxConflict is how many clauses of a rule are searched for some that exclude
// each other.
const maxConflict = 64

// whyDead says which part of a rule is never true, and where it stands.
func (o *outcomeCheck) whyDead(t *task) (at annotations.Span, why string) {
	var facts []outcome.Fact
	var leaves []clause
	for _, c := range t.clauses() {
		f, ok := c.fact(t)
		if !ok {
			continue
		}
		if o.never(f) {
			return spanWithin(t, c.rule.Span()), o.why(t, c.rule, c.negated)
		}
		facts, leaves = append(facts, f), append(leaves, c)
	}
	if len(facts) > maxConflict || len(facts) == 0 || !o.never(facts...) {
		return ruleSpan(t), "no run makes its rule true"
	}
	return ruleSpan(t), o.conflict(facts, leaves)
}

// conflict names clauses that exclude each other, none of which can be left out.
func (o *outcomeCheck) conflict(facts []outcome.Fact, list []clause) string {
	list = minimal(o, facts, list)
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = short(c.text())
	}
	return "its rule asks for " + enumerate(texts, "and") + ", which exclude each other"
}

// minimal leaves out of some facts that exclude each other all that are not
// needed for it, and with them what stands beside them in the list. The facts
// may be more than the list.
func minimal[T any](o *outcomeCheck, facts []outcome.Fact, list []T) []T {
	for i := 0; i < len(list); {
		without := slices.Delete(slices.Clone(facts), i, i+1)
		if !o.never(without...) {
			i++
			continue
		}
		facts, list = without, slices.Delete(slices.Clone(list), i, i+1)
	}
	return list
}

// spanWithin is the place of a part of a rule, or the task where the rule stands
// somewhere else.
func spanWithin(t *task, at annotations.Span) annotations.Span {
	if t.decl.TriggerRules.Set {
		return at
	}
	return t.decl.Target
}
