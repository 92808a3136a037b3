package load

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
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
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport %s \"context\"\n", u.name, stubContext)
	fmt.Fprintf(&b, "import %s %q\n", stubRuntime, Runtime)
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
		writeStub(&b, w, typeName, names)
	}
	var err error
	s.ast, err = parser.ParseFile(l.fset, u.output(), b.String(), parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("declare what will be generated for %s: %w", u.path, err)
	}
	return s, nil
}

// writeStub declares the names of one workflow.
func writeStub(b *strings.Builder, w *annotations.Workflow, typeName string, n check.Names) {
	input := inputType(w.Input.V)
	receiver := ""
	if typeName != "" {
		receiver = "(*" + typeName + ") "
	}
	fmt.Fprintf(b, "\nfunc %s%s() *%s.Workflow\n", receiver, n.Workflow, stubRuntime)
	fmt.Fprintf(b, "type %s struct{}\n", n.Result)
	first := fmt.Sprintf("%s.Context, *%s.Runner, %s", stubContext, stubRuntime, input)
	fmt.Fprintf(b, "func %s(%s) (%s, error)\n", n.Run, first, n.Result)
	fmt.Fprintf(b, "func %s(%s, %s.StartOptions) (*%s.RunOf[%s], error)\n",
		n.Start, first, stubRuntime, stubRuntime, n.Result)
}

// inputType returns the type of a workflow's input as Go source. Anything that
// is no name of a type is reported by the checker and stands here for any value.
func inputType(text string) string {
	switch {
	case text == "":
		return stubRuntime + ".Values"
	case token.IsIdentifier(text):
		return text
	}
	return "any"
}
