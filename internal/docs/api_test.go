package docs

import (
	"bytes"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// public are the packages that programs may rely on.
var public = []string{
	"annotations", "annotations/analyzer", "annotations/analyzer/golangci", "annotations/check", "runtime", "runtime/cloacinatest", "runtime/console", "runtime/progress",
}

// docs/api.txt has every exported thing, a line each: what a change adds to, or
// takes from, the API can be seen in its difference.
func TestAPIListing(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, p := range compiled(t, public) {
		for _, line := range api(p) {
			lines = append(lines, "pkg "+strings.TrimPrefix(p.Path(), module+"/")+", "+line)
		}
	}
	if len(lines) < 500 {
		t.Errorf("found %d exported things; the search for them is broken", len(lines))
	}
	compare(t, "docs/api.txt", strings.Join(lines, "\n")+"\n")
}

// Programs can import no other packages of the module but those of the examples.
func TestPublicPackages(t *testing.T) {
	t.Parallel()
	var found []string
	for line := range strings.Lines(goCommand(t, "list", "-f", "{{.Name}} {{.ImportPath}}", module+"/...")) {
		name, pkg, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest := strings.TrimPrefix(pkg, module+"/")
		parts := strings.Split(rest, "/")
		if name != "main" && parts[0] != "examples" && !slices.Contains(parts, "internal") {
			found = append(found, rest)
		}
	}
	if !slices.Equal(found, public) {
		t.Errorf("the packages that can be imported are %q, and %q are listed", found, public)
	}
}

// compiled returns the types of packages of the module, as the compiler exports them.
func compiled(t *testing.T, names []string) []*types.Package {
	t.Helper()
	var paths []string
	for _, name := range names {
		paths = append(paths, module+"/"+name)
	}
	imports := exported(t, token.NewFileSet(), paths...)
	var all []*types.Package
	for _, p := range paths {
		compiled, err := imports.Import(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, compiled)
	}
	return all
}

// exported imports packages, and what these import, from what the compiler
// exports of them.
func exported(t *testing.T, fset *token.FileSet, paths ...string) types.Importer {
	t.Helper()
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, paths...)
	files := make(map[string]string)
	for line := range strings.Lines(goCommand(t, args...)) {
		p, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[p] = file
	}
	return importer.ForCompiler(fset, "gc", func(p string) (io.ReadCloser, error) {
		return os.Open(files[p])
	})
}

// goCommand returns what a command of go prints.
func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// api returns a line for each exported thing of a package, sorted.
func api(p *types.Package) []string {
	l := &lister{of: p}
	for _, name := range p.Scope().Names() {
		if o := p.Scope().Lookup(name); o.Exported() {
			l.object(o)
		}
	}
	slices.Sort(l.lines)
	return l.lines
}

// lister collects the lines of a package.
type lister struct {
	of    *types.Package
	lines []string
}

func (l *lister) add(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// qualify names other packages by their last element, and the own one not at all.
func (l *lister) qualify(p *types.Package) string {
	if p == l.of {
		return ""
	}
	return path.Base(p.Path())
}

func (l *lister) typeOf(t types.Type) string { return types.TypeString(t, l.qualify) }

func (l *lister) signature(name string, s *types.Signature) string {
	var b bytes.Buffer
	types.WriteSignature(&b, s, l.qualify)
	return name + b.String()
}

func (l *lister) object(o types.Object) {
	switch o := o.(type) {
	case *types.Const:
		l.add("const %s %s = %s", o.Name(), l.typeOf(o.Type()), o.Val().ExactString())
	case *types.Var:
		l.add("var %s %s", o.Name(), l.typeOf(o.Type()))
	case *types.Func:
		l.add("func %s", l.signature(o.Name(), o.Signature()))
	case *types.TypeName:
		l.typeName(o)
	}
}

func (l *lister) typeName(o *types.TypeName) {
	name := "type " + o.Name()
	named, _ := types.Unalias(o.Type()).(*types.Named)
	if named == nil {
		l.add("%s = %s", name, l.typeOf(types.Unalias(o.Type())))
		return
	}
	if list := named.TypeParams(); list.Len() > 0 {
		var params []string
		for p := range list.TypeParams() {
			params = append(params, p.Obj().Name()+" "+l.typeOf(p.Constraint()))
		}
		name += "[" + strings.Join(params, ", ") + "]"
	}
	if o.IsAlias() {
		// What it stands for is internal, but its parts are not.
		name += " ="
	}
	l.underlying(name, named.Underlying())
	for m := range named.Methods() {
		if m.Exported() {
			l.add("method (%s) %s", l.receiver(o, m), l.signature(m.Name(), m.Signature()))
		}
	}
}

// receiver is the receiver of a method, under the name that the package has for it.
func (l *lister) receiver(o *types.TypeName, m *types.Func) string {
	if _, pointer := m.Signature().Recv().Type().(*types.Pointer); pointer {
		return "*" + o.Name()
	}
	return o.Name()
}

func (l *lister) underlying(name string, t types.Type) {
	switch t := t.(type) {
	case *types.Struct:
		l.add("%s struct", name)
		for f := range t.Fields() {
			if f.Exported() {
				l.add("%s struct, %s", name, l.field(f))
			}
		}
	case *types.Interface:
		l.add("%s interface", name)
		for m := range t.Methods() {
			if m.Exported() {
				l.add("%s interface, %s", name, l.signature(m.Name(), m.Signature()))
			} else {
				l.add("%s interface, unexported methods", name)
			}
		}
	default:
		l.add("%s %s", name, l.typeOf(t))
	}
}

func (l *lister) field(f *types.Var) string {
	if f.Embedded() {
		return "embedded " + l.typeOf(f.Type())
	}
	return f.Name() + " " + l.typeOf(f.Type())
}
