package load

import (
	"bytes"
	"go/format"
	"go/parser"
	"go/token"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func stubOf(t *testing.T, src string) string {
	t.Helper()
	l := &loader{fset: token.NewFileSet()}
	tree, err := parser.ParseFile(l.fset, "tasks.go", src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	f := &file{name: "tasks.go", src: []byte(src), ast: tree}
	f.declared, f.found = annotations.ParseFile(l.fset, tree, f.src)
	s, err := l.newStub(&unit{path: "p", name: tree.Name.Name, files: []*file{f}})
	if err != nil || s == nil {
		t.Fatalf("no stub: %v", err)
	}
	var b bytes.Buffer
	if err := format.Node(&b, l.fset, s.ast); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestStub(t *testing.T) {
	t.Parallel()
	got := stubOf(t, `//cloacina:workflow input=In
package p

import (
	"context"
)

//cloacina:workflow input=Cart
type Order struct{}

//cloacina:workflow
type refund struct{}
`)
	want := `package p

import cloacinaStubContext "context"
import cloacinaStubRuntime "github.com/cloacina-go/cloacina/runtime"

func Workflow() *cloacinaStubRuntime.Workflow

type Result struct{}

func Run(cloacinaStubContext.Context, *cloacinaStubRuntime.Runner, In) (Result, error)
func Start(cloacinaStubContext.Context, *cloacinaStubRuntime.Runner, In, cloacinaStubRuntime.StartOptions) (*cloacinaStubRuntime.RunOf[Result], error)

func (*Order) Workflow() *cloacinaStubRuntime.Workflow

type OrderResult struct{}

func RunOrder(cloacinaStubContext.Context, *cloacinaStubRuntime.Runner, Cart) (OrderResult, error)
func StartOrder(cloacinaStubContext.Context, *cloacinaStubRuntime.Runner, Cart, cloacinaStubRuntime.StartOptions) (*cloacinaStubRuntime.RunOf[OrderResult], error)

func (*refund) Workflow() *cloacinaStubRuntime.Workflow

type refundResult struct{}

func runRefund(cloacinaStubContext.Context, *cloacinaStubRuntime.Runner, cloacinaStubRuntime.Values) (refundResult, error)
func startRefund(cloacinaStubContext.Context, *cloacinaStubRuntime.Runner, cloacinaStubRuntime.Values, cloacinaStubRuntime.StartOptions) (*cloacinaStubRuntime.RunOf[refundResult], error)
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInputType(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", "cloacinaStubRuntime.Values"},
		{"In", "In"},
		{"größe", "größe"},
		{"type", "any"},
		{"model.In", "any"},
		{"*In", "any"},
		{"[]In", "any"},
		{"In) { panic(1) } func x(", "any"},
		{"In\n}", "any"},
		{"a.b.c", "any"},
		{"func()", "any"},
		{"struct{ X int }", "any"},
	}
	for _, tt := range tests {
		if got := inputType(tt.in); got != tt.want {
			t.Errorf("inputType(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// No text in an annotation can turn into anything but a type name.
func TestInputTypeIsATypeName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching("[A-Za-z.(){}\\[\\]*;\n/ ]{0,20}")).Draw(t, "input")
		source := "package p\nfunc f(" + inputType(text) + ")\nfunc g()\n"
		tree, err := parser.ParseFile(token.NewFileSet(), "p.go", source, 0)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if len(tree.Decls) != 2 {
			t.Fatalf("%q gives %d declarations", text, len(tree.Decls))
		}
	})
}
