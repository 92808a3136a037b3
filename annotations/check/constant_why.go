package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// why says why a leaf is never true, or never false.
func (o *outcomeCheck) why(t *task, leaf annotations.Rule, never bool) string {
	switch leaf := leaf.(type) {
	case *annotations.Outcome:
		return o.whyOutcome(o.w.byID[leaf.ID.Text])
	case *annotations.ContextValue:
		return o.whyValue(t, leaf, never)
	}
	return "it is the same in every run"
}

func (o *outcomeCheck) whyOutcome(of *task) string {
	switch {
	case o.dead[of.index]:
		return "task " + quoted(of) + " can never run"
	case o.endless[of.index]:
		return "task " + quoted(of) + " can never complete"
	case of.rule.Tree == nil:
		return "task " + quoted(of) + " can never be skipped: its rule is always"
	}
	return "task " + quoted(of) + " can never be skipped: its rule is true in every run"
}

// compared says how a value stands to the literal of a comparison that holds.
var compared = map[annotations.Operator]string{
	annotations.Equals:         "equal to",
	annotations.GreaterThan:    "greater than",
	annotations.LessThan:       "less than",
	annotations.GreaterOrEqual: "at least",
	annotations.LessOrEqual:    "at most",
	annotations.Contains:       "with",
	annotations.In:             "one of",
}

// whyValue explains a condition on a value that is the same in every run.
func (o *outcomeCheck) whyValue(t *task, v *annotations.ContextValue, never bool) string {
	key := v.Key.Text
	there := outcome.Present(t.index, v.Key.Base())
	switch {
	case o.never(there):
		return strconv.Quote(key) + " is never there when it is decided"
	case (v.Op == annotations.Exists || v.Op == annotations.NotExists) && never == (v.Op == annotations.NotExists):
		return strconv.Quote(key) + " is never there when it is decided" // a part of the value
	case v.Op == annotations.Exists || v.Op == annotations.NotExists:
		return strconv.Quote(key) + " is always there when it is decided"
	}
	op, negated := positive(v.Op)
	always := "never"
	if never != negated {
		always = "always"
	}
	literals := make([]string, len(v.Literals))
	for i, l := range v.Literals {
		literals[i] = short(l.Text())
	}
	what := compared[op] + " " + strings.Join(literals, ", ")
	r := testedRule{c: o.c, w: o.w, task: t}
	if givers, known := r.givers(v.Key); known && len(givers) > 0 {
		p := partOf(givers[0], v.Key.Path())
		typ := o.c.givenAs(givers[0], key, p)
		if givers[0].leavesOut(v.Key.Base()) {
			typ += " with omitempty"
		}
		return fmt.Sprintf("%s gives %q as %s, which is %s %s", givers[0].name(), key, typ, always, what)
	}
	return fmt.Sprintf("%q is %s %s", key, always, what)
}

// leavesOut reports whether a task leaves out what is empty instead of writing it.
func (g giver) leavesOut(key string) bool {
	if g.task == nil || g.task.code.Out == nil {
		return false
	}
	i := slices.IndexFunc(g.task.code.Out.Fields, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return false
	}
	f := g.task.code.Out.Fields[i]
	return f.Presence == OmitEmpty && !nilStandsForMissing(f.Type)
}

// positive returns an operator without its negation, and whether there was one.
func positive(op annotations.Operator) (annotations.Operator, bool) {
	switch op {
	case annotations.NotEquals, annotations.NotContains, annotations.NotExists, annotations.NotIn:
		return op - 1, true
	}
	return op, false
}
