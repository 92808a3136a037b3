package check

import (
	"fmt"
	"strings"
	"testing"
)

// A type whose shape would be exponential stays within a bound and takes no time.
func TestShapeBound(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"*", "[]", "map[string][2]"} {
		testShapeBound(t, prefix)
	}
}

func testShapeBound(t *testing.T, prefix string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("package pkg\ntype T0 struct{ A int }\n")
	for i := 1; i < 60; i++ {
		fmt.Fprintf(&b, "type T%d struct{ A, B %sT%d }\n", i, prefix, i-1)
	}
	scope := newWorld().load(t, map[string]string{"a.go": b.String()}).Types.Scope()
	shape := shapeOf(scope.Lookup("T59").Type())
	if len(shape) > 4*maxShape || !strings.Contains(shape, "...") {
		t.Errorf("the shape has %d bytes", len(shape))
	}
	if again := shapeOf(scope.Lookup("T59").Type()); again != shape {
		t.Error("the shape changes from call to call")
	}
	if flaw := flawIn(scope.Lookup("T59").Type(), writing, nil); flaw != "" {
		t.Error(flaw)
	}
}

func TestShapeOfGenericInstance(t *testing.T) {
	t.Parallel()
	scope := newWorld().load(t, map[string]string{"a.go": `package pkg
type Box[T any] struct{ V T; Next *Box[T] }
var v Box[Box[string]]
`}).Types.Scope()
	want := "{V: {V: string, Next?: ...}, Next?: ...}"
	if got := shapeOf(scope.Lookup("v").Type()); got != want {
		t.Errorf("shape %s, want %s", got, want)
	}
}
