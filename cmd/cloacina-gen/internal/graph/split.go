package graph

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// split is a rule, distributed over the edges.
type split struct {
	edges []part // parallel to the dependencies
	any   bool
	rest  string
}

type part struct {
	kind  Kind
	label string
}

// splitRule distributes the rule of a task. Each operand of an "all" is put on
// the edge of the dependency that it alone is about; what is about several stays
// at the task. Of an "any" that is done only if it leaves no rest, because half
// of it would say something else.
func splitRule(p *plan.Plan, task int) split {
	t := &p.Tasks[task]
	s := split{edges: make([]part, len(t.DependsOn))}
	rule := normal(t.Rule.Tree, false)
	terms := rule.args
	if rule.leaf != nil {
		terms = []*term{rule}
	}
	own, rest := distribute(t, terms)
	w := words{plan: p}
	if rule.op == plan.OpAny {
		s.any = len(terms) > 1 && len(rest) == 0
		if len(rest) > 0 || len(terms) == 0 {
			own, rest = make([][]*term, len(t.DependsOn)), []*term{rule}
		}
	}
	for k := range t.DependsOn {
		s.edges[k] = w.part(t.DependsOn[k], rule.op, own[k], rest)
	}
	if len(rest) > 0 {
		s.rest = w.join(&term{op: plan.OpAll, args: rest})
	}
	s.quiet(rule.op, own)
	return s
}

// distribute sorts terms by the dependency that they are about.
func distribute(t *plan.Task, terms []*term) (own [][]*term, rest []*term) {
	home := homes(t)
	own = make([][]*term, len(t.DependsOn))
	for _, a := range terms {
		k := slices.IndexFunc(t.DependsOn, func(d int) bool { return a.about(d, home) })
		if k < 0 || len(a.args) == 0 && a.leaf == nil {
			rest = append(rest, a)
			continue
		}
		own[k] = append(own[k], a)
	}
	return own, rest
}

// part returns what stands on the edge from a dependency.
func (w words) part(dependency int, op plan.Op, own, rest []*term) part {
	if len(own) == 0 {
		mentioned := slices.ContainsFunc(rest, func(t *term) bool {
			found := false
			t.leaves(func(n *plan.Node) { found = found || n.Op != plan.OpValue && n.Task == dependency })
			return found
		})
		if mentioned {
			return part{kind: Mixed}
		}
		return part{kind: Order}
	}
	if op != plan.OpAny {
		op = plan.OpAll
	}
	whole := &term{op: op, args: own}
	kind := Mixed
	switch whole.allowed() {
	case completed:
		kind = Success
	case failed:
		kind = Failure
	case skipped:
		kind = Skip
	}
	w.dependency, w.onEdge = dependency, true
	return part{kind, w.edge(whole)}
}

// edge prints the part of a rule that is about the dependency of an edge:
// "success, score > 80".
func (w words) edge(t *term) string {
	if t.op == plan.OpAny && len(t.args) > 1 {
		return w.join(t)
	}
	var values []string
	set := anyhow
	for _, a := range t.args {
		switch {
		case a.leaf != nil && a.leaf.Op != plan.OpValue:
			set &= a.set()
		case a.op == plan.OpAny:
			values = append(values, "("+w.join(a)+")")
		default:
			values = append(values, w.join(a))
		}
	}
	if set == anyhow {
		return strings.Join(values, ", ")
	}
	return strings.Join(append([]string{setNames[set]}, values...), ", ")
}

// quiet takes the label from edges if all of them wait for success only, which is
// the usual case, and the line says so.
func (s *split) quiet(op plan.Op, own [][]*term) {
	if op == plan.OpAny || s.rest != "" {
		return
	}
	for k, terms := range own {
		if s.edges[k].kind != Success || len(terms) != 1 || terms[0].leaf == nil || terms[0].leaf.Op == plan.OpValue {
			return
		}
	}
	for k := range s.edges {
		s.edges[k].label = ""
	}
}
