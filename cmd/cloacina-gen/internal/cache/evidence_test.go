package cache

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tree is a directory with a file whose time lies back.
type tree struct {
	t   *testing.T
	dir string
}

func newTree(t *testing.T) tree {
	tr := tree{t, t.TempDir()}
	tr.write("a.go", "//go:build linux\n\npackage a\n\nimport \"fmt\"\n\nfunc f() {}\n")
	tr.write("go.mod", "module a\n")
	return tr
}

func (tr tree) path(name string) string { return filepath.Join(tr.dir, name) }

// write writes a file of long ago.
func (tr tree) write(name, text string) {
	tr.t.Helper()
	if err := os.MkdirAll(filepath.Dir(tr.path(name)), 0o755); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.WriteFile(tr.path(name), []byte(text), 0o644); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.Chtimes(tr.path(name), time.Unix(1e9, 0), time.Unix(1e9, 0)); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr tree) remove(name string) {
	tr.t.Helper()
	if err := os.Remove(tr.path(name)); err != nil {
		tr.t.Fatal(err)
	}
}

// Each kind of evidence holds as long as what it is about, and no longer.
func TestEvidence(t *testing.T) {
	t.Parallel()
	file := func(e *Evidence, tr tree) { e.File(tr.path("a.go")) }
	head := func(e *Evidence, tr tree) { e.Head(tr.path("a.go")) }
	list := func(e *Evidence, tr tree) { e.List(tr.dir) }
	exists := func(e *Evidence, tr tree) { e.Exists(tr.path("a.go")) }
	but := func(e *Evidence, tr tree) { e.ListOthers(tr.dir, "gen.go", "gen_test.go") }
	gone := func(e *Evidence, tr tree) { e.File(tr.path("go.work")) }
	text := func(s string) func(tree) { return func(tr tree) { tr.write("a.go", s) } }
	for _, c := range []struct {
		name   string
		add    func(*Evidence, tree)
		change func(tree)
		holds  bool
	}{
		{"content, unchanged", file, func(tree) {}, true},
		{"content, written again", file, text("//go:build linux\n\npackage a\n\nimport \"fmt\"\n\nfunc f() {}\n"), true},
		{"content, same length", file, text("//go:build linux\n\npackage a\n\nimport \"fmt\"\n\nfunc g() {}\n"), false},
		{"content, removed", file, func(tr tree) { tr.remove("a.go") }, false},
		{"content, another file", file, func(tr tree) { tr.write("b.go", "package a\n") }, true},
		{"missing, still", gone, func(tree) {}, true},
		{"missing, created", gone, func(tr tree) { tr.write("go.work", "") }, false},
		{"head, body", head, text("//go:build linux\n\npackage a\n\nimport \"fmt\"\n\nfunc g() { other() }\n"), true},
		{"head, doc comment", head, text("//go:build linux\n\n// Doc.\npackage a\n\nimport \"fmt\"\n"), true},
		{"head, order of imports", head, text("//go:build linux\n\npackage a\n\nimport (\n\t\"fmt\"\n)\n"), true},
		{"head, import", head, text("//go:build linux\n\npackage a\n\nimport \"os\"\n\nfunc f() {}\n"), false},
		{"head, constraint", head, text("//go:build darwin\n\npackage a\n\nimport \"fmt\"\n\nfunc f() {}\n"), false},
		{"head, no constraint", head, text("package a\n\nimport \"fmt\"\n\nfunc f() {}\n"), false},
		{"head, package", head, text("//go:build linux\n\npackage b\n\nimport \"fmt\"\n\nfunc f() {}\n"), false},
		{"head, cgo", head, text("//go:build linux\n\npackage a\n\nimport \"C\"\nimport \"fmt\"\n\nfunc f() {}\n"), false},
		{"head, broken", head, text("//go:build linux\n\npackage a\n\nimport fmt\n"), false},
		{"list, content", list, text("package b\n"), true},
		{"list, new file", list, func(tr tree) { tr.write("b.go", "") }, false},
		{"list, new directory", list, func(tr tree) { tr.write("b/b.go", "") }, false},
		{"list, another kind of file", list, func(tr tree) { tr.write("notes.txt", "") }, true},
		{"list, ignored directory", list, func(tr tree) { tr.write(".git/HEAD", "") }, true},
		{"list, module", list, func(tr tree) { tr.remove("go.mod") }, false},
		{"list, removed", list, func(tr tree) { tr.remove("a.go") }, false},
		{"others, excepted file", but, func(tr tree) { tr.write("gen.go", "") }, true},
		{"others, new file", but, func(tr tree) { tr.write("b.go", "") }, false},
		{"others, removed", but, func(tr tree) { tr.remove("a.go") }, false},
		{"existence, content", exists, text("other"), true},
		{"existence, removed", exists, func(tr tree) { tr.remove("a.go") }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tr := newTree(t)
			e := NewEvidence(NewView())
			c.add(e, tr)
			if !e.Holds(NewView()) || !e.Settled() {
				t.Fatal("the evidence does not hold at once")
			}
			parsed, rest, err := Parse(append(e.Append(nil), "answer"...))
			if err != nil || string(rest) != "answer" {
				t.Fatalf("the rest is %q: %v", rest, err)
			}
			if diff := cmp.Diff(e.sums, parsed.sums, cmp.AllowUnexported(subject{})); diff != "" {
				t.Errorf("read back (-was +is):\n%s", diff)
			}
			c.change(tr)
			if got := parsed.Holds(NewView()); got != c.holds {
				t.Errorf("it holds: %v, want %v", got, c.holds)
			}
		})
	}
}

// The directories of the evidence are those in which a change can be noticed.
func TestEvidenceDirs(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	tr.write("sub/b.go", "")
	tr.write("other/c.go", "")
	e := NewEvidence(NewView())
	e.List(tr.path("sub"))
	e.ListOthers(tr.path("other"), "gen.go")
	e.File(tr.path("go.mod"))
	e.File(tr.path("missing/go.mod"))
	want := []string{tr.dir, tr.path("other"), tr.path("sub")}
	if diff := cmp.Diff(want, e.Dirs()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A named pipe is not waited for.
func TestViewDoesNotWait(t *testing.T) {
	t.Parallel()
	v := NewView()
	for _, path := range []string{os.DevNull, t.TempDir()} {
		if _, err := v.ReadFile(path); err == nil || v.sum(path) == missing {
			t.Errorf("%s is read like a file: %v", path, err)
		}
	}
}

// What is written in the course of the work is evidence as it is afterwards.
func TestEvidenceOfWhatWasWritten(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	e := NewEvidence(NewView())
	e.List(tr.dir)
	e.File(tr.path("a.go"))
	tr.write("new.go", "package a\n")
	if e.Holds(NewView()) {
		t.Fatal("a new file makes no difference")
	}
	e.Wrote(tr.path("new.go"), []byte("package a\n"))
	if !e.Holds(NewView()) {
		t.Error("the file that was written makes a difference")
	}
	tr.write("new.go", "package b\n")
	if e.Holds(NewView()) {
		t.Error("the written file was changed")
	}
}

// A file that was changed while the work was done is no evidence.
func TestUnsettledEvidence(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	m := NewMemory(Dir{Path: t.TempDir()}, nil)
	e := NewEvidence(m.View)
	e.File(tr.path("a.go"))
	now := time.Now()
	if err := os.Chtimes(tr.path("a.go"), now, now); err != nil {
		t.Fatal(err)
	}
	m.Remember(e, []byte("answer"), "question")
	if _, ok := m.Recall("question"); ok || e.Settled() {
		t.Error("remembered, although a file has changed meanwhile")
	}
	e.Wrote(tr.path("a.go"), nil)
	if !e.Settled() {
		t.Error("what the tool writes itself unsettles it")
	}
	tr.write("a.go", "")
	m.Remember(e, []byte("answer"), "question")
	if got, ok := NewMemory(m.dir, nil).Recall("question"); !ok || string(got) != "answer" {
		t.Errorf("got %q, %v", got, ok)
	}
}

func TestViewSeesEachFileOnce(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	v := NewView()
	first, err := v.ReadFile(tr.path("a.go"))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := v.ReadDir(tr.dir)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d entries: %v", len(entries), err)
	}
	tr.write("a.go", "other")
	tr.write("b.go", "")
	if again, err := v.ReadFile(tr.path("a.go")); err != nil || string(again) != string(first) {
		t.Errorf("got %q: %v", again, err)
	}
	if again, err := v.ReadDir(tr.dir); err != nil || len(again) != 2 {
		t.Errorf("%d entries: %v", len(again), err)
	}
	v.Put(tr.path("c.go"), []byte("put"))
	if got, err := v.ReadFile(tr.path("c.go")); err != nil || string(got) != "put" {
		t.Errorf("got %q: %v", got, err)
	}
	if _, err := v.ReadFile(tr.path("d.go")); err == nil || v.sum(tr.path("d.go")) != missing {
		t.Error("a missing file is read")
	}
}

// FuzzParse reads any text as evidence, and what it accepts reads back the same.
func FuzzParse(f *testing.F) {
	e := NewEvidence(NewView())
	e.Exists("/a b\n\"c\"")
	f.Add(e.Append(nil))
	for _, s := range []string{"", "0\n", "1\n", "1\nc x \"a\"\nrest", "-1\n", "99999999999999999999\n", "2\nc x \"a\"\n", "1\nc x a\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		e, rest, err := Parse(text)
		if err != nil {
			return
		}
		again, _, err := Parse(append(e.Append(nil), rest...))
		if err != nil || !cmp.Equal(e.sums, again.sums, cmp.AllowUnexported(subject{})) {
			t.Errorf("%q reads back as something else: %v", text, err)
		}
	})
}
