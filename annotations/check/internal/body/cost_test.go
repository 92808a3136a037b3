package body

import (
	"fmt"
	"strings"
	"testing"
)

// bodyText is a package of n dynamic tasks with bodies.
func bodyText(n int) string {
	var b strings.Builder
	b.WriteString("package p\n\nimport (\n\t\"context\"\n\n" +
		"\tcloacina \"github.com/cloacina-go/cloacina/runtime\"\n)\n")
	for i := range n {
		read := ""
		if i > 0 {
			read = fmt.Sprintf("\tn, err := need[int](c, \"k%d\")\n\tif err != nil {\n\t\treturn err\n\t}\n\t_ = n\n", i-1)
		}
		fmt.Fprintf(&b, "\nfunc T%d(ctx context.Context, c *cloacina.Context) error {\n%s"+
			"\tfor range 3 {\n\t\tif ctx.Err() != nil {\n\t\t\treturn ctx.Err()\n\t\t}\n\t}\n"+
			"\treturn put(c, \"k%d\", %d)\n}\n", i, read, i, i)
	}
	b.WriteString("\nfunc put(c *cloacina.Context, key string, v any) error { return c.Set(key, v) }\n" +
		"\nfunc need[T any](c *cloacina.Context, key string) (T, error) { return cloacina.Get[T](c, key) }\n")
	return b.String()
}

// followed returns what the tasks of a package do, and the steps that it takes to
// follow them.
func followed(tb testing.TB, text string) (steps int, bodies []*Body) {
	tb.Helper()
	p, tasks := load(tb, text)
	for _, fn := range tasks {
		bodies = append(bodies, p.Follow(fn))
		steps += p.steps
	}
	return steps, bodies
}

// What it costs to follow bodies grows as they do.
func TestBodyCostIsLinear(t *testing.T) {
	t.Parallel()
	few, _ := followed(t, bodyText(100))
	many, bodies := followed(t, bodyText(1000))
	if many > 11*few || many > 100*1000 {
		t.Errorf("%d steps for 100 tasks, %d for 1000", few, many)
	}
	for i, b := range bodies {
		if len(b.Open) > 0 || len(b.Writes) != 1 || !b.Writes[0].Definite || i > 0 && (len(b.Reads) != 1 || !b.Reads[0].Required) {
			t.Fatalf("task %d: %+v", i, b)
		}
	}
}

// What would take too long makes a task open, and no other.
func TestBodyCostHasABound(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(bodyText(1))
	b.WriteString("\nfunc Endless(ctx context.Context, c *cloacina.Context) error { return f0(c, \"k\") }\n")
	for i := range 24 {
		fmt.Fprintf(&b, "\nfunc f%d(c *cloacina.Context, key string) error {\n"+
			"\tif err := f%d(c, key+\"a\"); err != nil {\n\t\treturn err\n\t}\n\treturn f%d(c, key+\"b\")\n}\n", i, i+1, i+1)
	}
	b.WriteString("\nfunc f24(c *cloacina.Context, key string) error { return c.Set(key, 1) }\n")
	b.WriteString("\nfunc Deep(ctx context.Context, c *cloacina.Context) error { return g0(c) }\n")
	for i := range 2 * maxDepth {
		fmt.Fprintf(&b, "\nfunc g%d(c *cloacina.Context) error { return g%d(c) }\n", i, i+1)
	}
	fmt.Fprintf(&b, "\nfunc g%d(c *cloacina.Context) error { return c.Set(\"g\", 1) }\n", 2*maxDepth)
	_, bodies := followed(t, b.String())
	want := []string{"", "there is too much code to follow", "the calls that hand the context on go too deep"}
	for i, found := range bodies {
		got := ""
		if open := found.Open; len(open) > 0 {
			got = open[0].Reason
		}
		if got != want[i] {
			t.Errorf("task %d: %q, want %q", i, got, want[i])
		}
	}
}

func BenchmarkBodies(b *testing.B) {
	text := bodyText(1000)
	for b.Loop() {
		followed(b, text)
	}
}

// Keys that may be written or not, and errors that nobody looks at any more, do
// not make for ever more ways to come to a place.
func TestBodyCostOfManyKeys(t *testing.T) {
	t.Parallel()
	text := func(n int) string {
		var b strings.Builder
		b.WriteString(head + "func flip() bool { return false }\n\n")
		b.WriteString("func Task(ctx context.Context, c *cloacina.Context) error {\n\tfor flip() {\n")
		for i := range n {
			fmt.Fprintf(&b, "\t\tif flip() {\n\t\t\t_ = c.Set(\"k%d\", 1)\n\t\t}\n", i)
			fmt.Fprintf(&b, "\t\tif err := c.Insert(\"l%d\", 1); err != nil && flip() {\n\t\t\treturn err\n\t\t}\n", i)
		}
		b.WriteString("\t}\n\treturn nil\n}\n")
		return b.String()
	}
	few, _ := followed(t, text(30))
	many, bodies := followed(t, text(120))
	if many > 5*few {
		t.Errorf("%d steps for 30 keys, %d for 120", few, many)
	}
	if b := bodies[0]; len(b.Open) > 0 || len(b.Writes) != 240 {
		t.Errorf("%d writes, open %v", len(b.Writes), b.Open)
	}
}
