package check

import (
	"go/types"
	"math"

	"github.com/cloacina-go/cloacina/internal/domain"
)

// domains makes the types of JSON values out of Go types and remembers them.
type domains struct {
	known map[domainUse]*domain.Type
	// depth counts the types around the one being made.
	depth int
}

// domainUse is a Go type in one of the roles that make a difference for its JSON.
type domainUse struct {
	typ types.Type
	dir direction
	// null says that a nil is written as null here; nonZero that a tag leaves
	// out what is empty.
	null, nonZero bool
}

// maxDomain is the depth of types within types beyond which nothing is said of
// values any more.
const maxDomain = 100

// domainOf returns the JSON values that a Go value of a type is written as,
// within another value: a nil is null there.
func (c *checker) domainOf(t types.Type) *domain.Type {
	return c.domains.of(domainUse{typ: t, dir: writing, null: true})
}

// written returns the values that a task can store as its i-th write.
func (d *domains) written(t *task, i int) *domain.Type {
	if several := t.code.severalTypes(i); several != nil {
		return d.severalOf(several)
	}
	use := domainUse{typ: t.code.writtenType(i), dir: writing, null: t.code.nullable(i)}
	if out := t.code.Out; out != nil && t.code.ResultKey == "" {
		switch out.Fields[i].Presence {
		case OmitEmpty:
			use.nonZero = leavesOutEmpty(use.typ)
		case OmitZero:
			use.nonZero = leavesOutZero(use.typ)
		}
	}
	made := d.of(use)
	if use.null || made.Kinds&domain.Null == 0 {
		return made
	}
	// What would be null, because its own marshaler or any says so, is not stored.
	some := *made
	some.Kinds &^= domain.Null
	return &some
}

// severalOf returns the values of several types, of which only the kinds are told apart.
func (d *domains) severalOf(list []types.Type) *domain.Type {
	form, null := formOfSeveral(list)
	made := &domain.Type{Len: -1}
	if null {
		made.Kinds = domain.Null
	}
	d.fillMixed(made, form)
	return made
}

// input returns the values that a run can start with for a declared input.
// They are checked by their shape alone, so that an int8 may be given as 300.
func (d *domains) input(f Field) *domain.Type {
	use := domainUse{typ: f.Type, dir: reading}
	switch formOf(pointee(f.Type), reading) &^ stringForm {
	case arrayForm, objectForm:
		// A list or a map may be given as nil, anything else not, unless it is inside.
		use.null = f.Presence == Required && !isStruct(f.Type)
	}
	return d.of(use)
}

// of returns the type for a use. While a type within itself is being made, its
// inner part is the one that is still to be filled in.
func (d *domains) of(use domainUse) *domain.Type {
	use.typ = types.Unalias(use.typ)
	if known := d.known[use]; known != nil {
		return known
	}
	if d.depth >= maxDomain {
		return domain.Any
	}
	if d.known == nil {
		d.known = make(map[domainUse]*domain.Type)
	}
	made := &domain.Type{Len: -1}
	d.known[use] = made
	d.depth++
	d.fill(made, use)
	d.depth--
	return made
}

// fill says what a use can be.
func (d *domains) fill(to *domain.Type, use domainUse) {
	t := pointee(use.typ)
	_, pointer := use.typ.Underlying().(*types.Pointer)
	if use.null && (pointer || nilIsNull(t) || use.dir == reading) {
		to.Kinds = domain.Null
	}
	if !pointer {
		to.NonZero = use.nonZero
	}
	switch form := formOf(t, use.dir); {
	case form == anyForm, use.dir == reading && takesAny(use.typ):
		*to = *domain.Any
	case form&(form-1) != 0:
		d.fillMixed(to, form)
	case form == numberForm:
		to.Kinds |= domain.Number
		to.Numbers = numbersOf(t, use.dir)
	case form == boolForm:
		to.Kinds |= domain.Bool
	case form == stringForm:
		to.Kinds |= domain.String
		b, basic := t.Underlying().(*types.Basic)
		to.Loose = !basic || b.Info()&types.IsString == 0 || formByMethod(t, use.dir) != 0
	case form == arrayForm:
		d.fillArray(to, t, use.dir)
	default:
		d.fillObject(to, t, use.dir)
	}
}

// takesAny reports whether a type, or one of the pointers that lead to it, has the
// shape any as a part of an input.
func takesAny(t types.Type) bool {
	for range maxPointers {
		if specialShape(types.Unalias(t)) == "any" {
			return true
		}
		p, ok := t.Underlying().(*types.Pointer)
		if !ok {
			break
		}
		t = p.Elem()
	}
	return false
}

// nilIsNull reports whether the type behind all pointers has a nil that is
// written as null. What has its own text decides about that itself.
func nilIsNull(t types.Type) bool {
	if formByMethod(t, writing) != 0 {
		return false
	}
	switch t.Underlying().(type) {
	case *types.Slice, *types.Map:
		return true
	}
	return false
}

// fillMixed is for a type of which only the kinds are known.
func (d *domains) fillMixed(to *domain.Type, form jsonForm) {
	for _, k := range []struct {
		form jsonForm
		kind domain.Kinds
	}{
		{boolForm, domain.Bool}, {numberForm, domain.Number}, {stringForm, domain.String},
		{arrayForm, domain.Array}, {objectForm, domain.Object},
	} {
		if form&k.form != 0 {
			to.Kinds |= k.kind
		}
	}
	to.Loose, to.Elem = true, domain.Any
}

func (d *domains) fillArray(to *domain.Type, t types.Type, dir direction) {
	to.Kinds |= domain.Array
	to.Elem = domain.Any
	if a, ok := t.Underlying().(*types.Array); ok && dir == writing && a.Len() < math.MaxInt32 {
		to.Len = int(a.Len())
	}
	if elem := elemOf(t); elem != nil {
		to.Elem = d.of(domainUse{typ: elem, dir: dir, null: true})
	}
}

func (d *domains) fillObject(to *domain.Type, t types.Type, dir direction) {
	to.Kinds |= domain.Object
	if elem := elemOf(t); elem != nil {
		to.Elem = d.of(domainUse{typ: elem, dir: dir, null: true})
		return
	}
	// What is read may have other members, and lack those that are not required.
	to.Struct = dir == writing
	for _, f := range jsonFields(t, asWritten) {
		if f.clash == nil && !f.neverWritten() {
			to.Fields = append(to.Fields, d.field(f, dir))
		}
	}
}

// field is a member that a field of a struct is written as.
func (d *domains) field(f *jsonField, dir direction) domain.Field {
	t := f.field().Type()
	use := domainUse{typ: t, dir: dir, null: true}
	out := domain.Field{Name: f.name, Optional: f.pointer() != nil || dir == reading}
	if dir == writing && f.tag.has("omitempty") && canBeEmpty(t) {
		out.Optional, use.null = true, innerNil(t)
		use.nonZero = leavesOutEmpty(t)
	}
	if dir == writing && f.tag.has("omitzero") {
		out.Optional, use.null = true, innerNil(t)
		use.nonZero = use.nonZero || leavesOutZero(t)
	}
	if _, quoted := fieldForm(f); quoted && formByMethod(pointee(t), dir) != anyForm {
		out.Type = quotedType(use)
		return out
	}
	out.Type = d.of(use)
	return out
}

// innerNil reports whether what a pointer that is not nil points to may be written
// as null.
func innerNil(t types.Type) bool {
	p, ok := t.Underlying().(*types.Pointer)
	if !ok {
		return false
	}
	_, again := p.Elem().Underlying().(*types.Pointer)
	return again || nilIsNull(types.Unalias(p.Elem()))
}

// quotedType is what the option ",string" makes of a number, a bool or a string.
func quotedType(use domainUse) *domain.Type {
	quoted := &domain.Type{Kinds: domain.String, Len: -1, Loose: true}
	if _, pointer := use.typ.Underlying().(*types.Pointer); use.null && (pointer || use.dir == reading) {
		quoted.Kinds |= domain.Null
	}
	return quoted
}

// canBeEmpty reports whether omitempty has an effect on a type.
func canBeEmpty(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		return false
	case *types.Array:
		return u.Len() == 0
	}
	return true
}

// leavesOutEmpty reports whether omitempty takes 0, false, "" and what has no
// elements out of the values of a type. A negative zero is not empty, and a text
// that a type makes itself may be anything.
func leavesOutEmpty(t types.Type) bool {
	if formByMethod(t, writing) != 0 {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsFloat == 0
	case *types.Slice, *types.Map:
		return true
	}
	return false
}

// leavesOutZero is the same of omitzero. It leaves an empty list that is not nil
// where it is, and asks a method IsZero, if there is one.
func leavesOutZero(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsFloat == 0 && formByMethod(t, writing) == 0 && !hasMethod(t, "IsZero", 0, 1)
}

// numbersOf are the numbers that a Go type can hold.
func numbersOf(t types.Type, dir direction) domain.Numbers {
	b, ok := t.Underlying().(*types.Basic)
	switch {
	case !ok || b.Info()&types.IsInteger == 0 && (b.Info()&types.IsFloat == 0 || dir == reading):
		return domain.Numbers{}
	case b.Kind() == types.Float32:
		return domain.Numbers{Kind: domain.Floats32}
	case b.Info()&types.IsFloat != 0:
		return domain.Numbers{Kind: domain.Floats}
	}
	size := sizes[b.Kind()]
	if dir == reading || size == 0 {
		size = 64
	}
	if b.Info()&types.IsUnsigned != 0 {
		return domain.Numbers{Kind: domain.Integers, Max: math.MaxUint64 >> (64 - size)}
	}
	return domain.Numbers{Kind: domain.Integers, Min: math.MinInt64 >> (64 - size), Max: math.MaxInt64 >> (64 - size)}
}

// sizes are the sizes of the integers in bits. Others are taken for the largest:
// a program may write the value on one machine and read it on another.
var sizes = map[types.BasicKind]int{
	types.Int8: 8, types.Int16: 16, types.Int32: 32, types.Uint8: 8, types.Uint16: 16, types.Uint32: 32,
}
