package emit

import (
	"bytes"
	"go/format"

	"github.com/dave/jennifer/jen"
	"github.com/google/go-cmp/cmp"
)

// failer is what testing.T and rapid.T have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
}

// gofmted fails the test if gofmt would change a source.
func gofmted(t failer, src []byte) {
	t.Helper()
	want, err := format.Source(src)
	if err != nil {
		t.Fatal(err, string(src))
	}
	if diff := cmp.Diff(string(want), string(src)); diff != "" {
		t.Errorf("not as gofmt has it (-gofmt +got):\n%s", diff)
	}
}

// written returns a file of the package app with one declaration.
func written(t failer, d doc, at place) []byte {
	t.Helper()
	file := jen.NewFile("app")
	file.NoFormat = true
	file.Add(join(d.code(at), raw("\n")).code())
	var b bytes.Buffer
	if err := file.Render(&b); err != nil {
		t.Fatal(err)
	}
	return bytes.Replace(b.Bytes(), []byte("\n\n\n"), []byte("\n\n"), 1)
}
