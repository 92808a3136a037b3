package emit

import (
	"bytes"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/dave/jennifer/jen"
)

func TestImports(t *testing.T) {
	t.Parallel()
	pkg := types.NewPackage("example.com/app", "app")
	pkg.Scope().Insert(types.NewVar(token.NoPos, pkg, "time", types.Typ[types.Int]))
	i := newImports(pkg, []string{"k"})
	for _, c := range []struct{ path, clause, want string }{
		{"example.com/context", "context", "context2"}, // the standard one keeps its name, even if it comes later
		{"context", "context", "context"},
		{"time", "time", "time2"}, // the package declares time
		{"example.com/a/x", "x", "x"},
		{"example.com/b/x", "x", "x2"},
		{"example.com/a/x", "x", "x"},
		{"example.com/k", "k", "k2"},
		{"example.com/string", "string", "string2"},
		{"example.com/rule7", "rule7", "pkgrule7"},
		{"example.com/taskA", "taskA", "pkgtaskA"},
		{"example.com/tasks", "tasks", "tasks"},
		{"gopkg.in/yaml.v3", "yaml", "yaml"},
		{"example.com/lib/v2", "lib", "lib"},
		{"example.com/odd/v1", "odd", "odd"},
	} {
		if got := i.name(c.path, c.clause); got != c.want {
			t.Errorf("%s is called %s, want %s", c.path, got, c.want)
		}
	}
	var b bytes.Buffer
	f := jen.NewFile("app")
	f.Add(i.declaration().code(place{}).code())
	if err := f.Render(&b); err != nil {
		t.Fatal(err)
	}
	want := `import (
	"context"
	time2 "time"

	"example.com/a/x"
	x2 "example.com/b/x"
	context2 "example.com/context"
	k2 "example.com/k"
	"example.com/lib/v2"
	odd "example.com/odd/v1"
	pkgrule7 "example.com/rule7"
	string2 "example.com/string"
	pkgtaskA "example.com/taskA"
	"example.com/tasks"
	yaml "gopkg.in/yaml.v3"
)
`
	if got := b.String(); !strings.HasSuffix(got, want) {
		t.Errorf("got\n%s", got)
	}
}
