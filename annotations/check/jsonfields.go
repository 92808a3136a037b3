package check

import (
	"cmp"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// jsonTag is a parsed json struct tag.
type jsonTag struct {
	// name is the name part; empty if the tag has none.
	name string
	// options are the parts behind the name.
	options []string
	// skip is json:"-".
	skip bool
}

func parseTag(tag string) jsonTag {
	text, ok := reflect.StructTag(tag).Lookup("json")
	if !ok {
		return jsonTag{}
	}
	if text == "-" {
		return jsonTag{skip: true}
	}
	parts := strings.Split(text, ",")
	return jsonTag{name: parts[0], options: parts[1:]}
}

func (t jsonTag) has(option string) bool { return slices.Contains(t.options, option) }

// validTagName reports whether encoding/json accepts s as the name in a tag.
func validTagName(s string) bool {
	for _, r := range s {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return s != ""
}

// jsonField is a field of a struct as encoding/json sees it.
type jsonField struct {
	// name is its JSON name; tagged says that a tag gives it.
	name   string
	tagged bool
	tag    jsonTag
	// path leads from the struct to the field, which is the last element.
	path []*types.Var
	// index is the path as positions, which sort in declaration order.
	index []int
	// clash is another field that has the same name with the same right to it.
	clash *jsonField
}

func (f *jsonField) field() *types.Var { return f.path[len(f.path)-1] }

// selector is the path as Go writes it, such as Base.ID.
func (f *jsonField) selector() string {
	names := make([]string, len(f.path))
	for i, v := range f.path {
		names[i] = v.Name()
	}
	return strings.Join(names, ".")
}

// pointer returns the embedded pointer on the way to the field, if there is one.
func (f *jsonField) pointer() *types.Var {
	for _, v := range f.path[:len(f.path)-1] {
		if _, ok := types.Unalias(v.Type()).(*types.Pointer); ok {
			return v
		}
	}
	return nil
}

// embedded is a struct whose fields are still to be collected.
type embedded struct {
	typ   types.Type
	path  []*types.Var
	index []int
}

// jsonFields lists the fields of a struct by the rules of encoding/json, in
// declaration order: embedded structs count as their fields, a shallower field
// hides a deeper one, and a tagged one hides others of its depth. Of two fields
// that hide each other the first is listed, with the other as its clash.
// Fields without a name in their tag are named by the given function.
func jsonFields(root types.Type, naming func(string) string) []*jsonField {
	var all []*jsonField
	visited := make(map[types.Type]bool)
	level := []embedded{{typ: root}}
	for len(level) > 0 {
		var next []embedded
		done := make(map[types.Type]bool)
		for _, e := range level {
			key := types.Unalias(e.typ)
			if visited[key] {
				continue
			}
			done[key] = true
			fields, deeper := e.collect(naming)
			all = append(all, fields...)
			next = append(next, deeper...)
		}
		for t := range done {
			visited[t] = true
		}
		level = next
	}
	return dominant(all)
}

// collect returns the fields of one struct, and the structs it embeds.
func (e embedded) collect(naming func(string) string) (fields []*jsonField, deeper []embedded) {
	st, ok := e.typ.Underlying().(*types.Struct)
	if !ok {
		return nil, nil
	}
	for i := range st.NumFields() {
		v, tag := st.Field(i), parseTag(st.Tag(i))
		inner := structBehind(v)
		if tag.skip || !v.Exported() && inner == nil {
			continue
		}
		path := append(slices.Clone(e.path), v)
		index := append(slices.Clone(e.index), i)
		if inner != nil && !validTagName(tag.name) {
			deeper = append(deeper, embedded{inner, path, index})
			continue
		}
		if !v.Exported() && !v.Embedded() {
			continue
		}
		f := &jsonField{name: tag.name, tagged: true, tag: tag, path: path, index: index}
		if !validTagName(tag.name) {
			f.name, f.tagged = naming(v.Name()), false
		}
		fields = append(fields, f)
	}
	return fields, deeper
}

// structBehind returns the struct type of an embedded struct or pointer to
// struct, and nil for every other field.
func structBehind(v *types.Var) types.Type {
	if !v.Embedded() {
		return nil
	}
	t := v.Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if _, ok := t.Underlying().(*types.Struct); !ok {
		return nil
	}
	return t
}

// dominant keeps, of the fields of each name, the one that has the right to it.
func dominant(all []*jsonField) []*jsonField {
	byName := make(map[string]*jsonField, len(all))
	for _, f := range all {
		best := byName[f.name]
		switch {
		case best == nil || f.hides(best):
			byName[f.name] = f
		case best.hides(f):
		case best.clash == nil:
			best.clash = f
		}
	}
	kept := all[:0]
	for _, f := range all {
		if byName[f.name] == f {
			kept = append(kept, f)
		}
	}
	slices.SortFunc(kept, func(a, b *jsonField) int { return slices.CompareFunc(a.index, b.index, cmp.Compare[int]) })
	return kept
}

func (f *jsonField) hides(other *jsonField) bool {
	if len(f.path) != len(other.path) {
		return len(f.path) < len(other.path)
	}
	return f.tagged && !other.tagged
}
