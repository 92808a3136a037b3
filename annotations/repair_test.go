package annotations

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// Each fix for a file of the corpus removes its finding.
func TestFixesRepairTheCorpus(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob("../testdata/findings/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("found %d cases: %v", len(cases), err)
	}
	fixes := 0
	for _, name := range cases {
		if strings.HasSuffix(name, "limits.txtar") {
			continue // one of 100 repairs only makes room for the next finding
		}
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".go") {
				fixes += repair(t, name, string(file.Data))
			}
		}
	}
	if fixes < 50 {
		t.Errorf("only %d fixes were tried", fixes)
	}
}

// repair tries the fixes for one file and returns how many there are.
func repair(t *testing.T, name, src string) int {
	t.Helper()
	before := fileFindings(t, src)
	tried := 0
	for _, f := range before {
		for _, fix := range f.Fixes {
			tried++
			after := fileFindings(t, apply(src, fix.Edits))
			if alike(after, f) >= alike(before, f) {
				t.Errorf("%s: %s %s: fix %q leaves it", filepath.Base(name), f.Span, f.Message, fix.Message)
			}
		}
	}
	return tried
}

// alike counts the findings that say the same, wherever.
func alike(findings []Finding, f Finding) int {
	n := 0
	for _, other := range findings {
		if other.Code == f.Code && other.Message == f.Message {
			n++
		}
	}
	return n
}
