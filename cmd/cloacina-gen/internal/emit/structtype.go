package emit

import (
	"fmt"
	"go/types"
)

// structType returns a struct type with all of its fields and tags.
func (f *file) structType(t *types.Struct) doc {
	var out members
	for i := range t.NumFields() {
		v := t.Field(i)
		if !v.Exported() && !f.own(v) {
			f.fail(fmt.Errorf("field %s cannot be named outside of its package; export it", v.Name()))
		}
		m := member{typ: f.typ(v.Type())}
		if !v.Embedded() {
			m.name = f.id(v.Name())
		}
		if tag := t.Tag(i); tag != "" {
			m.tag = f.tag(tag)
		}
		out = append(out, m)
	}
	return seq{op("struct"), out}
}

// tag returns a struct tag. Unlike other text it cannot be broken over lines.
func (f *file) tag(tag string) word {
	t := f.str(tag)
	return op(t.quoter()(tag))
}

// member is a field of a struct type. An embedded one has no name; that and
// the tag have no width if they are missing.
type member struct {
	name word
	typ  doc
	tag  word
}

// members are the fields of a struct type, one a line.
type members []member

func (m members) flat() int {
	if len(m) == 0 {
		return len("{}")
	}
	return never
}

func (m members) append(b []byte) []byte { return append(b, "{}"...) }

func (m members) code(at place) laid {
	if len(m) == 0 {
		return raw("{}")
	}
	inner := at.inner(0)
	inner.deep = false
	var rows []row
	var s section
	for _, field := range m {
		r := row{member: field}
		if wider := s.with(field); s == (section{}) || inner.fits(wider.width()) {
			s = wider
		} else {
			r.apart = true
			s = section{}.with(field)
		}
		r.laid = field.typeAt(inner, s.name)
		rows = append(rows, r)
		if field.typ.flat() >= never {
			s = section{} // gofmt aligns nothing across several lines
		}
	}
	return list{open: " {", close: "}"}.multi(at, "", alignRows(rows))
}

// typeAt lays the type out behind a name of the given width.
func (m member) typeAt(at place, width int) laid {
	if m.name.width > 0 {
		at.col += width + 1
	}
	if m.tag.width > 0 {
		at.tail = 1 + m.tag.width
	}
	return m.typ.code(at)
}

// section are neighbouring fields, whose types and tags gofmt aligns. An empty
// line ends it, which keeps a long field from moving the tags of others off
// the page.
type section struct {
	name   int // the width of the widest name
	plain  int // of the widest type without a tag behind it
	tagged int // of the widest with one
	tag    int // of the widest tag
}

// with returns the section with one more field.
func (s section) with(m member) section {
	name, typ, tag := m.name.width, m.typ.flat(), m.tag.width
	switch {
	case typ >= never: // what follows the first line stands by itself
		typ, tag = 0, 0
	case name == 0: // embedded: its type stands in the place of names, aligned if a tag follows
		if tag == 0 {
			return s
		}
		name, typ = typ, 0
	}
	s.name = max(s.name, name)
	if tag == 0 {
		s.plain = max(s.plain, typ)
	} else {
		s.tagged, s.tag = max(s.tagged, typ), max(s.tag, tag)
	}
	return s
}

// width is that of the widest line that the section may have.
func (s section) width() int { return s.name + 1 + max(s.plain, s.tagged+1+s.tag) }
