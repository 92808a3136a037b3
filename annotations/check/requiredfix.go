package check

import (
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// fixShortage returns the repairs of a shortage, each one that helps, and the
// advice for the message that goes with them.
func (f *flow) fixShortage(s *shortage) (fixes []annotations.Fix, advice string) {
	if s.never {
		return f.c.readOptional(s.reader, s.fields), ""
	}
	condition := f.successOf(s)
	if condition == "" {
		condition = f.presenceOf(s)
	}
	if condition != "" {
		advice = "; let its rule ask for " + condition
		if fix, ok := f.restrictRule(s.reader, condition); ok {
			fixes = append(fixes, fix)
		}
	}
	optional := f.c.readOptional(s.reader, s.fields)
	if advice == "" {
		advice = "; read it as optional, or change when the task runs"
		if len(s.fields) > 1 {
			advice = "; read them as optional, or change when the task runs"
		}
	}
	return append(fixes, optional...), advice
}

// successOf is the condition under which the keys are there: that one of the
// writers has completed. It is empty if that would not help.
func (f *flow) successOf(s *shortage) string {
	t := s.reader
	if len(s.writers) == 0 || len(s.writers) > maxListed {
		return ""
	}
	runs := false
	parts := make([]string, len(s.writers))
	for i, writer := range s.writers {
		parts[i] = "task_success(" + strconv.Quote(writer.id) + ")"
		facts := []outcome.Fact{outcome.Ran(t.index), outcome.Completed(writer.index)}
		runs = runs || f.can(facts...)
		for _, field := range s.fields {
			if !f.cannot(append(facts, outcome.Present(t.index, field.Key).Not())...) {
				return ""
			}
		}
	}
	switch {
	case !runs:
		return ""
	case t.rule.Tree == nil && sameTasks(s.writers, t.deps):
		return "one_success"
	case len(parts) == 1:
		return parts[0]
	}
	return "any(" + strings.Join(parts, ", ") + ")"
}

// presenceOf is the condition that the keys are there, for a rule that compares them
// and is true when they are missing; empty for another one, or if that would not help.
func (f *flow) presenceOf(s *shortage) string {
	var parts []string
	facts := []outcome.Fact{outcome.Ran(s.reader.index)}
	compared := f.negatedIn(s.reader)
	for _, field := range s.fields {
		isField := func(n *negated) bool { return n.missing == field.Key }
		if !slices.ContainsFunc(compared, isField) {
			return ""
		}
		parts = append(parts, "context_value("+strconv.Quote(field.Key)+", exists)")
		facts = append(facts, outcome.Present(s.reader.index, field.Key))
	}
	if len(parts) > maxListed || !f.can(facts...) {
		return ""
	}
	return strings.Join(parts, ", ")
}

// sameTasks reports whether two lists without duplicates have the same tasks.
func sameTasks(a, b []*task) bool {
	set := setOf(a)
	for _, t := range b {
		if !set[t] {
			return false
		}
	}
	return len(a) == len(b)
}

// restrictRule makes a task run only where a condition holds as well; false if
// its rule is the workflow's, and no task's own.
func (f *flow) restrictRule(t *task, condition string) (annotations.Fix, bool) {
	own := t.decl.TriggerRules
	switch {
	case own.Set && t.rule.Tree == nil:
		return replace(own.Span, condition, "change the rule to %s", condition), true
	case own.Set:
		return alsoAsk(own.Span, condition, "let the rule ask for "+condition+", too"), true
	case t.rule.Tree == nil:
		return addLine(t.decl.Span, "//cloacina:task trigger_rules="+condition, "add the rule"), true
	}
	return annotations.Fix{}, false
}

// alsoAsk is a fix that lets a rule, or a part of one, ask for a condition as well.
func alsoAsk(at annotations.Span, condition, message string) annotations.Fix {
	before, after := at, at
	before.End, after.Start = before.Start, after.End
	return annotations.Fix{
		Message: message,
		Edits:   []annotations.Edit{{Span: before, New: "all(" + condition + ", "}, {Span: after, New: ")"}},
	}
}

// readOptional lets a task accept that the keys are missing: their fields get an
// option in the tag, and are zero then. There is no such fix if a struct is
// also written, which would change what is written.
func (c *checker) readOptional(t *task, fields []Field) []annotations.Fix {
	if len(fields) > maxKeys {
		return nil
	}
	var fix annotations.Fix
	var names []string
	for _, field := range fields {
		if field.origin == nil || c.isWritten(t.flow, field) {
			return nil
		}
		option := ",omitempty"
		switch field.origin.Type().Underlying().(type) {
		case *types.Struct, *types.Array:
			option = ",omitzero"
		}
		edit, ok := c.addOption(field, option)
		if !ok {
			return nil
		}
		fix.Edits = append(fix.Edits, edit)
		names = append(names, strconv.Quote(field.Key))
	}
	fix.Message = "read " + enumerate(names, "and") + " as optional, zero if missing"
	return []annotations.Fix{fix}
}

// isWritten reports whether a field is one of an input or of a result, too.
func (c *checker) isWritten(w *workflow, field Field) bool {
	for use, result := range c.structs {
		if use.role == readStruct || result.s == nil {
			continue
		}
		for _, other := range result.s.Fields {
			if other.origin == field.origin {
				return true
			}
		}
	}
	return w.input == nil && w.decl.Input.Set
}

// addOption is the edit that adds an option to the json tag of a field.
func (c *checker) addOption(field Field, option string) (annotations.Edit, bool) {
	node := c.fieldNode(field.origin)
	if node == nil || len(node.Names) != 1 {
		return annotations.Edit{}, false
	}
	name := `json:"` + field.Key + option + `"`
	if node.Tag == nil {
		at := c.span(node.Type.End(), node.Type.End())
		return annotations.Edit{Span: at, New: " `" + name + "`"}, !strings.Contains(name, "`")
	}
	text := node.Tag.Value
	if !strings.HasPrefix(text, "`") {
		return annotations.Edit{}, false
	}
	at, insert := 1, name+" "
	if i := strings.Index(text, `json:"`); i >= 0 {
		i += len(`json:"`)
		end := strings.IndexByte(text[i:], '"')
		if end < 0 {
			return annotations.Edit{}, false
		}
		at, insert = i+end, option
		if end == 0 || text[i] == ',' {
			return annotations.Edit{}, false // the name is not in the tag
		}
	}
	pos := node.Tag.Pos() + token.Pos(at)
	return annotations.Edit{Span: c.span(pos, pos), New: insert}, true
}
