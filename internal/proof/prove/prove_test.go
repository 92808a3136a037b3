package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

func sample(name, test string, target int64) row {
	return row{name: name, pkg: "internal/proof/prove/testdata/sample", test: test, target: target, budget: 50 * time.Millisecond}
}

func newTestHarness(t *testing.T, bugs bool) *harness {
	t.Helper()
	b, err := newHarness(t.Context(), bugs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	return b
}

var spaces = regexp.MustCompile(` +`)

// lines are the lines of a table without its times and padding.
func lines(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(spaces.ReplaceAllString(line, " "))
		list = append(list, regexp.MustCompile(` \d+\.\d( |$)`).ReplaceAllString(line, " T "))
	}
	return list
}

func TestTrust(t *testing.T) {
	t.Parallel()
	b := newTestHarness(t, false)
	var out strings.Builder
	list := []row{
		sample("holds", "TestHolds", 5), sample("fails", "TestFails", 8), sample("short", "TestShort", 2),
		sample("skipped", "TestSkipped", 1), sample("silent", "TestSilent", 1), sample("dies", "TestDies", 1),
	}
	err := trust(b, &out, list, 4)
	if err == nil || err.Error() != "below their target: fails, short, silent, dies" {
		t.Errorf("error is %v", err)
	}
	got := lines(out.String())
	for i, want := range []string{
		"name target done failures seed seconds",
		"holds 5 5 0 4 T p99 ms 15",
		"fails 8 8 1 4 T seed 6 failed first",
		"short 2 1 0 4 T",
		"skipped 1 0 0 4 T skipped: no such disk here",
		"silent 1 0 1 4 T",
		"dies 1 0 1 4 T",
	} {
		if strings.TrimSpace(got[i]) != want {
			t.Errorf("line is %q, want %q", got[i], want)
		}
	}
	for _, want := range []string{"fails, seed 6: a wrong answer", `the test said nothing about "dies"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &out)
		}
	}
}

func TestSoakDoesRowsForAsLongAsItIsTold(t *testing.T) {
	t.Parallel()
	list := stretched([]row{sample("holds", "", 5), sample("holds", "", 5)}, time.Hour)
	for _, r := range list {
		if r.budget != 30*time.Minute || !r.endless {
			t.Errorf("row is %+v", r)
		}
	}
	b := newTestHarness(t, false)
	var out strings.Builder
	list = stretched([]row{sample("short", "TestShort", 2)}, 20*time.Millisecond)
	if err := trust(b, &out, list, 1); err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
}

// The rows fit into twenty minutes, and each names a test that exists.
func TestRows(t *testing.T) {
	t.Parallel()
	b := newTestHarness(t, false)
	var sum time.Duration
	for _, r := range rows {
		sum += r.budget
		function, begun := declared(t, filepath.Join(b.root, filepath.FromSlash(r.pkg), "*_test.go"), r.test, r.name)
		if !begun { // the tests of every store begin theirs elsewhere
			_, begun = declared(t, filepath.Join(b.root, "internal/store/storetest/*.go"), r.test, r.name)
		}
		if !function || !begun {
			t.Errorf("row %q: %s has no test %s with a row of that name", r.name, r.pkg, r.test)
		}
	}
	if sum > 20*time.Minute {
		t.Errorf("the budgets are %v together", sum)
	}
}

// declared reports whether files have a function, and the name of a row.
func declared(t *testing.T, pattern, test, name string) (function, begun bool) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				function = function || n.Name.Name == test
			case *ast.BasicLit:
				begun = begun || n.Value == `"`+name+`"`
			}
			return true
		})
	}
	return function, begun
}

func TestBites(t *testing.T) {
	t.Parallel()
	seen := map[teeth.Bug]bool{}
	for _, bite := range bites {
		seen[bite.bug] = true
		if _, err := rowNamed(rows, bite.row); err != nil {
			t.Errorf("bug %q: %v", teeth.Names[bite.bug], err)
		}
	}
	for bug, name := range teeth.Names {
		if !seen[bug] {
			t.Errorf("no row is to catch %q", name)
		}
	}
}

func TestTeeth(t *testing.T) {
	t.Parallel()
	b := newTestHarness(t, true)
	var out strings.Builder
	list := []row{sample("bitten", "TestBitten", 100), sample("holds", "TestHolds", 100), sample("dies", "TestDies", 1)}
	bug := teeth.NormalForFull
	err := teethOf(b, &out, list, []bite{{bug, "bitten"}, {bug, "holds"}})
	if err == nil || err.Error() != "not caught: normal-for-full" {
		t.Errorf("error is %v", err)
	}
	for i, want := range []string{"bug row seconds budget", "normal-for-full bitten caught T 0", "normal-for-full holds MISSED T 0"} {
		if got := lines(out.String())[i]; got != want {
			t.Errorf("line is %q, want %q", got, want)
		}
	}
	if err := teethOf(b, &out, list, []bite{{bug, "dies"}}); err == nil || !strings.Contains(err.Error(), "without a bug") {
		t.Errorf("error is %v", err)
	}
}
