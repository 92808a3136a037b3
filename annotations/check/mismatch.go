package check

import (
	"go/types"
	"strings"
)

// mismatch is a part of a value that can never be read as the type that the
// reader has there.
type mismatch struct {
	// path leads to the part, as in .lines[].price; empty for the whole value.
	path string
	// written and read are the types of the part; quoted says that the option
	// ",string" writes it as a string.
	written, read types.Type
	quoted        bool
}

// typePair is what a value is written from and read into.
type typePair struct{ written, read types.Type }

// matcher compares the types of writers with those of readers. It remembers
// what it has compared.
type matcher struct {
	// wrong says that what is written from one type and read into another, with
	// these forms, is what the matcher looks for.
	wrong func(written, read types.Type, form, wanted jsonForm) bool
	known map[typePair]*mismatch
	// open are the pairs around the one being compared.
	open map[typePair]bool
}

// newMatcher returns a matcher that looks for values that can never be read.
func newMatcher() *matcher {
	return &matcher{
		wrong: func(_, _ types.Type, form, wanted jsonForm) bool { return form&wanted == 0 },
		known: make(map[typePair]*mismatch),
		open:  make(map[typePair]bool),
	}
}

// compare returns the first part of a value that can never be read; nil if there
// is none. Null, and what an empty list or a field that is left out does not
// have, is not considered. Numbers fit each other, for 1.0 is an int, and a
// string may be a time, bytes or what reads itself from text.
func (m *matcher) compare(written, read types.Type) *mismatch {
	written, read = pointee(written), pointee(read)
	pair := typePair{written, read}
	if written == read || m.open[pair] {
		return nil
	}
	found, done := m.known[pair]
	if done {
		return found
	}
	form, wanted := formOf(written, writing), formOf(read, reading)
	switch {
	case m.wrong(written, read, form, wanted):
		found = &mismatch{written: written, read: read}
	case form == anyForm || wanted == anyForm:
	default:
		m.open[pair] = true
		found = m.inside(written, read, form&wanted)
		delete(m.open, pair)
	}
	m.known[pair] = found
	return found
}

// inside compares what two types have inside that are both lists or objects.
func (m *matcher) inside(written, read types.Type, form jsonForm) *mismatch {
	switch form {
	case arrayForm:
		return m.elements(written, read)
	case objectForm:
		if _, ok := written.Underlying().(*types.Struct); ok {
			return m.fields(written, read)
		}
		// Which members of a map there are is not known, so those that a
		// struct reads may be missing.
		return m.elements(written, read)
	}
	return nil
}

func (m *matcher) elements(written, read types.Type) *mismatch {
	from, to := elemOf(written), elemOf(read)
	if from == nil || to == nil {
		return nil
	}
	return m.compare(from, to).below("[]")
}

// fields compares the fields of a struct with what its members are read into.
func (m *matcher) fields(written, read types.Type) *mismatch {
	var readers []*jsonField
	all := elemOf(read)
	if all == nil {
		readers = jsonFields(read, asWritten)
	}
	for _, f := range jsonFields(written, asWritten) {
		if f.clash != nil || f.neverWritten() {
			continue // encoding/json drops both of a clash
		}
		to := all
		if reader := readerOf(readers, f.name); reader != nil {
			to = reader.field().Type()
		}
		if to == nil {
			continue
		}
		if found := m.field(f, to); found != nil {
			return found.below("." + f.name)
		}
	}
	return nil
}

// field compares one field. A field that its tag writes as a string is one.
func (m *matcher) field(f *jsonField, to types.Type) *mismatch {
	form, quoted := fieldForm(f)
	if !quoted {
		return m.compare(f.field().Type(), to)
	}
	if to = pointee(to); m.wrong(f.field().Type(), to, form, formOf(to, reading)) {
		return &mismatch{written: f.field().Type(), read: to, quoted: true}
	}
	return nil
}

// neverWritten reports a field that its tag leaves out and that has one value only.
func (f *jsonField) neverWritten() bool {
	t := f.field().Type()
	list, isList := t.Underlying().(*types.Array)
	return f.tag.has("omitempty") && isList && list.Len() == 0 || f.tag.has("omitzero") && alwaysZero(t)
}

// alwaysZero reports whether a type has no other value than its zero value.
func alwaysZero(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Array:
		return u.Len() == 0 || alwaysZero(u.Elem())
	case *types.Struct:
		for i := range u.NumFields() {
			if !alwaysZero(u.Field(i).Type()) {
				return false
			}
		}
		return true
	}
	return false
}

// readerOf finds the field that encoding/json reads a member into. One that
// takes its number out of a string is left alone.
func readerOf(fields []*jsonField, name string) *jsonField {
	var folded *jsonField
	for _, f := range fields {
		switch {
		case f.clash != nil:
		case f.name == name:
			return unquoted(f)
		case folded == nil && strings.EqualFold(f.name, name):
			folded = f
		}
	}
	return unquoted(folded)
}

func unquoted(f *jsonField) *jsonField {
	if f == nil || f.tag.has("string") || f.pointer() != nil {
		return nil
	}
	return f
}

// below puts a mismatch one level deeper; nil stays nil.
func (m *mismatch) below(step string) *mismatch {
	if m == nil {
		return nil
	}
	deeper := *m
	deeper.path = step + m.path
	return &deeper
}
