package check

import (
	"fmt"
	"strings"
	"testing"
)

// bodyText is a package of n dynamic tasks with bodies.
func bodyText(n int) string {
	var b strings.Builder
	b.WriteString("//cloacina:workflow default_trigger_rules=all_success\npackage p\n\nimport (\n\t\"context\"\n\n" +
		"\tcloacina \"github.com/cloacina-go/cloacina/runtime\"\n)\n")
	for i := range n {
		after, read := "", ""
		if i > 0 {
			after = fmt.Sprintf(" dependencies=t%d", i-1)
			read = fmt.Sprintf("\tn, err := need[int](c, \"k%d\")\n\tif err != nil {\n\t\treturn err\n\t}\n\t_ = n\n", i-1)
		}
		fmt.Fprintf(&b, "\n//cloacina:task id=t%d%s\nfunc T%d(ctx context.Context, c *cloacina.Context) error {\n%s"+
			"\tfor range 3 {\n\t\tif ctx.Err() != nil {\n\t\t\treturn ctx.Err()\n\t\t}\n\t}\n"+
			"\treturn put(c, \"k%d\", %d)\n}\n", i, after, i, read, i, i)
	}
	b.WriteString("\nfunc put(c *cloacina.Context, key string, v any) error { return c.Set(key, v) }\n" +
		"\nfunc need[T any](c *cloacina.Context, key string) (T, error) { return cloacina.Get[T](c, key) }\n")
	return b.String()
}

// followed returns the steps that it takes to follow the tasks of a package.
func followed(tb testing.TB, text string) (steps int, c *checker) {
	tb.Helper()
	c = newChecker(newWorld().load(tb, map[string]string{"tasks.go": text}))
	c.parse()
	c.declare()
	for _, t := range c.workflows[0].tasks {
		c.checkSignature(t)
		t.code.Body = c.bodies().body(c.bodies().followTask(t.fn))
		steps += c.bodies().steps
	}
	return steps, c
}

// What it costs to follow bodies grows as they do.
func TestBodyCostIsLinear(t *testing.T) {
	t.Parallel()
	few, _ := followed(t, bodyText(100))
	many, c := followed(t, bodyText(1000))
	if many > 11*few || many > 100*1000 {
		t.Errorf("%d steps for 100 tasks, %d for 1000", few, many)
	}
	for i, task := range c.workflows[0].tasks {
		b := task.code.Body
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
	b.WriteString("\n//cloacina:task\nfunc Endless(ctx context.Context, c *cloacina.Context) error { return f0(c, \"k\") }\n")
	for i := range 24 {
		fmt.Fprintf(&b, "\nfunc f%d(c *cloacina.Context, key string) error {\n"+
			"\tif err := f%d(c, key+\"a\"); err != nil {\n\t\treturn err\n\t}\n\treturn f%d(c, key+\"b\")\n}\n", i, i+1, i+1)
	}
	b.WriteString("\nfunc f24(c *cloacina.Context, key string) error { return c.Set(key, 1) }\n")
	b.WriteString("\n//cloacina:task\nfunc Deep(ctx context.Context, c *cloacina.Context) error { return g0(c) }\n")
	for i := range 2 * maxBodyDepth {
		fmt.Fprintf(&b, "\nfunc g%d(c *cloacina.Context) error { return g%d(c) }\n", i, i+1)
	}
	fmt.Fprintf(&b, "\nfunc g%d(c *cloacina.Context) error { return c.Set(\"g\", 1) }\n", 2*maxBodyDepth)
	_, c := followed(t, b.String())
	want := []string{"", "there is too much code to follow", "the calls that hand the context on go too deep"}
	for i, task := range c.workflows[0].tasks {
		got := ""
		if open := task.code.Body.Open; len(open) > 0 {
			got = open[0].Reason
		}
		if got != want[i] {
			t.Errorf("task %s: %q, want %q", task.id, got, want[i])
		}
	}
}

func BenchmarkBodies(b *testing.B) {
	text := bodyText(1000)
	for b.Loop() {
		followed(b, text)
	}
}
