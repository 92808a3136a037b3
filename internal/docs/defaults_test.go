package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checked returns the plan of a package that consists of one file and imports
// nothing but context. It has to be without errors and warnings.
func checked(t *testing.T, src string) *plan.Plan {
	t.Helper()
	p, findings := planOf(t, src)
	for _, f := range findings {
		if f.Code.Severity() != annotations.SeverityHint {
			t.Errorf("%s: %s %s\n%s", f.Span, f.Code, f.Message, src)
		}
	}
	return p
}

// planOf returns the plan of a package and what there is to say about it.
func planOf(t *testing.T, src string) (*plan.Plan, []annotations.Finding) {
	t.Helper()
	const name = "tasks.go"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.ParseComments)
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	config := types.Config{Importer: exported(t, fset, "context")}
	info := &types.Info{Defs: make(map[*ast.Ident]types.Object)}
	pkg, err := config.Check("example.com/p", fset, []*ast.File{file}, info)
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	p, findings := check.Check(&check.Source{Fset: fset, Dir: ".", Files: []*ast.File{file},
		Bytes: map[string][]byte{name: []byte(src)}, Types: pkg, Info: info})
	if p == nil || len(p.Workflows) != 1 {
		t.Fatalf("no workflow comes of\n%s\n%v", src, findings)
	}
	return &p.Workflows[0].Plan, findings
}

// The defaults that the reference names are those of a task without arguments:
// writing them down makes no difference, and writing anything else does.
func TestDocumentedDefaults(t *testing.T) {
	t.Parallel()
	none := checked(t, task("")).Tasks[0]
	for _, line := range reference(t)["Keys of a task"][1:] {
		cells := gap.Split(line, -1)
		key, value := cells[0], cells[2]
		if value == "none" || value == "from the function" {
			continue
		}
		if diff := cmp.Diff(none, checked(t, task(key+"="+value)).Tasks[0]); diff != "" {
			t.Errorf("%s=%s is no default (-without +with):\n%s", key, value, diff)
		}
		other := map[string]string{"trigger_rules": "not(always)", "retry_backoff": "fixed", "retry_jitter": "false",
			"retry_condition": "never", "allow_failure": "true", "retry_attempts": "7"}[key]
		if other == "" {
			other = strings.Map(func(r rune) rune {
				if r == '1' || r == '3' {
					return '7'
				}
				return r
			}, value)
		}
		if changed, _ := planOf(t, task(key+"="+other)); cmp.Equal(none, changed.Tasks[0]) {
			t.Errorf("%s=%s makes no difference", key, other)
		}
	}
}

// task is a package with one task that has these arguments.
func task(arguments string) string {
	return fmt.Sprintf(`// Package p is.
//
//cloacina:workflow
package p

import "context"

// Do does.
//
//cloacina:task %s
func Do(context.Context) error { return nil }
`, arguments)
}
