package emit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// TestGuarded guards each struct of the package whose fields are keys, once.
func TestGuarded(t *testing.T) {
	t.Parallel()
	const head = "//cloacina:workflow name=guarded\npackage app\n\n" +
		"import (\n\t\"context\"\n\t\"database/sql\"\n\t\"net/url\"\n\n\t\"example.com/app/base\"\n\t\"example.com/other\"\n\t\"unsafe\"\n)\n\n" +
		"var _ base.Open\nvar _ other.Shallow\nvar _ unsafe.Pointer\nvar _ sql.NullString\nvar _ url.URL\n\ntype Inner struct{ A int }\n\ntype box[T any] struct{ V T }\n\n"
	task := func(in, out string) string {
		return "\n//cloacina:task\nfunc Make(context.Context, " + in + ") (out " + out + ", err error) { return }\n"
	}
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"both", "type Out struct{ B int }" + task("Inner", "Out"), []string{"Inner", "Out"}},
		{"once", "type Out struct{ Inner }" + task("Inner", "Out"), []string{"Inner", "Out"}},
		{"no fields", "type Out struct{}" + task("Inner", "Out"), []string{"Inner", "Out"}},
		{"aliases", "type Out = Inner\ntype In = Out" + task("In", "Out"), []string{"Inner"}},
		{"instances", task("box[int]", "box[string]"), []string{"box[int]", "box[string]"}},
		{"alias as argument", task("box[base.Visible]", "Inner"), []string{"Inner", "box[base.Visible]"}},
		{"anonymous", task("struct{ A, B int }", "struct{ C int }"), nil},
		{"anonymous, embedding", task("struct{ Inner }", "struct{ C int }"), []string{"Inner"}},
		{"of another package", task("base.Open", "base.Open"), []string{"base.Open"}},
		{"alias of another package", "type Out = base.Open" + task("Out", "Out"), []string{"base.Open"}},
		{"alias of its anonymous", "type Out = base.Anonymous" + task("Out", "Out"), []string{"Out"}},
		{"made of another package's", "type Out base.Meta" + task("Out", "Out"), nil},
		{"made of ours", "type Out Inner" + task("Out", "Out"), []string{"Out"}},
		{"made of another package's open", "type Out base.Open" + task("Out", "Out"), []string{"Out"}},
		{"of another package, unexported", task("base.Meta", "Inner"), []string{"Inner"}},
		{"of another package, generic", task("base.Box[Inner]", "base.Box[*base.Part]"), []string{
			"Inner", "base.Box[*base.Part]", "base.Box[Inner]", "base.Part",
		}},
		{"of another package, unexported types", "type Out struct{ V []base.Rough }" + task("Out", "Out"), []string{"Out", "base.Part"}},
		{"of another package, internal types", "type Out struct{ V other.Shallow }" + task("Out", "Out"), []string{"Out"}},
		{"of Go", "type Out struct{ V *sql.NullString; W sql.Null[Inner] }" + task("Out", "Out"), []string{"Inner", "Out"}},
		{"made of Go's", "type Out sql.NullString" + task("Out", "Out"), nil},
		{"written by itself", "type Out struct{ U url.URL; T text }\ntype text struct{ V Inner }\n" +
			"func (text) MarshalText() ([]byte, error) { return nil, nil }" + task("Out", "Out"), []string{"Out"}},
		{"read by itself", "type Out struct{ T text }\ntype text struct{ V Inner }\n" +
			"func (*text) UnmarshalJSON([]byte) error { return nil }" + task("Out", "Out"), []string{"Out"}},
		{"method of another form", "type Out struct{ T text }\ntype text struct{ V Inner }\n" +
			"func (text) MarshalText() error { return nil }" + task("Out", "Out"), []string{"Inner", "Out", "text"}},
		{"value", "type Out struct{ V Inner }" + task("Out", "Out"), []string{"Inner", "Out"}},
		{"values", "type Out struct{ P *Inner; S []base.Part; A [2]in; M map[string]box[int] }\ntype in struct{}" +
			task("Out", "Out"), []string{"Inner", "Out", "box[int]", "in", "base.Part"}},
		{"within types with names", "type list []*table\ntype table map[string]list2\ntype list2 = []Inner\n" +
			"type Out struct{ V list }" + task("Out", "Out"), []string{"Inner", "Out"}},
		{"within itself", "type tree map[string]tree\ntype node struct{ L, R *node; T tree }\ntype Out struct{ V node }" +
			task("Out", "Out"), []string{"Out", "node"}},
		{"within no name", "type Out struct{ V []struct{ I Inner } }" + task("Out", "Out"), []string{"Inner", "Out"}},
		{"unexported value", "type Out struct{ B int; v Inner }" + task("Out", "Out"), []string{"Out"}},
		{"value left out", "type Out struct{ B int; V Inner `json:\"-\"` }" + task("Out", "Out"), []string{"Out"}},
		{"key of a map", "type key struct{ A int }\nfunc (key) MarshalText() ([]byte, error) { return nil, nil }\n" +
			"func (*key) UnmarshalText([]byte) error { return nil }\ntype Out struct{ V map[key]int }" +
			task("Out", "Out"), []string{"Out"}},
		{"embedded value", "type Out struct{ Inner `json:\"inner\"` }" + task("Out", "Out"), []string{"Inner", "Out"}},
		{"embedded, left out", "type Out struct{ Inner `json:\"-\"`; B int }" + task("Out", "Out"), []string{"Out"}},
		{"embedded, other tag", "type Out struct{ Inner `db:\"a\"` }" + task("Out", "Out"), []string{"Inner", "Out"}},
		{"embedded alias", "type A = struct{ X int }\ntype Out struct{ A }" + task("Out", "Out"), []string{"A", "Out"}},
		{"embedded pointer", "type in struct{}\ntype Out struct{ B int; *in }" + task("Out", "Out"), []string{"Out", "in"}},
		{"embedded in itself", "type Out struct{ B int; *Out }" + task("Out", "Out"), []string{"Out"}},
		{"unsafe, in itself", "type Out struct{ B int; p unsafe.Pointer; *Out }" + task("Out", "Out"), nil},
		{"unsafe", "type Out struct{ Inner; p unsafe.Pointer }" + task("Out", "Out"), []string{"Inner"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := guardWorld(t)
			generated := string(w.generate("source.go", head+c.src))
			_, files, _, errs := w.check(root, "source.go", head+c.src, "cloacina_gen.go", generated)
			if len(errs) > 0 {
				t.Fatalf("%v\n%s", errs, generated)
			}
			if got := guardsOf(files[1]); !slices.Equal(got, c.want) {
				t.Errorf("guards %q, want %q", got, c.want)
			}
		})
	}
}

// TestGuardedAsShaped compares with the shapes that the checker gives to keys: a
// struct is guarded if and only if its fields are in the shape.
func TestGuardedAsShaped(t *testing.T) {
	t.Parallel()
	methods := []string{
		"",
		"func (%s) MarshalJSON() ([]byte, error) { return nil, nil }",
		"func (*%s) MarshalJSON() ([]byte, error) { return nil, nil }",
		"func (*%s) UnmarshalJSON([]byte) error { return nil }",
		"func (%s) MarshalText() ([]byte, error) { return nil, nil }",
		"func (*%s) UnmarshalText([]byte) error { return nil }",
		"func (%s) MarshalBinary() ([]byte, error) { return nil, nil }",
		"func (%s) MarshalJSON() []byte { return nil }",
		"func (%s) MarshalText(int) ([]byte, error) { return nil, nil }",
		"func (%s) String() string { return \"\" }",
	}
	forms := []string{"%s", "*%s", "[]%s", "[2]%s", "map[string]%s", "struct{ %s }", "*[]map[int]*%s"}
	var declared, fields strings.Builder
	for i, method := range methods {
		for j, form := range forms {
			name := fmt.Sprintf("T%d%d", i, j)
			fmt.Fprintf(&declared, "type %s struct{ In%s int }\n", name, name)
			if method != "" {
				fmt.Fprintf(&declared, method+"\n", name)
			}
			fmt.Fprintf(&fields, "\tF%s "+form+"\n", name, name)
		}
	}
	src := "//cloacina:workflow name=shaped\npackage app\n\nimport \"context\"\n\n" + declared.String() +
		"type Out struct {\n" + fields.String() + "}\n\n" +
		"//cloacina:task\nfunc Make(context.Context) (out Out, err error) { return }\n"
	w := newWorld(t)
	source := &check.Source{Fset: w.fset, Bytes: map[string][]byte{"source.go": []byte(src)}}
	source.Types, source.Files, source.Info, _ = w.check(root, "source.go", src)
	pkg, findings := check.Check(source)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	var got []string
	for _, typ := range newFile(pkg).structsBehind(pkg) {
		got = append(got, typ.String())
	}
	shaped := 0
	for _, field := range pkg.Workflows[0].Tasks[0].Out.Fields {
		name := strings.TrimPrefix(field.Path[0], "F")
		want := strings.Contains(field.Shape, "In"+name)
		if guarded := slices.Contains(got, root+"."+name); guarded != want {
			t.Errorf("%s of the shape %s is guarded: %v", field.Type, field.Shape, guarded)
		}
		if want {
			shaped++
		}
	}
	if shaped != 5*len(forms) {
		t.Errorf("%d types are shaped by their fields", shaped)
	}
}

// TestSiblingsOfAnyModule guards structs of the same module even if its name
// looks like one of the standard library.
func TestSiblingsOfAnyModule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add("shop/base", "base.go", "package base\n\ntype Open struct{ A int }\n")
	w.add("lib/base", "base.go", "package base\n\ntype Open struct{ A int }\n")
	pkg := handmade(w.add("shop/app", "source.go", `package app

import (
	"context"
	lib "lib/base"
	"shop/base"
)

type In struct {
	A base.Open
	B lib.Open
}

func TaskA(context.Context, In) error { return nil }
`))
	var got []string
	for _, typ := range newFile(pkg).structsBehind(pkg) {
		got = append(got, typ.String())
	}
	if want := []string{"shop/app.In", "shop/base.Open"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
