package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/cache"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/report"
	"github.com/cloacina-go/cloacina/internal/testmodule"
	"github.com/google/go-cmp/cmp"
)

var edits = flag.Int("edits", 8, "how many random edits the cache is held against")

// cachedTree is a module with an annotated package, one that it imports, and a
// module in a directory that go.mod names; and a cache of its own.
type cachedTree struct {
	t          *testing.T
	dir, cache string
	clock      time.Time
}

// cachedFiles have a warning, which has to be repeated.
var cachedFiles = map[string]string{
	"flow/flow.go": `//cloacina:workflow name=flow
package flow

import (
	"context"

	"example.com/m/lib"
)

type Out struct {
	N lib.Number ` + "`json:\"n,omitempty\"`" + `
}

//cloacina:task id=first
func First(context.Context) (Out, error) { return Out{1}, nil }

//cloacina:task id=second dependencies=first trigger_rules=context_value("n",greater_than,1)
func Second(_ context.Context, in struct{ N *lib.Number }) error { return nil }
`,
	"flow/flow_linux_test.go": "package flow\n",
	"flow/ignored.go":         "//go:build ignore\n\npackage main\n",
	"lib/lib.go":              "package lib\n\nimport \"example.com/other\"\n\ntype Number = other.Number\n",
	"plain/plain.go":          "package plain\n",
	"other/other.go":          "package other\n\ntype Number int\n",
	"other/go.mod":            "module example.com/other\n\ngo 1.26.0\n",
}

func newCachedTree(t *testing.T) *cachedTree {
	t.Helper()
	c := &cachedTree{t: t, dir: t.TempDir(), cache: t.TempDir(), clock: time.Unix(1e9, 0)}
	if err := testmodule.Init(c.dir, "example.com/m"); err != nil {
		t.Fatal(err)
	}
	c.write("go.mod", content(t, c.path("go.mod"))+
		"\nrequire example.com/other v0.0.0\n\nreplace example.com/other => ./other\n")
	c.age("go.sum")
	for name, text := range cachedFiles {
		c.write(name, text)
	}
	return c
}

func (c *cachedTree) path(name string) string { return filepath.Join(c.dir, filepath.FromSlash(name)) }

// write writes a file as if that had been some time ago: what changes while the
// tool works is not remembered.
func (c *cachedTree) write(name, text string) {
	c.t.Helper()
	testmodule.Write(c.t, c.dir, map[string]string{name: text})
	c.age(name)
}

func (c *cachedTree) age(name string) {
	c.t.Helper()
	c.clock = c.clock.Add(time.Second)
	if err := os.Chtimes(c.path(name), c.clock, c.clock); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cachedTree) replace(name, old, text string) {
	c.t.Helper()
	was := content(c.t, c.path(name))
	if !strings.Contains(was, old) {
		c.t.Fatalf("%s does not hold %q", name, old)
	}
	c.write(name, strings.Replace(was, old, text, 1))
}

func (c *cachedTree) remove(name string) {
	c.t.Helper()
	if err := os.RemoveAll(c.path(name)); err != nil {
		c.t.Fatal(err)
	}
}

// session returns a session, and what it prints.
func (c *cachedTree) session(memory *cache.Memory, patterns ...string) (*session, *bytes.Buffer) {
	var out bytes.Buffer
	return &session{
		dir: c.dir, patterns: patterns, format: report.Text, stdout: &out, stderr: &out, memory: memory,
	}, &out
}

func (c *cachedTree) memory(env ...string) *cache.Memory {
	return cache.NewMemory(cache.Dir{Path: c.cache}, append(os.Environ(), env...))
}

// generate runs the whole command and returns what it prints.
func (c *cachedTree) generate(memory *cache.Memory, patterns ...string) string {
	c.t.Helper()
	s, out := c.session(memory, patterns...)
	if err := s.generate(context.Background()); err != nil && !errors.Is(err, errFindings) {
		fmt.Fprintln(out, err)
	}
	return out.String()
}

// cached reports whether the tool would only repeat what it said.
func (c *cachedTree) cached(memory *cache.Memory, patterns ...string) bool {
	s, _ := c.session(memory, patterns...)
	_, ok := s.recall()
	return ok
}

// The answer is repeated as long as everything is the same, and not if any one
// thing that it rests on is another.
func TestWhatMakesATreeChanged(t *testing.T) {
	t.Parallel()
	base := newCachedTree(t)
	said := base.generate(base.memory(), "./...")
	if !strings.Contains(said, "warning") || !base.cached(base.memory(), "./...") {
		t.Fatalf("nothing is remembered of:\n%s", said)
	}
	saved := filepath.Join(t.TempDir(), "saved")
	if err := os.CopyFS(saved, os.DirFS(base.dir)); err != nil {
		t.Fatal(err)
	}
	gen := "flow/" + load.FileName
	for _, tt := range []struct {
		name   string
		change func(*cachedTree)
		cached bool
	}{
		{"nothing", func(*cachedTree) {}, true},
		{"times alone", func(c *cachedTree) { c.age("flow/flow.go"); c.age(gen); c.age("go.mod") }, true},
		{"a file that is not Go", func(c *cachedTree) { c.write("flow/notes.txt", "x") }, true},
		{"annotated source", func(c *cachedTree) { c.replace("flow/flow.go", "Out{1}", "Out{2}") }, false},
		{"its test", func(c *cachedTree) { c.write("flow/flow_linux_test.go", "package flow // changed\n") }, false},
		{"a file of other constraints", func(c *cachedTree) { c.replace("flow/ignored.go", "main", "flow") }, false},
		{"an imported package", func(c *cachedTree) { c.write("lib/lib.go", "package lib\n\ntype Number int\n") }, false},
		{"a replaced package", func(c *cachedTree) { c.replace("other/other.go", "int", "float64") }, false},
		{"a package without directives", func(c *cachedTree) { c.write("plain/plain.go", "package plain // x\n") }, false},
		{"a new file", func(c *cachedTree) { c.write("flow/new.go", "package flow\n") }, false},
		{"a new file of an import", func(c *cachedTree) { c.write("lib/new.go", "package lib\n") }, false},
		{"a new package", func(c *cachedTree) { c.write("new/new.go", "package new\n") }, false},
		{"a removed file", func(c *cachedTree) { c.remove("flow/ignored.go") }, false},
		{"a removed package", func(c *cachedTree) { c.remove("plain") }, false},
		{"go.mod", func(c *cachedTree) { c.replace("go.mod", "module", "// x\nmodule") }, false},
		{"go.mod of a replaced module", func(c *cachedTree) { c.replace("other/go.mod", "module", "// x\nmodule") }, false},
		{"go.sum", func(c *cachedTree) { c.write("go.sum", content(c.t, c.path("go.sum"))+"\n") }, false},
		{"a new go.work", func(c *cachedTree) { c.write("go.work", "go 1.26.0\n\nuse .\n") }, false},
		{"a module below", func(c *cachedTree) { c.write("flow/go.mod", "module example.com/flow\n") }, false},
		{"a vendor directory", func(c *cachedTree) { c.write("vendor/modules.txt", "") }, false},
		{"the generated file", func(c *cachedTree) { c.replace(gen, "first", "worst") }, false},
		{"an empty generated file", func(c *cachedTree) { c.write(gen, "") }, false},
		{"no generated file", func(c *cachedTree) { c.remove(gen) }, false},
	} {
		tt.change(base)
		if got := base.cached(base.memory(), "./..."); got != tt.cached {
			t.Errorf("%s: cached %v, want %v", tt.name, got, tt.cached)
		}
		base.restore(saved)
		if !base.cached(base.memory(), "./...") {
			t.Fatalf("%s: what was undone still counts", tt.name)
		}
	}
}

// restore makes the tree a copy of another directory.
func (c *cachedTree) restore(from string) {
	c.t.Helper()
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, e := range entries {
		c.remove(e.Name())
	}
	if err := os.CopyFS(c.dir, os.DirFS(from)); err != nil {
		c.t.Fatal(err)
	}
}

// The answer to another question, of another tool, or in another environment is
// another one.
func TestWhatMakesAQuestionAnother(t *testing.T) {
	t.Parallel()
	c := newCachedTree(t)
	c.generate(c.memory(), "./...")
	for _, tt := range []struct {
		name     string
		env      string
		patterns []string
		cached   bool
	}{
		{"the same", "", []string{"./..."}, true},
		{"a variable that means nothing", "COLUMNS=80", []string{"./..."}, true},
		{"the line of go generate", "GOLINE=7", []string{"./..."}, true},
		{"flags", "GOFLAGS=-tags=x", []string{"./..."}, false},
		{"system", "GOOS=plan9", []string{"./..."}, false},
		{"architecture", "GOARCH=arm", []string{"./..."}, false},
		{"cgo", "CGO_ENABLED=0", []string{"./..."}, false},
		{"toolchain", "GOTOOLCHAIN=go1.99.0", []string{"./..."}, false},
		{"settings", "HOME=/nowhere", []string{"./..."}, false},
		{"other packages", "", []string{"./flow"}, false},
		{"more packages", "", []string{"./...", "./flow"}, false},
	} {
		if got := c.cached(c.memory(tt.env), tt.patterns...); got != tt.cached {
			t.Errorf("%s: cached %v, want %v", tt.name, got, tt.cached)
		}
	}
	if c.cached(nil, "./...") {
		t.Error("cached without a cache")
	}
	other := *c
	other.cache = t.TempDir()
	if other.cached(other.memory(), "./...") {
		t.Error("cached in an empty cache")
	}
}

// What must be looked at each time is not remembered: errors, what is not
// generated, and patterns whose directories are not known.
func TestWhatIsNotRemembered(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, pattern string
		change        func(*cachedTree)
		want          string
	}{
		{"an error", "./...", func(c *cachedTree) { c.replace("flow/flow.go", "dependencies=first", "dependencies=worst") }, "error"},
		{"a type error", "./...", func(c *cachedTree) { c.replace("flow/flow.go", "Out{1}", "Out{x}") }, "undefined"},
		{"no directives", "./plain", func(*cachedTree) {}, "no //cloacina: directives"},
		{"a pattern of import paths", "example.com/m/...", func(*cachedTree) {}, "warning"},
		{"a package that does not exist", "./nowhere", func(*cachedTree) {}, "nowhere"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCachedTree(t)
			tt.change(c)
			for range 2 {
				if said := c.generate(c.memory(), tt.pattern); !strings.Contains(said, tt.want) {
					t.Errorf("it does not say %q:\n%s", tt.want, said)
				}
				if c.cached(c.memory(), tt.pattern) {
					t.Error("remembered")
				}
			}
		})
	}
}

// removed stands for the text of a file that an edit removes.
const removed = "removed"

// randomEdits change a tree in ways that matter or do not.
var randomEdits = []struct{ name, old, text string }{
	{"flow/flow.go", "Out{1}", "Out{2}"},
	{"flow/flow.go", "Out{2}", "Out{1}"},
	{"flow/flow.go", "id=first", "id=worst"},
	{"flow/flow.go", "id=worst", "id=first"},
	{"flow/flow.go", "dependencies=first", "dependencies=worst"},
	{"flow/flow.go", "dependencies=worst", "dependencies=first"},
	{"flow/flow.go", "greater_than", "less_than"},
	{"flow/flow.go", "less_than", "greater_than"},
	{"flow/flow.go", ",omitempty", ""},
	{"flow/flow.go", "func First", "func First{"},
	{"flow/flow.go", "func First{", "func First"},
	{"flow/flow.go", "import (", "import (\n\t_ \"strings\""},
	{"lib/lib.go", "other.Number", "float64"},
	{"lib/lib.go", "import \"example.com/other\"", ""},
	{"other/other.go", "Number int", "Number string"},
	{"other/other.go", "Number string", "Number int"},
	{"other/other.go", "package other", "//cloacina:workflow name=other\npackage other"},
	{"other/other.go", "//cloacina:workflow name=other", ""},
	{"plain/plain.go", "package plain", "//cloacina:workflow name=plain\npackage plain"},
	{"plain/plain.go", "//cloacina:workflow name=plain", ""},
	{"flow/cloacina_gen.go", "first", "worst"},
	{"flow/cloacina_gen.go", "package", removed},
	{"flow/ignored.go", "package", removed},
	{"flow/cloacina_gen.go", "package", "<<<<<<< HEAD\npackage"},
	{"go.mod", "=> ./other", "=> ./other2"},
	{"go.mod", "=> ./other2", "=> ./other"},
}

// With and without the cache, the tool says and writes the same about a tree
// that is edited at random.
func TestTheCacheChangesNothing(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	c := newCachedTree(t)
	const gen = "flow/" + load.FileName
	files := func() string {
		text, err := os.ReadFile(c.path(gen))
		if err != nil {
			return "none"
		}
		return string(text)
	}
	for n := 0; n < *edits; {
		e := randomEdits[random.IntN(len(randomEdits))]
		was, err := os.ReadFile(c.path(e.name))
		if err != nil || !strings.Contains(string(was), e.old) {
			continue
		}
		n++
		if e.text == removed {
			c.remove(e.name)
		} else {
			c.replace(e.name, e.old, e.text)
		}
		before := files()
		want := c.generate(nil, "./...")
		wantFiles := files()
		if before == "none" {
			c.remove(gen)
		} else {
			c.write(gen, before)
		}
		for range 2 {
			if diff := cmp.Diff(want, c.generate(c.memory(), "./...")); diff != "" {
				t.Fatalf("seed %d, edit %d of %s (-without +with cache):\n%s", seed, n, e.name, diff)
			}
			if diff := cmp.Diff(wantFiles, files()); diff != "" {
				t.Fatalf("seed %d, edit %d of %s writes (-without +with cache):\n%s", seed, n, e.name, diff)
			}
		}
	}
}

// A cache that cannot be used, and an entry that is not what it was, do no harm.
func TestDamagedCache(t *testing.T) {
	t.Parallel()
	c := newCachedTree(t)
	want := c.generate(c.memory(), "./...")
	entries, err := os.ReadDir(c.cache)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d entries, want findings and answers: %v", len(entries), err)
	}
	for _, e := range entries {
		if err := os.WriteFile(filepath.Join(c.cache, e.Name()), []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.generate(c.memory(), "./..."); got != want || !c.cached(c.memory(), "./...") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err := os.RemoveAll(c.cache); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.cache, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := c.generate(c.memory(), "./..."); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
