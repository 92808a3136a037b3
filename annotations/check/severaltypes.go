package check

import (
	"go/types"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// severalTypes are the types of the values that a body stores as its i-th write, if
// they are several and the kind of JSON is known of each.
func (t *Task) severalTypes(i int) []types.Type {
	if t.Body == nil {
		return nil
	}
	var list []types.Type
	for _, p := range t.Body.Writes[i].Places {
		if p.Type == nil {
			continue // it deletes the key
		}
		if formOf(pointee(p.Type), writing) == anyForm {
			return nil
		}
		if !slices.ContainsFunc(list, func(o types.Type) bool { return types.Identical(o, p.Type) }) {
			list = append(list, p.Type)
		}
	}
	if len(list) < 2 {
		return nil
	}
	return list
}

// several returns the types that a giver writes a key as, see [Task.severalTypes].
func (g giver) several(key string) []types.Type {
	if g.task == nil {
		return nil
	}
	i := slices.IndexFunc(g.task.writes, func(w plan.Write) bool { return w.Key == plan.BaseKey(key) })
	return g.task.code.severalTypes(i)
}

// formOfSeveral are the kinds of JSON of several types, and whether a value of
// them may be null.
func formOfSeveral(list []types.Type) (form jsonForm, null bool) {
	for _, t := range list {
		form |= formOf(pointee(t), writing)
		null = null || nilable(t)
	}
	return form, null
}

// nilable reports whether a value of a type can be nil.
func nilable(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map, *types.Interface:
		return true
	}
	return false
}

// givenAs names the type that a giver gives a key, or a part of its value, as.
func (c *checker) givenAs(g giver, key string, p part) string {
	list := g.several(key)
	if len(list) == 0 {
		return short(c.typeName(p.typ))
	}
	names := make([]string, len(list))
	for i, t := range list {
		names[i] = c.typeName(t)
	}
	all := short(strings.Join(names, " or "))
	if plan.BaseKey(key) != key {
		return "part of " + all
	}
	return all
}
