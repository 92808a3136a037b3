package check

import "go/types"

// jsonForm is a set of kinds that the JSON of a type can have, null aside.
type jsonForm uint8

const (
	boolForm jsonForm = 1 << iota
	numberForm
	stringForm
	arrayForm
	objectForm
	// anyForm is that of a type about which nothing is certain.
	anyForm = boolForm | numberForm | stringForm | arrayForm | objectForm
)

// basic reports whether values of that form have nothing inside.
func (f jsonForm) basic() bool { return f&(arrayForm|objectForm) == 0 }

// formOf returns the kinds that values of a type have when they are written, or
// may have to be read into it. The type is one that pointee has returned.
func formOf(t types.Type, dir direction) jsonForm {
	if _, ok := t.Underlying().(*types.Interface); ok {
		return anyForm
	}
	if form := formByMethod(t, dir); form != 0 {
		return form
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return basicForm(u)
	case *types.Slice:
		return sliceForm(u, dir)
	case *types.Array:
		return arrayForm
	case *types.Map, *types.Struct:
		return objectForm
	}
	return anyForm
}

// formByMethod is the form of a type whose JSON does not follow from its
// structure; 0 for all others. A method that only a pointer has is not called
// for each value that is written, so what it leads to is not certain.
func formByMethod(t types.Type, dir direction) jsonForm {
	switch {
	case isNamed(t, "time", "Time"):
		return stringForm
	case isNamed(t, "encoding/json", "Number"):
		if dir == reading {
			return numberForm | stringForm
		}
		return numberForm
	case dir == reading && hasMethod(t, "UnmarshalJSON", 1, 1), dir == writing && hasMethod(t, "MarshalJSON", 0, 2):
		return anyForm
	case dir == reading && hasMethod(t, "UnmarshalText", 1, 1):
		return stringForm
	case dir == writing && hasMethod(t, "MarshalText", 0, 2):
		if obj, _, _ := types.LookupFieldOrMethod(t, false, nil, "MarshalText"); obj == nil {
			return anyForm
		}
		return stringForm
	}
	return 0
}

func basicForm(b *types.Basic) jsonForm {
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		return boolForm
	case info&types.IsString != 0:
		return stringForm
	case info&(types.IsInteger|types.IsFloat) != 0:
		return numberForm
	}
	return anyForm
}

// sliceForm knows that bytes are written as a string and read from one, or from
// a list of numbers.
func sliceForm(s *types.Slice, dir direction) jsonForm {
	b, ok := s.Elem().Underlying().(*types.Basic)
	switch {
	case !ok || b.Kind() != types.Uint8:
		return arrayForm
	case dir == reading:
		return arrayForm | stringForm
	case isBytes(s):
		return stringForm
	}
	return arrayForm | stringForm
}

// fieldForm is the form of a field that is written, and whether the option
// ",string" of its tag makes it a string.
func fieldForm(f *jsonField) (form jsonForm, quoted bool) {
	t := f.field().Type()
	if f.tag.has("string") && quotable(types.Unalias(t)) {
		return stringForm, true
	}
	return formOf(pointee(t), writing), false
}

// maxPointers bounds the pointers to pointers that are followed: a type may be
// a pointer to itself.
const maxPointers = 16

// pointee is the type behind all pointers.
func pointee(t types.Type) types.Type {
	t = types.Unalias(t)
	for range maxPointers {
		p, ok := t.Underlying().(*types.Pointer)
		if !ok {
			break
		}
		t = types.Unalias(p.Elem())
	}
	return t
}

// elemOf is the type of the elements of a list or the members of a map; nil for
// others, and for a list that has no place for an element.
func elemOf(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Array:
		if u.Len() > 0 {
			return u.Elem()
		}
	case *types.Map:
		return u.Elem()
	}
	return nil
}
