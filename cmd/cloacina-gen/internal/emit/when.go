package emit

import (
	"strconv"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// maxReturn is the width of the longest verdict that is returned without being
// given a name first.
const maxReturn = 90

// when is the compiled rule of one task while it is being written: every leaf
// is evaluated into a variable of its own, p0, p1 and so on, and the verdict is
// a plain boolean expression of them.
type when struct {
	f *file
	c *constants
	// keys are the constants for the positions of the keys in the rule's Reads.
	keys   map[string]word
	leaves []doc // the variables
	body   []doc
	hoists int
}

// condition is a boolean expression: operands joined by an operator, or a
// single operand without one.
type condition struct {
	operator string
	operands []doc
	depth    int
}

// whenFunc returns the rule as a function, nil for "always".
func (f *file) whenFunc(c *constants, r *plan.Rule) doc {
	if r.Tree == nil {
		return nil
	}
	w := &when{f: f, c: c, keys: f.keyConstants(r.Reads)}
	for _, line := range wrap("// ", "// ", prose(r.Text), whenIndent*tabWidth) {
		w.body = append(w.body, note(line))
	}
	if declaration := w.declareKeys(r.Reads); declaration != nil {
		w.body = append(w.body, declaration)
	}
	verdict := w.condition(r.Tree, false).doc()
	w.finish(verdict)
	name := f.local("v")
	if len(w.leaves) == 0 {
		name = f.id("_")
	}
	params := list{open: "(", close: ")", items: []doc{spaced(name, seq{op("*"), f.rt("View")})}}
	results := list{open: "(", close: ")", items: []doc{f.predeclared("bool"), f.rt("Leaves")}}
	return closure(params, results, w.body...)
}

// whenIndent is the number of tabs that the body of a compiled rule is indented by.
const whenIndent = 5

// note returns a comment as a statement.
func note(line string) doc { return op(line) }

// finish returns the verdict and the leaves.
func (w *when) finish(verdict doc) {
	leaves := seq{w.f.rt("LeavesOf"), list{open: "(", close: ")", items: w.leaves, style: fill}}
	out := seq{op("return "), verdict, op(", "), leaves}
	if out.flat() > maxReturn {
		name := w.f.id("verdict")
		w.body = append(w.body, spaced(name, op(":="), verdict))
		out = seq{op("return "), name, op(", "), leaves}
	}
	w.body = append(w.body, out)
}

// condition compiles a subtree or its negation. Negations end at the leaves,
// by De Morgan's laws, so that few parentheses are left.
func (w *when) condition(n *plan.Node, negated bool) condition {
	switch n.Op {
	case plan.OpNot:
		return w.condition(n.Args[0], !negated)
	case plan.OpAll:
		return w.joined(n.Args, !negated, negated)
	case plan.OpAny:
		return w.joined(n.Args, negated, negated)
	case plan.OpNone:
		return w.joined(n.Args, !negated, !negated)
	}
	p := w.leaf(n)
	if negated {
		return condition{operands: []doc{seq{op("!"), p}}}
	}
	return condition{operands: []doc{p}}
}

// joined compiles operands, each negated or not, and joins them: every one has
// to hold, or one of them.
func (w *when) joined(args []*plan.Node, every, negated bool) condition {
	if len(args) == 0 {
		return condition{operands: []doc{w.f.predeclared(strconv.FormatBool(every))}}
	}
	if len(args) == 1 {
		return w.condition(args[0], negated)
	}
	out := condition{operator: "||"}
	if every {
		out.operator = "&&"
	}
	for _, arg := range args {
		out.add(w, w.condition(arg, negated))
	}
	return out
}

// add adds an operand, in parentheses if it binds less tightly.
func (c *condition) add(w *when, operand condition) {
	switch {
	case operand.operator == c.operator:
		c.operands = append(c.operands, operand.operands...)
		c.depth = max(c.depth, operand.depth)
	case operand.operator == "":
		c.operands = append(c.operands, operand.operands...)
	case operand.depth+1 >= maxNesting:
		c.operands = append(c.operands, w.hoist(operand.doc()))
	default:
		d := operand.doc()
		if c.operator == "&&" {
			d = seq{op("("), d, op(")")}
		}
		c.operands = append(c.operands, d)
		c.depth = max(c.depth, operand.depth+1)
	}
}

func (c condition) doc() doc {
	if len(c.operands) == 1 {
		return c.operands[0]
	}
	return chain{c.operator, c.operands}
}

// hoist gives an expression that is nested too deep a name.
func (w *when) hoist(value doc) doc {
	name := w.f.id("q" + strconv.Itoa(w.hoists))
	w.hoists++
	w.body = append(w.body, spaced(name, op(":="), value))
	return name
}

// leaf evaluates a leaf into the next variable.
func (w *when) leaf(n *plan.Node) doc {
	name := w.f.id("p" + strconv.Itoa(len(w.leaves)))
	w.leaves = append(w.leaves, name)
	w.body = append(w.body, spaced(name, op(":="), w.leafValue(n)))
	return name
}

var outcomeMethods = map[plan.Op]string{
	plan.OpTaskSuccess: "Success",
	plan.OpTaskFailed:  "Failed",
	plan.OpTaskSkipped: "Skipped",
}

func (w *when) leafValue(n *plan.Node) doc {
	if n.Op != plan.OpValue {
		return w.method(w.f.local("v"), outcomeMethods[n.Op], w.c.word(n.Task))
	}
	switch n.Cmp {
	case plan.CmpExists, plan.CmpNotExists:
		return w.method(w.value(n), comparisonNames[n.Cmp])
	case plan.CmpContains:
		return w.contains(n)
	case plan.CmpNotContains:
		return seq{op("!"), w.contains(n)}
	case plan.CmpIn:
		return w.compareEach(n, "||", "Equal")
	case plan.CmpNotIn:
		return w.compareEach(n, "&&", "NotEqual")
	}
	return w.compare(n, n.Literals[0], orderings[n.Cmp])
}

var orderings = map[plan.Cmp]string{
	plan.CmpEquals:         "Equal",
	plan.CmpNotEquals:      "NotEqual",
	plan.CmpGreaterThan:    "Greater",
	plan.CmpLessThan:       "Less",
	plan.CmpGreaterOrEqual: "GreaterOrEqual",
	plan.CmpLessOrEqual:    "LessOrEqual",
}

// method returns a call of a method.
func (w *when) method(receiver doc, name string, args ...doc) doc {
	return call(seq{receiver, op("."), w.f.id(name)}, args...)
}

func (w *when) value(n *plan.Node) doc {
	return w.method(w.f.local("v"), "Value", w.keys[n.Key])
}

func (w *when) contains(n *plan.Node) doc {
	l := n.Literals[0]
	return w.method(w.value(n), "Contains"+literalNames[l.Kind], w.f.literal(l)...)
}

func (w *when) compare(n *plan.Node, l plan.Literal, ordering string) doc {
	return w.method(w.method(w.value(n), "Compare"+literalNames[l.Kind], w.f.literal(l)...), ordering)
}

// compareEach compares with every literal of in or not_in.
func (w *when) compareEach(n *plan.Node, operator, ordering string) doc {
	if len(n.Literals) == 0 {
		return w.f.predeclared(strconv.FormatBool(operator == "&&"))
	}
	out := chain{operator: operator}
	for _, l := range n.Literals {
		out.operands = append(out.operands, w.compare(n, l, ordering))
	}
	return out
}
