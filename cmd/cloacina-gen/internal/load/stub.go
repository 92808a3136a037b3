package load

import (
	"fmt"
	"go/ast"
	"go/parser"
	"strings"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// The names under which a stub imports. They are unlikely in user code, with
// whose declarations they must not collide.
const (
	stubContext = "cloacinaStubContext"
	stubRuntime = "cloacinaStubRuntime"
)

// stub is a file that declares the names that will be generated for a unit.
// The fields of its result types are not known yet.
type stub struct {
	ast     *ast.File
	results []string
}

// newStub returns the stub of a unit; nil if it declares no workflow.
func (l *loader) newStub(u *unit) (*stub, error) {
	workflows := u.workflows()
	if len(workflows) == 0 {
		return nil, nil
	}
	s := &stub{}
	var imports, body strings.Builder
	fmt.Fprintf(&imports, "package %s\n\nimport (\n\t%s \"context\"\n\t%s %q\n", u.name, stubContext, stubRuntime, Runtime)
	seen := map[string]bool{}
	for _, w := range workflows {
		typeName := ""
		if w.Type != nil {
			typeName = w.Type.Name.Name
		}
		if seen[typeName] {
			continue
		}
		seen[typeName] = true
		names := check.NamesFor(typeName)
		s.results = append(s.results, names.Result)
		writeStub(&body, w, typeName, names)
		if strings.Contains(w.Input.V, ".") {
			writeImports(&imports, w.file.ast)
		}
	}
	imports.WriteString(")\n")
	var err error
	s.ast, err = parser.ParseFile(l.fset, u.output(), imports.String()+body.String(), parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("declare what will be generated for %s: %w", u.path, err)
	}
	return s, nil
}

// writeStub declares the names of one workflow.
func writeStub(b *strings.Builder, w declaredWorkflow, typeName string, n check.Names) {
	input := inputType(w.Input.V)
	receiver := ""
	if typeName != "" {
		receiver = "(*" + typeName + ") "
	}
	fmt.Fprintf(b, "\nfunc %s%s() *%s.Workflow\n", receiver, n.Workflow, stubRuntime)
	fmt.Fprintf(b, "type %s struct{}\n", n.Result)
	fmt.Fprintf(b, "func %s(%s.Context, *%s.Runner, %s) (%s, error)\n", n.Run, stubContext, stubRuntime, input, n.Result)
	fmt.Fprintf(b, "func %s(%s.Context, *%s.Runner, %s, %s.StartOptions) (*%s.RunOf[%s], error)\n",
		n.Start, stubContext, stubRuntime, input, stubRuntime, stubRuntime, n.Result)
}

// inputType returns the type of a workflow's input as Go source. Anything that
// is no type name is reported by the checker and stands here for any value.
func inputType(text string) string {
	if text == "" {
		return stubRuntime + ".Values"
	}
	expr, err := parser.ParseExpr(text)
	if err != nil {
		return "any"
	}
	switch e := expr.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return x.Name + "." + e.Sel.Name
		}
	}
	return "any"
}

// writeImports repeats the imports of a file, so that names of its types mean
// the same.
func writeImports(b *strings.Builder, f *ast.File) {
	for _, spec := range f.Imports {
		name := ""
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name != "." && name != "_" && spec.Path.Value != `"C"` {
			fmt.Fprintf(b, "\t%s %s\n", name, spec.Path.Value)
		}
	}
}
