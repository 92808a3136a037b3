package jsonvalue

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// field is a struct field as encoding/json sees it.
type field struct {
	name      string // of the member
	index     []int  // for reflect, through embedded structs
	typ       reflect.Type
	tagged    bool
	omitEmpty bool
	omitZero  bool
	quoted    bool // by the option "string", which has no effect on some types
}

var fieldCache sync.Map // reflect.Type -> []field

// fieldsOf lists the fields of a struct type that encoding/json encodes, in
// its order, with its rules for names that occur more than once.
func fieldsOf(t reflect.Type) []field {
	if cached, ok := fieldCache.Load(t); ok {
		return cached.([]field)
	}
	cached, _ := fieldCache.LoadOrStore(t, dominant(collectFields(t)))
	return cached.([]field)
}

// collectFields walks t and the structs embedded in it, level by level.
func collectFields(t reflect.Type) []field {
	var found []field
	visited := map[reflect.Type]bool{t: true}
	level := []field{{typ: t}}
	for len(level) > 0 {
		var deeper []field
		for _, outer := range level {
			for i := range outer.typ.NumField() {
				f, embedded, ok := fieldAt(outer, i)
				switch {
				case !ok:
				case !embedded:
					found = append(found, f)
				default:
					deeper = append(deeper, f)
				}
			}
		}
		// A struct that is embedded again further down is hidden by the first.
		level = slices.DeleteFunc(deeper, func(f field) bool { return visited[f.typ] })
		for _, f := range level {
			visited[f.typ] = true
		}
	}
	return found
}

// fieldAt describes field i of outer.typ; embedded says that it stands for
// the fields of its struct type, and ok is false if it is not encoded.
func fieldAt(outer field, i int) (f field, embedded, ok bool) {
	sf := outer.typ.Field(i)
	tag := sf.Tag.Get("json")
	typ := sf.Type
	if sf.Anonymous && typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	open := sf.IsExported() || sf.Anonymous && typ.Kind() == reflect.Struct
	if tag == "-" || !open {
		return field{}, false, false
	}
	name, options, _ := strings.Cut(tag, ",")
	if !validName(name) {
		name = ""
	}
	f = field{
		name:      name,
		index:     append(slices.Clone(outer.index), i),
		typ:       sf.Type,
		tagged:    name != "",
		omitEmpty: hasOption(options, "omitempty"),
		omitZero:  hasOption(options, "omitzero"),
		quoted:    hasOption(options, "string"),
	}
	if name == "" && sf.Anonymous && typ.Kind() == reflect.Struct {
		f.typ = typ
		return f, true, true
	}
	if name == "" {
		f.name = sf.Name
	}
	return f, false, true
}

func hasOption(options, want string) bool {
	return slices.Contains(strings.Split(options, ","), want)
}

// validName reports whether encoding/json accepts the name in a tag.
func validName(name string) bool {
	for _, r := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return name != ""
}

// dominant keeps, of the fields with one name, the one with the shortest path,
// among those the only one with a tag; if that leaves several, none.
func dominant(found []field) []field {
	byName := make(map[string][]field, len(found))
	for _, f := range found {
		byName[f.name] = append(byName[f.name], f)
	}
	kept := make([]field, 0, len(byName))
	for _, group := range byName {
		slices.SortStableFunc(group, comparePrecedence)
		if len(group) == 1 || comparePrecedence(group[0], group[1]) != 0 {
			kept = append(kept, group[0])
		}
	}
	slices.SortFunc(kept, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return kept
}

func comparePrecedence(a, b field) int {
	if len(a.index) != len(b.index) {
		return len(a.index) - len(b.index)
	}
	switch {
	case a.tagged == b.tagged:
		return 0
	case a.tagged:
		return -1
	}
	return 1
}

// value returns the field of v; ok is false behind a nil embedded pointer.
func (f *field) value(v reflect.Value) (value reflect.Value, ok bool) {
	for _, i := range f.index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, true
}

// fieldNamed finds the field that encoding/json decodes a member into.
func fieldNamed(fields []field, name string) *field {
	for i := range fields {
		if fields[i].name == name {
			return &fields[i]
		}
	}
	for i := range fields {
		if strings.EqualFold(fields[i].name, name) {
			return &fields[i]
		}
	}
	return nil
}
