package check

import (
	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// clause is a part of a rule without which the rule is false: the rule is the
// conjunction of its clauses.
type clause struct {
	rule annotations.Rule
	// negated says that the rule of the clause has to be false.
	negated bool
	// first is the number of its first leaf, as facts count them, and count how
	// many it has.
	first, count int
}

// clauses takes a task's rule apart, without its shorthands.
func (t *task) clauses() []clause {
	if t.rule.Tree == nil {
		return nil
	}
	var s clauseSplitter
	s.split(t.expanded(), false)
	return s.list
}

type clauseSplitter struct {
	list []clause
	// next is the number of the next leaf.
	next int
}

func (s *clauseSplitter) split(r annotations.Rule, negated bool) {
	switch r := r.(type) {
	case *annotations.Not:
		s.split(r.Rule, !negated)
		return
	case *annotations.All:
		if !negated {
			s.splitEach(r.Rules, false)
			return
		}
	case *annotations.None:
		if !negated {
			s.splitEach(r.Rules, true)
			return
		}
	case *annotations.Any:
		if negated {
			s.splitEach(r.Rules, true)
			return
		}
	}
	n := len(leavesOf(r))
	s.list = append(s.list, clause{rule: r, negated: negated, first: s.next, count: n})
	s.next += n
}

func (s *clauseSplitter) splitEach(rules []annotations.Rule, negated bool) {
	for _, r := range rules {
		s.split(r, negated)
	}
}

// leavesOf lists the leaves of a rule without shorthands, in the order of their numbers.
func leavesOf(r annotations.Rule) []annotations.Rule {
	var leaves []annotations.Rule
	walk(r, func(n annotations.Rule) {
		switch n.(type) {
		case *annotations.Outcome, *annotations.ContextValue:
			leaves = append(leaves, n)
		}
	})
	return leaves
}

// fact says that the clause is as the rule needs it; false for one that is no
// single leaf.
func (c clause) fact(t *task) (outcome.Fact, bool) {
	if leaves := leavesOf(c.rule); len(leaves) != 1 || leaves[0] != c.rule {
		return outcome.Fact{}, false
	}
	f := outcome.Leaf(t.index, c.first)
	if c.negated {
		f = f.Not()
	}
	return f, true
}

// text is the clause as a rule spells it.
func (c clause) text() string {
	if c.negated {
		return annotations.Format(&annotations.Not{Rule: c.rule})
	}
	return annotations.Format(c.rule)
}
