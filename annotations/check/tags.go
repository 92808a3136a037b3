package check

import (
	"go/types"
	"reflect"
	"regexp"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// tagOptions are the options that encoding/json knows.
var tagOptions = []string{"omitempty", "omitzero", "string"}

// checkTag reports json tags that do not do what they say.
func (r *structReader) checkTag(f *jsonField) {
	v := f.field()
	r.checkTagForm(f)
	if f.tag.name != "" && !validTagName(f.tag.name) {
		at, _ := r.tagSpan(v, f.tag.name)
		r.report(found(annotations.CodeJSONTag, at,
			"encoding/json ignores the name %q of field %s; use letters, digits and underscores",
			f.tag.name, v.Name()))
	}
	for _, option := range f.tag.options {
		r.checkOption(f, option)
	}
}

// mentionsJSON finds a json tag, also where its form hides it from encoding/json.
var mentionsJSON = regexp.MustCompile(`(^|\s)json\s*[:=]\s*`)

// checkTagForm reports a json tag that nobody can read because of its form.
func (r *structReader) checkTagForm(f *jsonField) {
	v, tag := f.field(), r.tagOf(f)
	mention := mentionsJSON.FindString(tag)
	if _, ok := reflect.StructTag(tag).Lookup("json"); ok || mention == "" {
		return
	}
	at, exact := r.tagSpan(v, mention)
	fd := found(annotations.CodeJSONTag, at,
		"encoding/json cannot read the tag of field %s; its form is json:\"name\", without blanks", v.Name())
	form := "json:"
	if strings.HasPrefix(mention, " ") {
		form = " json:"
	}
	repaired := strings.Replace(tag, mention, form, 1)
	if _, ok := reflect.StructTag(repaired).Lookup("json"); ok && exact {
		fd.Fixes = []annotations.Fix{replace(at, form, "write it without blanks")}
	}
	r.report(fd)
}

func (r *structReader) checkOption(f *jsonField, option string) {
	v := f.field()
	switch option {
	case "string":
		r.refuseStringOption(v)
	case "omitempty":
		r.checkOmitEmpty(f)
	case "omitzero":
	default:
		r.suggestOption(v, option)
	}
}

// suggestOption reports a misspelt option. Others may belong to another package
// that reads the tag.
func (r *structReader) suggestOption(v *types.Var, option string) {
	s := annotations.Suggest(option, tagOptions)
	if s == "" {
		return
	}
	at, exact := r.tagSpan(v, option)
	fd := found(annotations.CodeJSONTag, at,
		"encoding/json ignores the option %q of field %s; did you mean %q?", option, v.Name(), s)
	if exact {
		fd.Fixes = []annotations.Fix{replace(at, s, "change to %s", s)}
	}
	r.report(fd)
}

func (r *structReader) refuseStringOption(v *types.Var) {
	at, exact := r.tagSpan(v, ",string")
	fd := found(annotations.CodeStringOption, at,
		"the option string of field %s would store it in quotes, and comparisons with numbers would be false",
		v.Name())
	if exact {
		fd.Fixes = []annotations.Fix{replace(at, "", "remove the option")}
	}
	r.report(fd)
}

// checkOmitEmpty reports omitempty where encoding/json never leaves a value out.
func (r *structReader) checkOmitEmpty(f *jsonField) {
	v := f.field()
	var what string
	switch v.Type().Underlying().(type) {
	case *types.Struct:
		what = "a struct"
	case *types.Array:
		what = "an array"
	default:
		return
	}
	at, exact := r.tagSpan(v, "omitempty")
	fd := found(annotations.CodeOmitEmptyNoEffect, at,
		"omitempty never leaves out field %s, which is %s; write omitzero", v.Name(), what)
	if exact {
		fd.Fixes = []annotations.Fix{replace(at, "omitzero", "change to omitzero")}
		if f.tag.has("omitzero") {
			cut, _ := r.tagSpan(v, ",omitempty")
			fd.Fixes = []annotations.Fix{replace(cut, "", "remove omitempty")}
		}
	}
	r.report(fd)
}

// unnameable returns what, in a type, the generated code of the package could
// not use: an unexported type of another package, one of an internal directory
// elsewhere, a local one, or one that is generated from the tasks itself. It is
// empty if there is nothing.
func (c *checker) unnameable(t types.Type) string {
	switch t := t.(type) {
	case *types.Alias:
		return c.unnameableType(t.Obj(), t.TypeArgs())
	case *types.Named:
		return c.unnameableType(t.Obj(), t.TypeArgs())
	case *types.Pointer:
		return c.unnameable(t.Elem())
	case *types.Slice:
		return c.unnameable(t.Elem())
	case *types.Array:
		return c.unnameable(t.Elem())
	case *types.Map:
		if what := c.unnameable(t.Key()); what != "" {
			return what
		}
		return c.unnameable(t.Elem())
	case *types.Struct:
		for v := range t.Fields() {
			if !v.Exported() && v.Pkg() != nil && v.Pkg().Path() != c.src.Types.Path() {
				return "the field " + v.Name() + " of package " + v.Pkg().Name()
			}
			if what := c.unnameable(v.Type()); what != "" {
				return what
			}
		}
	case *types.Interface:
		if t.NumMethods() > 0 {
			return "an interface without a name"
		}
	}
	return ""
}

func (c *checker) unnameableType(obj *types.TypeName, args *types.TypeList) string {
	if pkg := obj.Pkg(); pkg != nil {
		switch {
		case c.inGenerated(obj) && pkg == c.src.Types:
			return "the generated type " + obj.Name()
		case obj.Parent() != pkg.Scope(),
			pkg.Path() != c.src.Types.Path() && (!obj.Exported() || !Importable(pkg.Path(), c.src.Types.Path())):
			return pkg.Name() + "." + obj.Name()
		}
	}
	for arg := range args.Types() {
		if what := c.unnameable(arg); what != "" {
			return what
		}
	}
	return ""
}

// Importable reports whether Go lets a package import another, as far as
// internal directories are concerned.
func Importable(path, from string) bool {
	slashed := "/" + path + "/"
	i := strings.LastIndex(slashed, "/internal/")
	if i < 0 {
		return !strings.HasPrefix(path, "vendor/")
	}
	parent := strings.TrimPrefix(slashed[:i], "/")
	return parent != "" && (from == parent || strings.HasPrefix(from, parent+"/"))
}
