package graph

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// term is a rule with its negations at the leaves, and without an operator right
// below the same one.
type term struct {
	// op is plan.OpAll or plan.OpAny; or else the term is a leaf.
	op   plan.Op
	args []*term
	leaf *plan.Node
	not  bool
}

// normal returns the term of a rule; nil is "always".
func normal(n *plan.Node, not bool) *term {
	if n == nil {
		return &term{op: plan.OpAll}
	}
	if n.Op.Leaf() {
		return &term{leaf: n, not: not}
	}
	op, below := plan.OpAll, not
	switch n.Op {
	case plan.OpAny:
		op = plan.OpAny
	case plan.OpNone, plan.OpNot:
		below = !not
	}
	if not {
		op = plan.OpAll + plan.OpAny - op
	}
	t := &term{op: op}
	for _, arg := range n.Args {
		a := normal(arg, below)
		switch {
		case a.op == op && len(a.args) > 0:
			t.args = append(t.args, a.args...)
		default:
			t.args = append(t.args, a)
		}
	}
	if len(t.args) == 1 {
		return t.args[0]
	}
	return t
}

// given returns what is left of the term when the truth of some leaves is known.
// An "all" without operands is true, an "any" without any is false.
func (t *term) given(truth func(*plan.Node) (holds, known bool)) *term {
	if t.leaf != nil {
		holds, known := truth(t.leaf)
		switch {
		case !known:
			return t
		case holds != t.not:
			return &term{op: plan.OpAll}
		}
		return &term{op: plan.OpAny}
	}
	out := &term{op: t.op}
	for _, a := range t.args {
		switch left := a.given(truth); {
		case left.leaf != nil || len(left.args) > 0:
			out.args = append(out.args, left)
		case left.op != t.op: // it decides
			return left
		}
	}
	if len(out.args) == 1 {
		return out.args[0]
	}
	return out
}

// leaves calls f with all leaves.
func (t *term) leaves(f func(*plan.Node)) {
	if t.leaf != nil {
		f(t.leaf)
	}
	for _, a := range t.args {
		a.leaves(f)
	}
}

// outcomes is a set of the ways in which a task can end.
type outcomes uint8

const (
	completed outcomes = 1 << iota
	failed
	skipped
	anyhow = completed | failed | skipped
)

var outcomeOf = map[plan.Op]outcomes{
	plan.OpTaskSuccess: completed, plan.OpTaskFailed: failed, plan.OpTaskSkipped: skipped,
}

// set is the set of outcomes for which a leaf about a task holds.
func (t *term) set() outcomes {
	if t.not {
		return anyhow &^ outcomeOf[t.leaf.Op]
	}
	return outcomeOf[t.leaf.Op]
}

// about reports whether the term is about one dependency only. Conditions on
// values are about the one that home names for their key.
func (t *term) about(dependency int, home map[string]int) bool {
	only := true
	t.leaves(func(n *plan.Node) {
		if n.Op != plan.OpValue {
			only = only && n.Task == dependency
		} else if h, ok := home[n.Key]; !ok || h != dependency {
			only = false
		}
	})
	return only
}

// allowed is the set of outcomes of a dependency for which a term about it can be true.
func (t *term) allowed() outcomes {
	switch {
	case t.leaf != nil && t.leaf.Op == plan.OpValue:
		return anyhow
	case t.leaf != nil:
		return t.set()
	}
	result := anyhow
	if t.op == plan.OpAny {
		result = 0
	}
	for _, a := range t.args {
		if t.op == plan.OpAny {
			result |= a.allowed()
		} else {
			result &= a.allowed()
		}
	}
	return result
}

// homes says for each key that the rule of a task tests whose edge it belongs to:
// the only dependency, or the one that alone writes the key.
func homes(t *plan.Task) map[string]int {
	home := make(map[string]int)
	for _, r := range t.Rule.Reads {
		switch {
		case len(t.DependsOn) == 1:
			home[r.Key] = t.DependsOn[0]
		case !r.Walk && len(r.Writers) == 1 && slices.Contains(t.DependsOn, r.Writers[0]):
			home[r.Key] = r.Writers[0]
		}
	}
	return home
}
