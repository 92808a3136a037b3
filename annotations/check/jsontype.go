package check

import (
	"fmt"
	"go/types"
	"strings"
)

// maxShape is the length in bytes beyond which a shape says "..." for structs.
const maxShape = 4096

// shapeOf returns the JSON shape of a type: int, uint, float, string, bool,
// any, time, bytes, [T], {name: T, optional?: T}, {*: T} for a map, and "..."
// for a struct within itself.
func shapeOf(t types.Type) string {
	var s shaper
	s.write(t)
	return s.text.String()
}

type shaper struct {
	text strings.Builder
	// open are the named types around the place being written.
	open []types.Type
}

func (s *shaper) write(t types.Type) {
	t = types.Unalias(t)
	if word := specialShape(t); word != "" {
		s.text.WriteString(word)
		return
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		s.text.WriteString(basicShape(u))
	case *types.Pointer:
		s.write(u.Elem())
	case *types.Slice:
		if isBytes(u) {
			s.text.WriteString("bytes")
			return
		}
		s.wrap("[", u.Elem(), "]")
	case *types.Array:
		s.wrap("[", u.Elem(), "]")
	case *types.Map:
		s.wrap("{*: ", u.Elem(), "}")
	case *types.Struct:
		s.writeStruct(t)
	default:
		s.text.WriteString("any")
	}
}

func (s *shaper) wrap(before string, elem types.Type, after string) {
	if s.text.Len() > maxShape {
		s.text.WriteString("...")
		return
	}
	s.text.WriteString(before)
	s.enter(elem)
	s.text.WriteString(after)
}

// enter writes a type and ends the recursion of named types that are no structs.
func (s *shaper) enter(t types.Type) {
	t = types.Unalias(t)
	for _, o := range s.open {
		if types.Identical(o, t) {
			s.text.WriteString("...")
			return
		}
	}
	if _, ok := t.(*types.Named); ok {
		s.open = append(s.open, t)
		defer func() { s.open = s.open[:len(s.open)-1] }()
	}
	s.write(t)
}

func (s *shaper) writeStruct(t types.Type) {
	if s.text.Len() > maxShape {
		s.text.WriteString("...")
		return
	}
	s.open = append(s.open, t)
	s.text.WriteByte('{')
	first := true
	for _, f := range jsonFields(t, asWritten) {
		if f.clash != nil {
			continue // encoding/json drops both
		}
		if !first {
			s.text.WriteString(", ")
		}
		first = false
		s.writeField(f)
	}
	s.text.WriteByte('}')
	s.open = s.open[:len(s.open)-1]
}

func (s *shaper) writeField(f *jsonField) {
	s.text.WriteString(f.name)
	t := types.Unalias(f.field().Type())
	_, pointer := t.Underlying().(*types.Pointer)
	if pointer || f.tag.has("omitempty") || f.tag.has("omitzero") || f.pointer() != nil {
		s.text.WriteByte('?')
	}
	s.text.WriteString(": ")
	if f.tag.has("string") && quotable(t) {
		s.text.WriteString("string")
		return
	}
	if pointer {
		t = t.Underlying().(*types.Pointer).Elem()
	}
	s.enter(t)
}

// asWritten names the fields of nested structs as encoding/json does.
func asWritten(name string) string { return name }

// quotable reports whether the string option has an effect on a field.
func quotable(t types.Type) bool {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsConstType) != 0 && b.Info()&types.IsComplex == 0
}

// specialShape is the shape of a type whose JSON does not follow from its
// structure; empty for all others.
func specialShape(t types.Type) string {
	switch {
	case isNamed(t, "time", "Time"):
		return "time"
	case isNamed(t, "encoding/json", "Number"):
		return "float"
	case hasMethod(t, "MarshalJSON", 0, 2), hasMethod(t, "UnmarshalJSON", 1, 1):
		return "any"
	case hasMethod(t, "MarshalText", 0, 2), hasMethod(t, "UnmarshalText", 1, 1):
		return "string"
	}
	return ""
}

func basicShape(b *types.Basic) string {
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		return "bool"
	case info&types.IsUnsigned != 0:
		return "uint"
	case info&types.IsInteger != 0:
		return "int"
	case info&types.IsFloat != 0:
		return "float"
	case info&types.IsString != 0:
		return "string"
	}
	return "any"
}

// isBytes reports whether encoding/json writes the slice as a base64 string.
func isBytes(s *types.Slice) bool {
	b, ok := s.Elem().Underlying().(*types.Basic)
	return ok && b.Kind() == types.Uint8 && specialShape(types.Unalias(s.Elem())) == ""
}

// isNamed reports whether t is the named type of a package path.
func isNamed(t types.Type, path, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Name() != name || n.Obj().Pkg() == nil {
		return false
	}
	return n.Obj().Pkg().Path() == path
}

// hasMethod reports whether t or *t has an exported method of that form.
func hasMethod(t types.Type, name string, params, results int) bool {
	return methodOf(t, name, params, results) != nil
}

func methodOf(t types.Type, name string, params, results int) *types.Func {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	f, ok := obj.(*types.Func)
	if !ok || f.Signature().Params().Len() != params || f.Signature().Results().Len() != results {
		return nil
	}
	return f
}

// JSONMethod returns the method with which values of a type write or read their
// own JSON, or nil if encoding/json goes by the type's kind. The shape of a key
// with such a type is not that of its fields.
func JSONMethod(t types.Type) *types.Func {
	for _, m := range []struct {
		name            string
		params, results int
	}{{"MarshalJSON", 0, 2}, {"UnmarshalJSON", 1, 1}, {"MarshalText", 0, 2}, {"UnmarshalText", 1, 1}} {
		if f := methodOf(t, m.name, m.params, m.results); f != nil {
			return f
		}
	}
	return nil
}

// direction says which way a value goes between Go and JSON.
type direction int

const (
	reading direction = iota
	writing
)

// flawIn says why values of a type cannot go through JSON; empty if they can.
// The text continues "key x ", as in "is a chan int: a channel is not data".
func flawIn(t types.Type, dir direction, q types.Qualifier) string {
	w := flaws{dir: dir, q: q, seen: make(map[types.Type]bool)}
	return w.find(t, "")
}

// notCompiled ends what is said of a type that the compiler refuses.
const notCompiled = "the type does not compile"

type flaws struct {
	dir  direction
	q    types.Qualifier
	seen map[types.Type]bool
}

func (w *flaws) find(t types.Type, path string) string {
	t = types.Unalias(t)
	if w.seen[t] {
		return ""
	}
	w.seen[t] = true
	if specialShape(t) != "" {
		return ""
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return w.basic(t, u, path)
	case *types.Chan:
		return w.say(path, t, "a channel is not data")
	case *types.Signature:
		return w.say(path, t, "a function is not data")
	case *types.Interface:
		return w.iface(t, u, path)
	case *types.Pointer:
		return w.find(u.Elem(), path)
	case *types.Slice:
		return w.find(u.Elem(), path+"[]")
	case *types.Array:
		return w.find(u.Elem(), path+"[]")
	case *types.Map:
		return w.mapType(t, u, path)
	case *types.Struct:
		return w.structType(t, path)
	}
	return w.say(path, t, "it has no JSON form")
}

func (w *flaws) basic(t types.Type, b *types.Basic, path string) string {
	switch {
	case b.Kind() == types.Invalid:
		return w.say(path, t, notCompiled)
	case b.Info()&types.IsComplex != 0:
		return w.say(path, t, "JSON has no complex numbers")
	case b.Kind() == types.UnsafePointer:
		return w.say(path, t, "an address means nothing in the next process")
	}
	return ""
}

func (w *flaws) iface(t types.Type, i *types.Interface, path string) string {
	switch {
	case types.Identical(t, types.Universe.Lookup("error").Type()):
		return w.say(path, t, "an error loses its text in JSON; store err.Error()")
	case w.dir == reading && i.NumMethods() > 0:
		return w.say(path, t, "JSON does not say which type to make of it; use a concrete type")
	}
	return ""
}

func (w *flaws) mapType(t types.Type, m *types.Map, path string) string {
	b, ok := m.Key().Underlying().(*types.Basic)
	text := hasMethod(m.Key(), "MarshalText", 0, 2)
	if w.dir == reading {
		text = hasMethod(m.Key(), "UnmarshalText", 1, 1)
	}
	if !text && (!ok || b.Info()&(types.IsString|types.IsInteger) == 0) {
		return w.say(path, t, "keys of a JSON object are strings or whole numbers")
	}
	return w.find(m.Elem(), path+"[]")
}

func (w *flaws) structType(t types.Type, path string) string {
	for _, f := range jsonFields(t, asWritten) {
		if f.clash != nil {
			continue
		}
		if flaw := w.find(f.field().Type(), path+"."+f.field().Name()); flaw != "" {
			return flaw
		}
	}
	return ""
}

func (w *flaws) say(path string, t types.Type, why string) string {
	name := types.TypeString(t, w.q)
	if path == "" {
		return fmt.Sprintf("has type %s: %s", name, why)
	}
	return fmt.Sprintf("has in %s the type %s: %s", strings.TrimPrefix(path, "."), name, why)
}
