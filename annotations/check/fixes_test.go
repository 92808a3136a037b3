package check

import (
	"go/format"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/cloacina-go/cloacina/annotations"
)

// Each fix of each finding in testdata gives source that parses, whose annotations
// gofmt leaves as they are, and that no longer has the finding.
func TestFixesRepairTestdata(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("found %d cases: %v", len(names), err)
	}
	tried := 0
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c := newRepairCase(t, strings.TrimSuffix(filepath.Base(name), ".txtar"), archive)
		tried += c.repair()
	}
	if tried < 60 {
		t.Errorf("only %d fixes were tried", tried)
	}
}

// repairCase is a package of testdata whose files can be changed.
type repairCase struct {
	t    *testing.T
	name string
	// files are those of the package; others those of other packages.
	files, others map[string]string
	test          bool
}

func newRepairCase(t *testing.T, name string, archive *txtar.Archive) *repairCase {
	t.Helper()
	c := &repairCase{t: t, name: name, files: map[string]string{}, others: map[string]string{}}
	var excluded []string
	for line := range strings.Lines(string(archive.Comment)) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if verb == "excluded" {
			file, _, _ := strings.Cut(rest, " ")
			excluded = append(excluded, file)
		}
		c.test = c.test || verb == "test"
	}
	for _, f := range archive.Files {
		text := strings.ReplaceAll(string(f.Data), "{CR}", "\r")
		switch {
		case f.Name == "want" || slices.Contains(excluded, f.Name):
		case strings.Contains(f.Name, "/"):
			c.others[f.Name] = text
		default:
			c.files[f.Name] = text
		}
	}
	return c
}

// findings checks the package with one file changed.
func (c *repairCase) findings(name, text string) []annotations.Finding {
	w := newWorld()
	files := make(map[string]string)
	for file, old := range c.files {
		files[file] = old
	}
	if name != "" {
		files[name] = text
	}
	for file, old := range c.others {
		w.add(file, old)
	}
	pkg, info, trees, err := w.check("example.com/pkg", files)
	if err != nil {
		c.t.Errorf("%s: %v", c.name, err)
		return nil
	}
	bytes := make(map[string][]byte)
	for file, text := range files {
		bytes[file] = []byte(text)
	}
	_, findings := Check(&Source{
		Fset: w.fset, Dir: "/src/pkg", Files: trees, Bytes: bytes, Types: pkg, Info: info, Test: c.test,
	})
	return findings
}

// repair tries all fixes and returns how many there are.
func (c *repairCase) repair() int {
	tried := 0
	before := c.findings("", "")
	for _, f := range before {
		for _, fix := range f.Fixes {
			tried++
			c.try(before, f, fix)
		}
	}
	return tried
}

func (c *repairCase) try(before []annotations.Finding, f annotations.Finding, fix annotations.Fix) {
	file := fix.Edits[0].Span.File
	for _, e := range fix.Edits {
		if e.Span.File != file {
			c.t.Errorf("%s: the edits of %q are not in one file", c.name, fix.Message)
			return
		}
	}
	fixed := apply(c.files[file], fix)
	tidy, err := format.Source([]byte(fixed))
	if err != nil {
		c.t.Errorf("%s: %q: %v\n%s", c.name, fix.Message, err, fixed)
		return
	}
	directives := regexp.MustCompile(`(?m)^\s*//cloacina:[a-z].*?\r?$`)
	trimmed := func(text string) []string {
		lines := directives.FindAllString(text, -1)
		for i := range lines {
			lines[i] = strings.TrimSpace(lines[i])
		}
		return lines
	}
	if diff := cmp.Diff(trimmed(fixed), trimmed(string(tidy))); diff != "" {
		c.t.Errorf("%s: gofmt changes what %q has written (-fixed +gofmt):\n%s", c.name, fix.Message, diff)
	}
	if after := c.findings(file, fixed); alike(after, f) >= alike(before, f) {
		c.t.Errorf("%s: %q leaves %s: %s\n%s", c.name, fix.Message, f.Code, f.Message, fixed)
	}
}
