package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// structRole is what a struct is used for.
type structRole int

const (
	readStruct    structRole = iota // a task reads its fields
	writtenStruct                   // a task writes its fields
	inputStruct                     // a run starts with its fields
)

func (r structRole) direction() direction {
	if r == writtenStruct {
		return writing
	}
	return reading
}

type structUse struct {
	typ  types.Type
	role structRole
}

// structResult is what became of a struct; s is nil after an error.
type structResult struct{ s *Struct }

// structOf returns the keys of a struct type; nil if an error makes it unusable.
// What is wrong with a type is said once, however many tasks use it.
func (c *checker) structOf(w *workflow, t types.Type, role structRole, use annotations.Span) *Struct {
	key := structUse{types.Unalias(t), role}
	if done := c.structs[key]; done != nil {
		if done.s == nil {
			w.broken = true
			return nil
		}
		return &Struct{Type: t, Fields: done.s.Fields}
	}
	r := &structReader{c: c, w: w, root: t, role: role, use: use}
	s := r.read()
	if r.bad {
		s = nil
	}
	c.structs[key] = &structResult{s}
	return s
}

// structReader reads one struct type.
type structReader struct {
	c    *checker
	w    *workflow
	root types.Type
	role structRole
	// use is where a signature or annotation names the type.
	use annotations.Span
	bad bool
}

func (r *structReader) report(f annotations.Finding) {
	r.bad = r.bad || f.Code.Severity() == annotations.SeverityError
	r.c.report(r.w, f)
}

func (r *structReader) read() *Struct {
	if r.ownJSON() {
		return nil
	}
	s := &Struct{Type: r.root}
	fields := jsonFields(r.root, snakeCase)
	for _, f := range fields {
		if field, ok := r.field(f); ok {
			s.Fields = append(s.Fields, field)
		}
	}
	if st := r.root.Underlying().(*types.Struct); len(fields) == 0 && st.NumFields() > 0 && !allSkipped(st) {
		r.reportHidden(st)
	}
	return s
}

// reportHidden reports a struct of which no field is a key, at the first one that
// is meant as one.
func (r *structReader) reportHidden(st *types.Struct) {
	for i := range st.NumFields() {
		if tag := reflect.StructTag(st.Tag(i)); tag.Get("json") != "" {
			v := st.Field(i)
			r.report(found(annotations.CodeJSONTag, r.at(v),
				"%s has a json tag but is not exported, so %s has no keys; write %s",
				v.Name(), r.c.typeName(r.root), camelCase(v.Name())))
			return
		}
	}
	r.report(found(annotations.CodeJSONTag, r.use,
		"%s has no exported field, so it has no keys; export the fields that are meant as keys",
		r.c.typeName(r.root)))
}

// allSkipped reports whether json:"-" takes all exported fields out.
func allSkipped(st *types.Struct) bool {
	for i := range st.NumFields() {
		if parseTag(st.Tag(i)).skip {
			return true
		}
	}
	return false
}

// ownJSON reports a struct that writes or reads its own JSON, which would have
// nothing to do with its fields.
func (r *structReader) ownJSON() bool {
	fn := JSONMethod(r.root)
	if fn == nil {
		return false
	}
	f := found(annotations.CodeCustomMarshaler, r.use,
		"%s has its own %s, but here its fields are context keys; use a struct of fields without",
		r.c.typeName(r.root), fn.Name())
	if r.role == writtenStruct {
		f.Message += ", or result=KEY to store it whole"
	}
	if at, ours := r.c.object(fn); ours {
		f.Related = []annotations.Related{related(at, "%s is declared here", fn.Name())}
	}
	r.report(f)
	return true
}

// at is the place of a field's name, or where the struct is used if the field
// is declared in another package.
func (r *structReader) at(v *types.Var) annotations.Span {
	if at, ours := r.c.object(v); ours {
		return at
	}
	return r.use
}

// field turns a field into a key; false if it is unusable.
func (r *structReader) field(f *jsonField) (Field, bool) {
	v := f.field()
	if f.clash != nil {
		r.reportClash(f)
		return Field{}, false
	}
	before := r.bad
	r.bad = false
	r.checkTag(f)
	r.checkPath(f)
	out := Field{Key: f.name, Path: r.path(f), Type: v.Type(), Span: r.at(v), origin: v}
	out.Presence = r.presence(f)
	if cut, exact := r.tagSpan(v, ",omitempty"); exact {
		out.cut = cut
	}
	if out.Presence == PointerNil {
		out.Type = v.Type().Underlying().(*types.Pointer).Elem()
	}
	out.Shape = shapeOf(out.Type)
	r.checkType(f, out.Type)
	out.Default = r.defaultOf(f, out)
	ok := !r.bad
	r.bad = r.bad || before
	return out, ok
}

func (r *structReader) reportClash(f *jsonField) {
	first, second := f, f.clash
	if slices.Compare(second.index, first.index) < 0 {
		first, second = second, first
	}
	at, before := r.at(second.field()), r.at(first.field())
	fd := found(annotations.CodeDuplicateField, at, "the fields %s and %s of %s are both the key %q",
		first.selector(), second.selector(), r.c.typeName(r.root), f.name)
	if before != at {
		fd.Related = []annotations.Related{related(before, "%q is first used here", f.name)}
	}
	r.report(fd)
}

// checkPath reports fields that generated code cannot reach.
func (r *structReader) checkPath(f *jsonField) {
	if p := f.pointer(); p != nil {
		at := r.at(p)
		fd := found(annotations.CodeJSONTag, at,
			"%s embeds a pointer, which can be nil when its keys are read or written; embed %s itself",
			r.c.typeName(r.root), p.Name())
		if node := r.c.fieldNode(p); node != nil {
			if star, ok := node.Type.(*ast.StarExpr); ok {
				fd.Fixes = []annotations.Fix{replace(r.c.span(star.Star, star.X.Pos()), "", "embed %s", p.Name())}
			}
		}
		r.report(fd)
		return
	}
	if r.path(f) == nil {
		r.report(found(annotations.CodeJSONTag, r.use,
			"the field %s of %s is hidden in an unexported struct of another package, so the key %q cannot be "+
				"reached",
			f.field().Name(), r.c.typeName(r.root), f.name))
	}
}

// path returns the selector path to the field. Embedded structs that the
// package cannot name are left out where Go promotes the field through them;
// nil means that there is no way.
func (r *structReader) path(f *jsonField) []string {
	var path []string
	at := r.root
	skipped := false
	for _, v := range f.path {
		if !v.Exported() && v.Pkg() != nil && v.Pkg().Path() != r.c.src.Types.Path() {
			skipped = true
			continue
		}
		if skipped {
			if obj, _, _ := types.LookupFieldOrMethod(at, true, r.c.src.Types, v.Name()); obj != v {
				return nil
			}
		}
		path = append(path, v.Name())
		at, skipped = v.Type(), false
	}
	return path
}

// presence says when the key of a field may be missing.
func (r *structReader) presence(f *jsonField) Presence {
	t := f.field().Type().Underlying()
	if _, ok := t.(*types.Pointer); ok {
		return PointerNil
	}
	switch {
	case f.tag.has("omitempty"):
		return OmitEmpty
	case f.tag.has("omitzero"):
		return OmitZero
	case r.role == writtenStruct && nilStandsForMissing(f.field().Type()):
		return OmitEmpty
	}
	return Required
}

// nilStandsForMissing reports whether a nil value would be written as null,
// which a context never holds.
func nilStandsForMissing(t types.Type) bool {
	_, iface := t.Underlying().(*types.Interface)
	return iface || isNamed(t, "encoding/json", "RawMessage")
}

// checkType reports types that cannot be stored, or not be named.
func (r *structReader) checkType(f *jsonField, t types.Type) {
	v := f.field()
	flaw := flawIn(t, r.role.direction(), r.c.qualify)
	if strings.HasSuffix(flaw, notCompiled) {
		r.bad = true
		r.c.uncompiled(r.w)
		return
	}
	if flaw != "" {
		r.report(found(annotations.CodeNotJSON, r.at(v), "key %q %s", f.name, flaw))
		return
	}
	if what := r.c.unnameable(t); what != "" {
		r.report(found(annotations.CodeNotJSON, r.at(v),
			"key %q has a type with %s in it, which the generated code of package %s cannot use",
			f.name, what, r.c.src.Types.Name()))
	}
}

// fieldNode returns the syntax of a field; nil if it is in another package.
func (c *checker) fieldNode(v *types.Var) *ast.Field {
	if c.fields == nil {
		c.fields = make(map[token.Pos]*ast.Field)
		for _, file := range c.src.Files {
			ast.Inspect(file, c.indexFields)
		}
	}
	return c.fields[v.Pos()]
}

func (c *checker) indexFields(n ast.Node) bool {
	st, ok := n.(*ast.StructType)
	if !ok || st.Fields == nil {
		return true
	}
	for _, f := range st.Fields.List {
		for _, name := range f.Names {
			c.fields[name.Pos()] = f
		}
		if name := embeddedName(f.Type); len(f.Names) == 0 && name != nil {
			c.fields[name.Pos()] = f
		}
	}
	return true
}

// embeddedName is the identifier that names an embedded field.
func embeddedName(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.StarExpr:
		return embeddedName(e.X)
	case *ast.SelectorExpr:
		return e.Sel
	case *ast.IndexExpr:
		return embeddedName(e.X)
	case *ast.IndexListExpr:
		return embeddedName(e.X)
	}
	return nil
}

// tagSpan is the place of a part of a field's tag, and whether it was found.
func (r *structReader) tagSpan(v *types.Var, part string) (annotations.Span, bool) {
	node := r.c.fieldNode(v)
	if node == nil || node.Tag == nil {
		return r.at(v), false
	}
	i := strings.Index(node.Tag.Value, part)
	if part == "" || i < 0 {
		return r.c.node(node.Tag), false
	}
	from := node.Tag.Pos() + token.Pos(i)
	return r.c.span(from, from+token.Pos(len(part))), true
}
