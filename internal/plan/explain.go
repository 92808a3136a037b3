package plan

import (
	"slices"
	"strconv"
	"strings"
)

// Fact is one leaf of a rule with its truth at the moment of decision.
type Fact struct {
	// Text is the condition in the words of the annotation language.
	Text string
	// True says whether it held.
	True bool
	// Missing says that it compares the value of a key that had none.
	Missing bool
}

// String returns the fact as a phrase: `task_failed("fetch") is false`.
func (f Fact) String() string { return string(f.Append(nil)) }

// Append appends the phrase that String returns.
func (f Fact) Append(to []byte) []byte {
	to = strconv.AppendBool(append(append(to, f.Text...), " is "...), f.True)
	if f.Missing {
		to = append(to, " (the key is missing)"...)
	}
	return to
}

// Explain says what the decision about a task rested on: the conditions of its
// rule, in their order, without those that could be turned round and leave the
// verdict as it is. Of a false all() only the false ones matter. It is empty
// for "always".
//
// What missing says of the keys that the rule reads becomes part of the facts
// that compare their values; nil says nothing.
func (p *Plan) Explain(task int, l Leaves, missing func(rd *Read) bool) []Fact {
	e := explanation{plan: p, leaves: l, reads: p.Tasks[task].Rule.Reads, missing: missing}
	e.add(p.Tasks[task].Rule.Tree, 0)
	return e.facts
}

// explanation collects the leaves that a verdict rests on.
type explanation struct {
	plan    *Plan
	leaves  Leaves
	reads   []Read
	missing func(rd *Read) bool
	facts   []Fact
}

// add adds the leaves that gave a subtree, whose first leaf has number first,
// its value.
func (e *explanation) add(n *Node, first int) {
	if n == nil {
		return
	}
	if n.Op.Leaf() {
		e.facts = append(e.facts, Fact{Text: e.plan.NodeText(n), True: e.leaves.Bit(first), Missing: e.lacks(n)})
		return
	}
	decisive, some := e.decisive(n, first)
	for _, arg := range n.Args {
		value, next := arg.eval(e.leaves, first)
		if !some || value == decisive {
			e.add(arg, first)
		}
		first = next
	}
}

// lacks reports whether a leaf compares the value of a key that has none. Leaves
// that ask whether there is one say it themselves.
func (e *explanation) lacks(n *Node) bool {
	if e.missing == nil || n.Op != OpValue || n.Cmp == CmpExists || n.Cmp == CmpNotExists {
		return false
	}
	i := slices.IndexFunc(e.reads, func(rd Read) bool { return rd.Key == n.Key })
	return i >= 0 && e.missing(&e.reads[i])
}

// decisive returns the value of an operand that settles the operator alone,
// and whether there is such an operand.
func (e *explanation) decisive(n *Node, first int) (value, some bool) {
	value = n.Op != OpAll
	for _, arg := range n.Args {
		var v bool
		v, first = arg.eval(e.leaves, first)
		some = some || v == value
	}
	return value, some
}

// NodeText returns a node of a rule in the words of the annotation language,
// such as `context_value("score", greater_than, 80)` or
// `all(task_success("a"), not(task_skipped("b")))`. A nil node is "always".
func (p *Plan) NodeText(n *Node) string {
	if n == nil {
		return "always"
	}
	var buffer [128]byte
	return string(p.appendNode(buffer[:0], n))
}

func (p *Plan) appendNode(to []byte, n *Node) []byte {
	to = append(append(to, n.Op.String()...), '(')
	switch {
	case n.Op == OpValue:
		to = append(strconv.AppendQuote(to, n.Key), ", "...)
		to = append(to, n.Cmp.String()...)
		for _, l := range n.Literals {
			to = append(append(to, ", "...), l.Text()...)
		}
	case n.Op.Leaf():
		to = strconv.AppendQuote(to, p.Tasks[n.Task].ID)
	default:
		for i, arg := range n.Args {
			if i > 0 {
				to = append(to, ", "...)
			}
			to = p.appendNode(to, arg)
		}
	}
	return append(to, ')')
}

// Text returns the literal as it is written in a rule. A float always shows
// that it is one: 80 becomes "80.0".
func (l Literal) Text() string {
	switch l.Kind {
	case LitBool:
		return strconv.FormatBool(l.Bool)
	case LitInt:
		return strconv.FormatInt(l.Int, 10)
	case LitUint:
		return strconv.FormatUint(l.Uint, 10)
	case LitFloat:
		s := strconv.FormatFloat(l.Float, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	case LitString:
		return strconv.Quote(l.String)
	default:
		return "nil"
	}
}
