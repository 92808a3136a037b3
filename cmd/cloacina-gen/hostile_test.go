package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/report"
	"github.com/cloacina-go/cloacina/internal/testmodule"
)

var hostile = flag.Bool("hostile", false, "run the hostile input at its full size")

// size returns the size of a hostile input: a part of it without -hostile.
func size(full int) int {
	if *hostile {
		return full
	}
	return full / 16
}

const (
	hostileHead = "//cloacina:workflow name=flow default_trigger_rules=all_success\npackage flow\n\nimport \"context\"\n\n"
	hostileTask = "func T(context.Context) error { return nil }\n"
)

// annotated returns a package with a task whose directive has these arguments.
func annotated(arguments string) map[string]string {
	return map[string]string{"a.go": hostileHead + "//cloacina:task " + arguments + "\n" + hostileTask}
}

// ruled returns a package with a task under a rule.
func ruled(rule string) map[string]string {
	return map[string]string{"a.go": hostileHead + "//cloacina:task id=a\n" + hostileTask +
		"\n//cloacina:task id=b dependencies=a trigger_rules=" + rule + "\nfunc U(context.Context) error { return nil }\n"}
}

// manyTasks returns a package of independent tasks.
func manyTasks(n int) map[string]string {
	var b strings.Builder
	b.WriteString(hostileHead)
	for i := range n {
		fmt.Fprintf(&b, "//cloacina:task id=t%[1]d\nfunc T%[1]d(context.Context) error { return nil }\n\n", i)
	}
	return map[string]string{"a.go": b.String()}
}

// positioned is a first line of an error with its place.
var positioned = regexp.MustCompile(`(?m)^[^\s:][^:\n]*:[1-9][0-9]*:[1-9][0-9]*: error CL[0-9]{4}: `)

// hostileCase is input that nobody writes by mistake.
type hostileCase struct {
	name  string
	files map[string]string
	// prepare changes the directory further.
	prepare func(t *testing.T, dir string)
	// want is in what is printed, behind a place; empty if all is well.
	want string
	// trouble is in the error that keeps the tool from its work.
	trouble string
}

func hostileCases() []hostileCase {
	cyclic := func(name, other string) string {
		return "//cloacina:workflow name=" + name + "\npackage " + name + "\n\nimport (\n\t\"context\"\n\t\"example.com/m/" + other +
			"\"\n)\n\nvar X = " + other + ".X\n\n//cloacina:task\n" + hostileTask
	}
	return []hostileCase{
		{name: "long comment", want: "CL0106",
			files: map[string]string{"a.go": hostileHead + "// " + strings.Repeat("x", size(20_000_000)) + "\n//cloacina:task\n" + hostileTask}},
		{name: "long comment elsewhere",
			files: map[string]string{"a.go": hostileHead + "//cloacina:task\n" + hostileTask + "\n// " + strings.Repeat("x", size(20_000_000)) + "\n"}},
		{name: "long directive", want: "longer than", files: annotated("id=" + strings.Repeat("x", size(20_000_000)))},
		{name: "long text", want: "longer than", files: annotated(`retry_condition="` + strings.Repeat("x", size(20_000_000)) + `"`)},
		{name: "tasks", files: manyTasks(size(100_000))},
		{name: "deep rule of calls", want: "nests deeper", files: ruled(strings.Repeat("not(", 100_000) + "task_success(a)" + strings.Repeat(")", 100_000))},
		{name: "deep rule of operators", want: "nests deeper", files: ruled(strings.Repeat("!", 1_000_000) + "task_success(a)")},
		{name: "deep rule of parentheses", want: "nests deeper", files: ruled(strings.Repeat("(", 100_000) + "task_success(a)" + strings.Repeat(")", 100_000))},
		{name: "deep rule without an end", want: "error", files: ruled(strings.Repeat("all(", 100_000))},
		{name: "wide rule", want: "longer than", files: ruled("any(" + strings.Repeat("task_success(a),", 100_000) + "task_failed(a))")},
		{name: "directives on one function", want: "error",
			files: map[string]string{"a.go": hostileHead + strings.Repeat("//cloacina:task id=a\n", size(1_000_000)) + hostileTask}},
		{name: "directives on nothing", want: "error",
			files: map[string]string{"a.go": hostileHead + strings.Repeat("//cloacina:task id=a\n\n", size(1_000_000)) + hostileTask}},
		{name: "text that reverses", want: "U+202E", files: annotated("id=a\u202eb")},
		{name: "text that is not seen", want: "U+200B", files: annotated("id=a\u200bb")},
		{name: "control character", want: "error", files: annotated("id=a\x1b[31m")},
		{name: "carriage return", want: "error", files: annotated("id=a\rb")},
		{name: "id of code", want: "a task id is made of", files: annotated(`id="a\"\n\nfunc init() { panic(1) }"`)},
		{name: "id of a line", want: "a task id is made of", files: annotated("id=\"a\\nb\"")},
		{name: "zero byte", want: "NUL", files: annotated("id=a\x00")},
		{name: "zero byte at the beginning", want: "NUL", files: map[string]string{"a.go": "\x00" + hostileHead}},
		{name: "zero bytes alone", files: map[string]string{"a.go": annotated("id=a")["a.go"], "b.go": strings.Repeat("\x00", 1000)}, want: "NUL"},
		{name: "invalid UTF-8", want: "UTF-8", files: annotated("id=\xff\xfe")},
		{name: "byte order marks", want: "error", files: annotated("id=a\ufeff")},
		{name: "imports that go round", want: "import cycle not allowed",
			files: map[string]string{"a/a.go": cyclic("a", "b"), "b/b.go": cyclic("b", "a")}},
		{name: "import of itself", want: "import", files: map[string]string{"a/a.go": cyclic("a", "a")}},
		{name: "deep tree", want: "a task id is made of", files: map[string]string{
			strings.Repeat("d/", 200) + "a.go": annotated("id=A")["a.go"],
		}},
		{name: "output is a link", trouble: "needs the name", files: annotated("id=a"), prepare: func(t *testing.T, dir string) {
			link(t, filepath.Join(dir, "precious"), filepath.Join(dir, load.FileName))
		}},
		{name: "output is a link to an output", trouble: "is a symbolic link", prepare: func(t *testing.T, dir string) {
			link(t, filepath.Join(dir, "old"), filepath.Join(dir, load.FileName))
		}, files: map[string]string{"a.go": annotated("id=a")["a.go"], "old": load.Header + "\n"}},
		{name: "output is a link to nothing", trouble: "is a symbolic link", prepare: func(t *testing.T, dir string) {
			link(t, filepath.Join(dir, "nowhere"), filepath.Join(dir, load.FileName))
		}, files: annotated("id=a")},
		{name: "output is a directory", trouble: "is not a file", files: annotated("id=a"), prepare: func(t *testing.T, dir string) {
			if err := os.MkdirAll(filepath.Join(dir, load.FileName, "full"), 0o755); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "source is a broken link", files: annotated("id=a"), prepare: func(t *testing.T, dir string) {
			link(t, filepath.Join(dir, "nowhere"), filepath.Join(dir, "b.go"))
		}},
		{name: "source is a directory", files: annotated("id=a"), prepare: func(t *testing.T, dir string) {
			if err := os.Mkdir(filepath.Join(dir, "b.go"), 0o755); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "links that go round", files: annotated("id=a"), prepare: func(t *testing.T, dir string) {
			link(t, dir, filepath.Join(dir, "again"))
			link(t, filepath.Join(dir, "c.go"), filepath.Join(dir, "c.go"))
		}},
		{name: "not a package", want: "syntax error", files: map[string]string{"a.go": "//cloacina:workflow name=a\nthis is no Go\n"}},
	}
}

func link(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Symlink(from, to); err != nil {
		t.Fatal(err)
	}
}

// Hostile input ends in an error at its place, or is taken for what it is, within
// a time that depends on its length alone, and nothing is written through a link.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	limit := 30 * time.Second
	if *hostile {
		limit *= 4
	}
	for _, c := range hostileCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := testmodule.Init(dir, "example.com/m"); err != nil {
				t.Fatal(err)
			}
			testmodule.Write(t, dir, c.files)
			testmodule.Write(t, dir, map[string]string{"precious": "precious"})
			if c.prepare != nil {
				c.prepare(t, dir)
			}
			ctx, stop := context.WithTimeout(t.Context(), limit)
			defer stop()
			c.run(ctx, t, dir)
			if got := content(t, filepath.Join(dir, "precious")); got != "precious" {
				t.Errorf("another file was written: %q", got)
			}
		})
	}
}

func (c *hostileCase) run(ctx context.Context, t *testing.T, dir string) {
	t.Helper()
	var out bytes.Buffer
	s := &session{dir: dir, patterns: []string{"./..."}, format: report.Text, stdout: &out, stderr: &out}
	begin := time.Now()
	err := s.generate(ctx)
	if ctx.Err() != nil {
		t.Fatalf("it takes longer than %v", time.Since(begin))
	}
	said := out.String()
	shown := said[:min(len(said), 2000)]
	if strings.ContainsAny(said, "\x00\x1b\r\u202e\u200b\ufeff") {
		t.Errorf("hostile text reaches the terminal:\n%q", shown)
	}
	switch {
	case c.trouble != "":
		if err == nil || errors.Is(err, errFindings) || !strings.Contains(err.Error(), c.trouble) {
			t.Errorf("got %v and\n%s", err, shown)
		}
	case c.want == "":
		if err != nil || positioned.MatchString(said) {
			t.Errorf("got %v and\n%s", err, shown)
		}
	case !errors.Is(err, errFindings) || !positioned.MatchString(said) || !strings.Contains(said, c.want):
		t.Errorf("got %v, want %q at its place, and\n%s", err, c.want, shown)
	}
}
