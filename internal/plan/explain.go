package plan

import (
	"strconv"
	"strings"
)

// Fact is one leaf of a rule with its truth at the moment of decision.
type Fact struct {
	// Text is the condition in the words of the annotation language.
	Text string
	// True says whether it held.
	True bool
}

// String returns the fact as a phrase: `task_failed("fetch") is false`.
func (f Fact) String() string {
	return f.Text + " is " + strconv.FormatBool(f.True)
}

// Explain says what the decision about a task rested on, leaf by leaf, in the
// order of the rule. It is empty for "always".
func (p *Plan) Explain(task int, l Leaves) []Fact {
	leaves := p.Tasks[task].Rule.Tree.Leaves()
	facts := make([]Fact, len(leaves))
	for i, leaf := range leaves {
		facts[i] = Fact{Text: p.NodeText(leaf), True: l.Bit(i)}
	}
	return facts
}

// NodeText returns a node of a rule in the words of the annotation language,
// such as `context_value("score", greater_than, 80)` or
// `all(task_success("a"), not(task_skipped("b")))`. A nil node is "always".
func (p *Plan) NodeText(n *Node) string {
	if n == nil {
		return "always"
	}
	var b strings.Builder
	p.writeNode(&b, n)
	return b.String()
}

func (p *Plan) writeNode(b *strings.Builder, n *Node) {
	b.WriteString(n.Op.String())
	b.WriteByte('(')
	switch {
	case n.Op == OpValue:
		b.WriteString(strconv.Quote(n.Key) + ", " + n.Cmp.String())
		for _, l := range n.Literals {
			b.WriteString(", " + l.Text())
		}
	case n.Op.Leaf():
		b.WriteString(strconv.Quote(p.Tasks[n.Task].ID))
	default:
		for i, arg := range n.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			p.writeNode(b, arg)
		}
	}
	b.WriteByte(')')
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
