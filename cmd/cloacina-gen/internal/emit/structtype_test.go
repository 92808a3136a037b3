package emit

import (
	"go/types"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestStructWidth lays out random structs. As long as every field fits on a
// line of its own, gofmt's alignment moves none off the page, and empty lines
// stand only where they are needed.
func TestStructWidth(t *testing.T) {
	t.Parallel()
	pkg := types.NewPackage(root, "app")
	rapid.Check(t, func(t *rapid.T) {
		s := drawStruct(t, pkg)
		f := &file{types: pkg, imports: newImports(pkg, nil), idents: map[string]bool{}, texts: map[string]int{}}
		src := written(t, seq{op("var _ "), f.structType(s)}, place{})
		gofmted(t, src)
		for line := range strings.Lines(string(src)) {
			line = strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "    ")
			if n := utf8.RuneCountInString(line); n > maxColumn {
				t.Errorf("line of %d columns: %s", n, line)
			}
		}
		if f.err != nil {
			t.Error(f.err)
		}
	})
}

// drawStruct draws a struct with names and types of up to 20 and 30, and tags of
// up to 50 characters.
func drawStruct(t *rapid.T, pkg *types.Package) *types.Struct {
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z][a-z]{0,18}`), 0, 8, rapid.ID[string]).Draw(t, "names")
	var fields []*types.Var
	var tags []string
	for _, name := range names {
		typ := types.Type(types.Typ[types.Int8])
		for range rapid.IntRange(0, 12).Draw(t, "depth") {
			typ = types.NewSlice(typ)
		}
		embedded := false
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			typ = types.NewNamed(types.NewTypeName(0, pkg, name, nil), typ, nil)
			embedded = true
		case 1:
			typ = types.NewStruct([]*types.Var{types.NewField(0, pkg, "A", typ, false)}, nil)
		}
		fields = append(fields, types.NewField(0, pkg, name, typ, embedded))
		tags = append(tags, rapid.StringMatching(`([a-z:"]{0,50})?`).Draw(t, "tag"))
	}
	return types.NewStruct(fields, tags)
}

// TestStructSections breaks the alignment of fields only where it must.
func TestStructSections(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 80)
	field := func(name, tag int) member {
		m := member{name: word{width: name}, typ: word{width: 10}}
		m.tag.width = tag
		return m
	}
	for _, c := range []struct {
		name   string
		fields members
		fits   bool
	}{
		{"short", members{field(5, 0), field(9, 20)}, true},
		{"tag beside a long name", members{field(90, 0), field(5, 20)}, false},
		{"names alone", members{field(90, 0), field(5, 0)}, true},
		{"embedded", members{field(0, 0), field(20, len(long))}, true},
		{"tagged embedded", members{field(0, len(long)), field(30, 0)}, true},
		{"long tag", members{field(5, 101), field(8, 0)}, false},
	} {
		s := section{}
		for _, f := range c.fields {
			s = s.with(f)
		}
		if got := (place{}).inner(0).fits(s.width()); got != c.fits {
			t.Errorf("%s: fits %v, want %v (%d columns)", c.name, got, c.fits, s.width())
		}
	}
}
