package check

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checkRules holds the trigger rules against the graph. With a cycle in it only
// the names are looked at: nothing comes before anything.
func (c *checker) checkRules(w *workflow) {
	c.checkDefaultRule(w)
	for _, t := range w.tasks {
		if !t.ruleInherited {
			c.checkRuleNames(t)
		}
	}
	if w.cyclic {
		return
	}
	w.order = planOrder(w.tasks)
	w.ancestry = newAncestry(w.order)
	for _, t := range w.tasks {
		if !t.ruleInherited {
			c.checkRule(t)
		}
	}
	c.checkInheritedRule(w)
}

// walk calls visit for each node of a rule, from left to right.
func walk(r annotations.Rule, visit func(annotations.Rule)) {
	if r == nil {
		return
	}
	visit(r)
	switch r := r.(type) {
	case *annotations.All:
		walkAll(r.Rules, visit)
	case *annotations.Any:
		walkAll(r.Rules, visit)
	case *annotations.None:
		walkAll(r.Rules, visit)
	case *annotations.Not:
		walk(r.Rule, visit)
	}
}

func walkAll(rules []annotations.Rule, visit func(annotations.Rule)) {
	for _, r := range rules {
		walk(r, visit)
	}
}

// outcomes lists the outcome leaves of a rule.
func outcomes(r annotations.Rule) []*annotations.Outcome {
	var out []*annotations.Outcome
	walk(r, func(n annotations.Rule) {
		if o, ok := n.(*annotations.Outcome); ok {
			out = append(out, o)
		}
	})
	return out
}

// shorthands lists the shorthands of a rule.
func shorthands(r annotations.Rule) []*annotations.Shorthand {
	var out []*annotations.Shorthand
	walk(r, func(n annotations.Rule) {
		if s, ok := n.(*annotations.Shorthand); ok {
			out = append(out, s)
		}
	})
	return out
}

// checkRuleNames reports names that are no tasks, and shorthands over nothing.
func (c *checker) checkRuleNames(t *task) {
	rule := t.policy.TriggerRules.V
	for _, o := range outcomes(rule) {
		if t.flow.byID[o.ID.Text] == nil {
			c.reportUnknown(annotations.CodeUnknownTask, t.flow, t, o.ID, "trigger rule names unknown task")
		}
	}
	if t.star || len(t.decl.Dependencies.V) > 0 || t.flow.vague[t] {
		return
	}
	for _, s := range shorthands(rule) {
		f := found(annotations.CodeShorthandWithoutTasks, s.Span(),
			"%s is about the dependencies of task %q, which has none; add dependencies or remove the rule",
			s.Kind, t.id)
		if s == rule {
			own := t.decl.TriggerRules
			f.Fixes = []annotations.Fix{c.removeArgument(own.Key, own.Span, "remove the rule")}
		}
		c.report(t.flow, f)
	}
}

// checkRule reports outcomes that are not known when the rule is decided.
func (c *checker) checkRule(t *task) {
	seen := make(map[*task]bool)
	direct := setOf(t.deps)
	for _, o := range outcomes(t.policy.TriggerRules.V) {
		other := t.flow.byID[o.ID.Text]
		if other == nil || seen[other] || direct[other] {
			continue
		}
		seen[other] = true
		switch {
		case other == t:
			c.report(t.flow, found(annotations.CodeNotAncestor, o.ID.Span,
				"the trigger rule of task %q asks for its own outcome, which comes after it", t.id))
		case t.flow.vague[t]: // what could not be read may list it
		case t.flow.ancestry.before(other, t):
			c.hintIndirect(t, other, o.ID.Span)
		default:
			c.reportNotAncestor(t, other, o.ID.Span)
		}
	}
}

func setOf(tasks []*task) map[*task]bool {
	set := make(map[*task]bool, len(tasks))
	for _, t := range tasks {
		set[t] = true
	}
	return set
}

func (c *checker) hintIndirect(t, other *task, at annotations.Span) {
	f := found(annotations.CodeIndirectAncestor, at,
		"the trigger rule of task %q asks for %q, which it waits for only through others; list it to show the link",
		t.id, other.id)
	f.Related = []annotations.Related{related(other.decl.Target, "%s is declared here", other.id)}
	f.Fixes = []annotations.Fix{addDependency(t, other)}
	c.report(t.flow, f)
}

func (c *checker) reportNotAncestor(t, other *task, at annotations.Span) {
	f := found(annotations.CodeNotAncestor, at,
		"the trigger rule of task %q asks for the outcome of %q, which it does not wait for; "+
			"add it to the dependencies",
		t.id, other.id)
	if t.flow.ancestry.before(t, other) {
		f = found(annotations.CodeNotAncestor, at,
			"the trigger rule of task %q asks for the outcome of %q, which itself waits for %q", t.id, other.id, t.id)
	} else {
		f.Fixes = []annotations.Fix{addDependency(t, other)}
	}
	f.Related = []annotations.Related{related(other.decl.Target, "%s is declared here", other.id)}
	c.report(t.flow, f)
}

// addDependency is a fix that lists a task among the dependencies of another.
func addDependency(t, other *task) annotations.Fix {
	list := t.decl.Dependencies
	message := "add " + other.id + " to the dependencies"
	switch n := len(list.V); {
	case !list.Set:
		return addLine(t.decl.Span, "//cloacina:task dependencies="+other.id, message)
	case n == 0:
		return replace(list.Span, "["+other.id+"]", "%s", message)
	default:
		at := list.V[n-1].Span
		at.Start = at.End
		return replace(at, ","+other.id, "%s", message)
	}
}

// addDependencies is a fix that lists several tasks among the dependencies of another.
func addDependencies(t *task, others []*task) annotations.Fix {
	fix := addDependency(t, others[0])
	for _, other := range others[1:] {
		fix.Edits[0].New = addName(fix.Edits[0].New, other.id)
	}
	if len(others) > 1 {
		fix.Message = "add " + strings.Join(idsOf(others), ",") + " to the dependencies"
	}
	return fix
}

// addName puts one more name into the text that [addDependency] inserts.
func addName(text, id string) string {
	if list, ok := strings.CutSuffix(text, "]"); ok {
		return list + "," + id + "]"
	}
	return text + "," + id
}

// checkDefaultRule reports names in a workflow's default rule that are no tasks.
func (c *checker) checkDefaultRule(w *workflow) {
	rule := w.decl.Defaults.TriggerRules
	if !rule.Set {
		return
	}
	for _, o := range outcomes(rule.V) {
		if w.byID[o.ID.Text] == nil {
			c.reportUnknown(annotations.CodeUnknownTask, w, nil, o.ID, "default trigger rule names unknown task")
		}
	}
}

// checkInheritedRule reports, once per name in the default rule, the tasks that
// inherit it and do not wait for what it asks.
func (c *checker) checkInheritedRule(w *workflow) {
	rule := w.decl.Defaults.TriggerRules
	if !rule.Set {
		return
	}
	seen := make(map[*task]bool)
	for _, o := range outcomes(rule.V) {
		other := w.byID[o.ID.Text]
		if other == nil || seen[other] {
			continue
		}
		seen[other] = true
		var ids []string
		var places []annotations.Related
		after := w.ancestry.after(other, len(w.order))
		for _, t := range w.tasks {
			if t.ruleInherited && !after[t] && !w.vague[t] {
				ids = append(ids, t.id)
				places = append(places, related(t.decl.Target, "%s is declared here", t.id))
			}
		}
		if len(ids) == 0 {
			continue
		}
		f := found(annotations.CodeNotAncestor, o.ID.Span,
			"the default trigger rule asks for the outcome of %q, which is open when these tasks are decided: %s; "+
				"give them "+
				"their own trigger_rules",
			other.id, listed(ids))
		f.Related = places[:min(len(places), maxListed)]
		c.report(w, f)
	}
}

// maxListed is how many of many names a message lists.
const maxListed = 4

// listed joins names for a message.
func listed(ids []string) string {
	if len(ids) > maxListed {
		return strings.Join(ids[:maxListed], ", ") + " and others"
	}
	return strings.Join(ids, ", ")
}

// hintRedundant points at dependencies that others of the same task imply. The
// search is bounded, so that no graph makes it slow; beyond the bound hints are
// left out. What a rule asks for and what a task reads from is listed on purpose,
// and so is what another dependency stands in for and everything where a shorthand counts the list.
func (c *checker) hintRedundant(w *workflow) {
	budget := 64*len(w.tasks) + 4096
	for _, t := range w.tasks {
		if len(t.deps) < 2 || t.star || len(shorthands(t.policy.TriggerRules.V)) > 0 {
			continue
		}
		before := w.ancestry.steps
		implied, ok := w.ancestry.among(t, budget)
		budget -= w.ancestry.steps - before
		asked := make(map[string]bool)
		for _, o := range outcomes(t.policy.TriggerRules.V) {
			asked[o.ID.Text] = true
		}
		for _, d := range implied {
			if !asked[d.id] && !t.readsFrom(d) && !t.joinsFallback(d) {
				c.reportRedundant(t, d)
			}
		}
		if !ok {
			return
		}
	}
}

func (c *checker) reportRedundant(t, d *task) {
	for i, name := range t.decl.Dependencies.V {
		if name.Text != d.id {
			continue
		}
		f := found(annotations.CodeRedundantDependency, name.Span,
			"task %q waits for %q through another dependency anyway", t.id, d.id)
		for _, other := range t.deps {
			if other != d && t.flow.ancestry.before(d, other) {
				f.Message = "task \"" + t.id + "\" waits for \"" + d.id + "\" through \"" + other.id + "\" anyway"
				if other.listedBefore(d, t) {
					// The walk that orders the writes meets it there first, so
					// that nothing changes without it.
					f.Fixes = []annotations.Fix{c.removeName(t.decl.Dependencies, i)}
				}
				break
			}
		}
		c.report(t.flow, f)
		return
	}
}

// readsFrom reports whether a task reads a key that the other one may write.
func (t *task) readsFrom(other *task) bool {
	if t.code == nil || other.code == nil {
		return false
	}
	writes := other.code.writes()
	return slices.ContainsFunc(t.code.reads(), func(r plan.Read) bool {
		return slices.ContainsFunc(writes, func(w plan.Write) bool { return w.Key == r.Key })
	})
}

// joinsFallback reports whether another dependency of a task stands in for d: its
// rule asks whether d failed or was skipped. A task that waits for both takes
// either, even if its rule does not say so yet.
func (t *task) joinsFallback(d *task) bool {
	return slices.ContainsFunc(t.deps, func(other *task) bool {
		return other != d && slices.ContainsFunc(outcomes(other.expanded()), func(o *annotations.Outcome) bool {
			return o.ID.Text == d.id && o.Want != annotations.Success
		})
	})
}

// listedBefore reports whether t stands before d in the dependencies of a task.
func (t *task) listedBefore(d, in *task) bool {
	for _, dep := range in.deps {
		if dep == t || dep == d {
			return dep == t
		}
	}
	return false
}
