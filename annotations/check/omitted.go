package check

import (
	"go/types"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checkOmitted warns of numbers and bools that omitempty leaves out and rules
// test: where the value is 0 or false, the rule finds no key at all. A rule that
// asks whether the key exists counts on just that.
func (c *checker) checkOmitted(w *workflow) {
	o := omissions{c: c, w: w, warned: make(map[annotations.Span]int)}
	for _, t := range w.order {
		for _, r := range t.rule.Reads {
			value := testOf(t.policy.TriggerRules.V, r.Key)
			if value == nil {
				continue
			}
			key := plan.BaseKey(r.Key)
			tested := related(value.Key.Span, "the rule of task %q tests %q here", t.id, r.Key)
			o.look("the input", w.input, key, tested)
			for _, writer := range w.writersOf(t, r) {
				o.look("task \""+writer.id+"\"", writer.code.Out, key, tested)
			}
		}
	}
}

// omissions collects the warnings of one workflow.
type omissions struct {
	c *checker
	w *workflow
	// warned is the finding about a field, by the field's place.
	warned map[annotations.Span]int
}

// look looks for a field that leaves the key out of what a task or a run writes.
func (o omissions) look(who string, s *Struct, key string, tested annotations.Related) {
	field, zero := s.omits(key)
	if field == nil {
		return
	}
	if i, again := o.warned[field.Span]; again {
		f := &o.c.findings[i]
		if !slices.Contains(f.Related, tested) {
			f.Related = append(f.Related, tested)
		}
		return
	}
	o.warned[field.Span] = len(o.c.findings)
	f := found(annotations.CodeOmittedValue, field.Span,
		"%s leaves %q out when it is %s (omitempty), and a rule then finds no value to test; remove omitempty",
		who, key, zero)
	f.Related = []annotations.Related{tested}
	if field.cut != (annotations.Span{}) {
		f.Fixes = []annotations.Fix{replace(field.cut, "", "remove omitempty")}
	}
	o.c.report(o.w, f)
}

// testOf returns the first condition of a rule that compares the value under a
// key, and not only asks whether there is one; nil if there is none.
func testOf(rule annotations.Rule, key string) *annotations.ContextValue {
	var first *annotations.ContextValue
	walk(rule, func(n annotations.Rule) {
		v, ok := n.(*annotations.ContextValue)
		if ok && first == nil && v.Key.Text == key && v.Op != annotations.Exists && v.Op != annotations.NotExists {
			first = v
		}
	})
	return first
}

// writersOf returns the tasks before t that may write the key it reads.
func (w *workflow) writersOf(t *task, r plan.Read) []*task {
	var list []*task
	for _, i := range r.Writers {
		list = append(list, w.order[i])
	}
	if !r.Walk {
		return list
	}
	return append(list, w.ancestry.above(t, w.writers[plan.BaseKey(r.Key)])...)
}

// omits returns the field of a key, and its empty value, if the field is a number
// or a bool with omitempty.
func (s *Struct) omits(key string) (field *Field, zero string) {
	if s == nil {
		return nil, ""
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		b, ok := f.Type.Underlying().(*types.Basic)
		if f.Key != key || f.Presence != OmitEmpty || !ok || specialShape(f.Type) != "" {
			continue
		}
		switch {
		case b.Info()&types.IsNumeric != 0:
			return f, "0"
		case b.Info()&types.IsBoolean != 0:
			return f, "false"
		}
	}
	return nil, ""
}
