package emit

import (
	"strconv"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// maxNesting is how deep rules and conditions nest in one expression; what lies
// deeper becomes a variable of its own, so that no line is indented off the page.
const maxNesting = 5

var nodeNames = map[plan.Op]string{
	plan.OpAll:         "All",
	plan.OpAny:         "Any",
	plan.OpNone:        "None",
	plan.OpNot:         "Not",
	plan.OpTaskSuccess: "TaskSuccess",
	plan.OpTaskFailed:  "TaskFailed",
	plan.OpTaskSkipped: "TaskSkipped",
}

var comparisonNames = map[plan.Cmp]string{
	plan.CmpEquals:         "Equals",
	plan.CmpNotEquals:      "NotEquals",
	plan.CmpGreaterThan:    "GreaterThan",
	plan.CmpLessThan:       "LessThan",
	plan.CmpGreaterOrEqual: "GreaterOrEqual",
	plan.CmpLessOrEqual:    "LessOrEqual",
	plan.CmpContains:       "Contains",
	plan.CmpNotContains:    "NotContains",
	plan.CmpExists:         "Exists",
	plan.CmpNotExists:      "NotExists",
	plan.CmpIn:             "In",
	plan.CmpNotIn:          "NotIn",
}

var literalNames = map[plan.LiteralKind]string{
	plan.LitNil:    "Nil",
	plan.LitBool:   "Bool",
	plan.LitInt:    "Int",
	plan.LitUint:   "Uint",
	plan.LitFloat:  "Float",
	plan.LitString: "String",
}

// ruleLiteral returns the rule as data, nil for "always".
func (f *file) ruleLiteral(c *constants, r *plan.Rule) doc {
	s := fields{f: f}
	s.text("Text", r.Text)
	if r.Tree != nil {
		tree, _ := f.tree(c, r.Tree)
		s.add("Tree", tree)
	}
	s.slice("Reads", "PlanRead", f.readLiterals(c, r.Reads))
	if len(s.out) == 0 {
		return nil
	}
	return seq{f.rt("Rule"), list{open: "{", close: "}", items: s.out, broken: true}}
}

// tree returns the constructor calls of a rule's tree and how deep they nest.
func (f *file) tree(c *constants, n *plan.Node) (doc, int) {
	switch {
	case n.Op == plan.OpValue:
		return f.valueNode(n), 1
	case n.Op.Leaf():
		return call(f.rt(nodeNames[n.Op]), c.word(n.Task)), 1
	}
	var args []doc
	depth := 0
	for _, arg := range n.Args {
		d, below := f.tree(c, arg)
		depth = max(depth, below)
		args = append(args, d)
	}
	out := call(f.rt(nodeNames[n.Op]), args...)
	if depth < maxNesting {
		return out, depth + 1
	}
	return c.hoist(out), 0
}

// hoist makes an expression a variable of the function that builds the plan.
func (c *constants) hoist(value doc) doc {
	name := c.f.id("rule" + strconv.Itoa(len(c.hoisted)))
	c.hoisted = append(c.hoisted, spaced(name, op(":="), value))
	return name
}

func (f *file) valueNode(n *plan.Node) doc {
	args := []doc{f.str(n.Key), f.rt(comparisonNames[n.Cmp])}
	for _, l := range n.Literals {
		args = append(args, call(f.rt(literalNames[l.Kind]), f.literal(l)...))
	}
	return seq{f.rt("ContextValue"), list{open: "(", close: ")", items: args, style: fill}}
}

// literal returns the Go literal of a rule's literal, none for nil.
func (f *file) literal(l plan.Literal) []doc {
	switch l.Kind {
	case plan.LitBool:
		return []doc{f.predeclared(strconv.FormatBool(l.Bool))}
	case plan.LitInt:
		return []doc{number(l.Int)}
	case plan.LitUint:
		return []doc{digits(strconv.FormatUint(l.Uint, 10))}
	case plan.LitFloat:
		return []doc{digits(strconv.FormatFloat(l.Float, 'g', -1, 64))}
	case plan.LitString:
		return []doc{f.str(l.String)}
	}
	return nil
}

// digits returns a number that strconv has formatted.
func digits(s string) word { return op(s) }
