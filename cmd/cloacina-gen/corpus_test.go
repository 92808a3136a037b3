package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/report"
	"github.com/cloacina-go/cloacina/internal/testmodule"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the tool says into the corpus")

// corpusCase is one testdata/KIND/NAME.txtar of the module: Go files of a
// package, and below it what the tool makes of them. "want.txt" is all it says,
// with the source; it is left out when that is nothing. "want/NAME" is a file
// it generates.
//
// What a case must show depends on its kind: in ok a file is generated without
// an error, in findings something is found, and in generated the whole file is
// compared.
type corpusCase struct {
	kind, file string
	archive    *txtar.Archive
	dir        string
	// packages are those of its directory.
	packages []*load.Package
}

// TestCorpus loads all cases as packages of one module, in one run of the tool,
// and compares what it says about each. Use -update to write that into them.
func TestCorpus(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	cases := readCorpus(t, root)
	loadCorpus(t, root, cases)
	for _, c := range cases {
		name := strings.TrimSuffix(filepath.Base(c.file), ".txtar")
		t.Run(c.kind+"/"+name, func(t *testing.T) { c.compare(t) })
	}
}

// readCorpus writes the Go files of each case into a directory of its own.
func readCorpus(t *testing.T, root string) []*corpusCase {
	t.Helper()
	repo, err := testmodule.Root()
	if err != nil {
		t.Fatal(err)
	}
	if err := testmodule.Init(root, "example.com/corpus"); err != nil {
		t.Fatal(err)
	}
	var cases []*corpusCase
	for _, kind := range []string{"ok", "findings", "generated"} {
		files, err := filepath.Glob(filepath.Join(repo, "testdata", kind, "*.txtar"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no cases in %s: %v", kind, err)
		}
		for _, file := range files {
			cases = append(cases, readCase(t, root, kind, file))
		}
	}
	return cases
}

func readCase(t *testing.T, root, kind, file string) *corpusCase {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSuffix(filepath.Base(file), ".txtar")
	c := &corpusCase{kind: kind, file: file, archive: archive, dir: filepath.Join(root, kind, name)}
	files := map[string]string{}
	for _, f := range archive.Files {
		if !wanted(f.Name) {
			files[f.Name] = string(f.Data)
		}
	}
	testmodule.Write(t, c.dir, files)
	return c
}

// wanted reports whether a file of a case is what the tool is to make of it.
func wanted(name string) bool { return name == "want.txt" || strings.HasPrefix(name, "want/") }

// loadCorpus loads all cases at once. If the tool gives up it loads them one by
// one, to tell which one it is.
func loadCorpus(t *testing.T, root string, cases []*corpusCase) {
	t.Helper()
	generate := new(compiler).compile
	packages, err := load.Load(context.Background(), load.Config{Dir: root, Patterns: []string{"./..."}, Generate: generate})
	if err == nil {
		for _, c := range cases {
			c.take(packages)
		}
		return
	}
	t.Errorf("loading the whole corpus: %v", err)
	for _, c := range cases {
		own, err := load.Load(context.Background(), load.Config{Dir: c.dir, Patterns: []string{"./..."}, Generate: generate})
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
		}
		c.take(own)
	}
}

// take keeps the packages of the case's directory.
func (c *corpusCase) take(packages []*load.Package) {
	for _, p := range packages {
		if p.Dir == c.dir || strings.HasPrefix(p.Dir, c.dir+string(filepath.Separator)) {
			c.packages = append(c.packages, p)
		}
	}
}

func (c *corpusCase) compare(t *testing.T) {
	t.Helper()
	output, findings := c.render(t)
	got := map[string]string{}
	if output != "" {
		got["want.txt"] = output
	}
	generated := c.generated(t)
	if c.kind == "generated" {
		for name, content := range generated {
			got["want/"+name] = content
		}
	}
	count := report.CountOf(findings)
	switch {
	case c.kind == "findings" && len(findings) == 0:
		t.Error("nothing is found; such a case belongs to ok")
	case c.kind != "findings" && (count.Errors > 0 || len(generated) == 0):
		t.Errorf("%d files are generated, with %d errors:\n%s", len(generated), count.Errors, output)
	}
	if *update {
		c.update(t, got)
		return
	}
	want := map[string]string{}
	for _, f := range c.archive.Files {
		if wanted(f.Name) {
			want[f.Name] = string(f.Data)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got; write it with -update):\n%s", c.file, diff)
	}
}

// render returns everything that is said about the case.
func (c *corpusCase) render(t *testing.T) (string, []annotations.Finding) {
	t.Helper()
	var findings []annotations.Finding
	for _, p := range c.packages {
		findings = append(findings, p.Findings...)
	}
	findings = report.Sort(findings)
	var b strings.Builder
	p := &report.Printer{W: &b, Dir: c.dir, Block: true, Read: os.ReadFile}
	if err := p.Print(findings); err != nil {
		t.Fatal(err)
	}
	return b.String(), findings
}

// generated returns the generated files by their slashed path in the case.
func (c *corpusCase) generated(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, p := range c.packages {
		for _, o := range p.Outputs {
			name, err := filepath.Rel(c.dir, o.Path)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.ToSlash(name)] = string(o.Content)
		}
	}
	return files
}

// update puts what was made of the case behind its Go files.
func (c *corpusCase) update(t *testing.T, got map[string]string) {
	t.Helper()
	c.archive.Files = slices.DeleteFunc(c.archive.Files, func(f txtar.File) bool { return wanted(f.Name) })
	var names []string
	for name := range got {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		c.archive.Files = append(c.archive.Files, txtar.File{Name: name, Data: []byte(got[name])})
	}
	if err := os.WriteFile(c.file, txtar.Format(c.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
