package annotations

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestCodesAreSortedAndComplete(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^CL\d{4}$`)
	var codes []string
	for _, info := range Codes() {
		codes = append(codes, string(info.Code))
		if !form.MatchString(string(info.Code)) {
			t.Errorf("code %q has another form than CL0000", info.Code)
		}
		if info.Title == "" || strings.HasSuffix(info.Title, ".") || len(info.Title) > 60 {
			t.Errorf("%s: title %q is no short phrase", info.Code, info.Title)
		}
		if len(info.Explanation) < 60 || !strings.HasSuffix(info.Explanation, ".") {
			t.Errorf("%s: explanation %q is no sentence", info.Code, info.Explanation)
		}
		if got, ok := info.Code.Info(); !ok || got != info {
			t.Errorf("%s.Info() = %v, %t", info.Code, got, ok)
		}
	}
	if !slices.IsSorted(codes) {
		t.Error("codes are not sorted")
	}
	if unique := slices.Compact(slices.Clone(codes)); len(unique) != len(codes) {
		t.Error("a code stands in the table twice")
	}
	if diff := gocmp.Diff(declaredCodes(t), codes); diff != "" {
		t.Errorf("table and constants differ (-constants +table):\n%s", diff)
	}
}

// declaredCodes returns the values of all constants of type Code in the package.
func declaredCodes(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("code_*.go")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Code" {
				value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				found = append(found, value)
			}
			return true
		})
	}
	slices.Sort(found)
	return found
}

func TestSeverities(t *testing.T) {
	t.Parallel()
	for code, want := range map[Code]string{
		CodeUnknownKey:          "error",
		CodeEmptyRule:           "warning",
		CodeRedundantDependency: "hint",
		"CL9999":                "error",
	} {
		if got := code.Severity().String(); got != want {
			t.Errorf("%s is of severity %s, want %s", code, got, want)
		}
	}
	if _, ok := Code("CL9999").Info(); ok {
		t.Error("CL9999 is in the table")
	}
}

func TestCodesMayBeChangedByTheCaller(t *testing.T) {
	t.Parallel()
	Codes()[0].Title = "changed"
	if Codes()[0].Title == "changed" {
		t.Error("Codes returns the table itself")
	}
}
