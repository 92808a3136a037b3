package check

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/cloacina-go/cloacina/annotations"
)

// repaired are the codes whose fixes are tried out.
var repaired = []annotations.Code{
	annotations.CodeMissingKey, annotations.CodeRunsAfterFailure, annotations.CodeNeverSet,
	annotations.CodeUnorderedWriters, annotations.CodeNegatedMissing, annotations.CodeDeletedKey,
	annotations.CodeFallbackFailsRun, annotations.CodeUnhandledFailure, annotations.CodeRunTooLong,
	annotations.CodeAttemptBeyondRun, annotations.CodeRetryWithoutUse,
	annotations.CodeAlwaysTrue, annotations.CodeConstantLeaf, annotations.CodeOverlap, annotations.CodeGap,
	annotations.CodeNeverCompletes,
}

// TestFixesOfFlowAndPolicyRepair applies each fix of those codes in the cases of a
// single file: what it is for is then no longer found, and nothing that was right is an error.
func TestFixesOfFlowAndPolicyRepair(t *testing.T) {
	t.Parallel()
	var names []string
	for _, pattern := range []string{"testdata/*.txtar", "../../testdata/findings/*.txtar"} {
		some, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, some...)
	}
	tried := make(map[annotations.Code]int)
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files := goFiles(archive)
		if len(files) != 1 || files["tasks.go"] == "" {
			continue // the imports of larger cases are not at hand
		}
		for _, f := range findingsIn(t, files) {
			if !slices.Contains(repaired, f.Code) {
				continue
			}
			for _, fix := range f.Fixes {
				tried[f.Code]++
				tryFix(t, name, files, f, fix)
			}
		}
	}
	for _, code := range repaired {
		if tried[code] == 0 {
			t.Errorf("no fix of %s is tried", code)
		}
	}
}

func goFiles(archive *txtar.Archive) map[string]string {
	files := make(map[string]string)
	for _, f := range archive.Files {
		if strings.HasSuffix(f.Name, ".go") && !strings.Contains(f.Name, "/") {
			files[f.Name] = string(f.Data)
		}
	}
	return files
}

func findingsIn(t *testing.T, files map[string]string) []annotations.Finding {
	t.Helper()
	_, findings := Check(newWorld().load(t, files))
	return findings
}

// tryFix makes the edits of one fix and looks again.
func tryFix(t *testing.T, name string, files map[string]string, f annotations.Finding, fix annotations.Fix) {
	t.Helper()
	files = maps.Clone(files)
	byFile := make(map[string][]annotations.Edit)
	for _, e := range fix.Edits {
		byFile[e.Span.File] = append(byFile[e.Span.File], e)
	}
	for file, edits := range byFile {
		files[file] = apply(files[file], annotations.Fix{Edits: edits})
	}
	for _, left := range findingsIn(t, files) {
		if left.Code.Severity() == annotations.SeverityError || left.Code == f.Code && subject(left) == subject(f) {
			t.Errorf("%s: after the fix %q of %q there is %s: %s\n%s",
				name, fix.Message, f.Message, left.Code, left.Message, files[f.Span.File])
		}
	}
}

// subject is the task and the first key that a finding names.
func subject(f annotations.Finding) string {
	parts := strings.SplitN(f.Message, `"`, 5)
	return strings.Join(parts[:min(len(parts), 4)], `"`)
}
