package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// plansOf prints the plans of a package, to compare them.
func plansOf(tb testing.TB, pkg *Package) string {
	tb.Helper()
	var b bytes.Buffer
	for _, w := range pkg.Workflows {
		if err := json.NewEncoder(&b).Encode(w.Plan); err != nil {
			tb.Fatal(err)
		}
		for _, r := range w.Result {
			fmt.Fprintln(&b, r.Name, r.Key, r.Type, r.Always)
		}
	}
	return b.String()
}

const pipeline = `
// Package pkg does things.
//
//cloacina:workflow timeout=1h
package pkg

import "context"

type In struct{ N int }
type Out struct{ Score float64 }

//cloacina:task
func Load(ctx context.Context, in In) (Out, error) { return Out{}, nil }

// Good is for good scores.
//
//cloacina:task dependencies=load trigger_rules=(task_success(load) && context_value("score") > 0.5)
func Good(ctx context.Context) error { return nil }

//cloacina:task dependencies=* trigger_rules=none_failed
func Report(ctx context.Context) error { return nil }
`

// An edit beside the annotations, in a body or of the layout, leaves the plan as it is.
func TestQuiet(t *testing.T) {
	t.Parallel()
	pkg, _ := checkText(t, pipeline)
	want := plansOf(t, pkg)
	if !strings.Contains(want, `"Fingerprint":"`) {
		t.Fatal("no plan")
	}
	for _, edited := range []string{
		strings.ReplaceAll(pipeline, "\n", "\r\n"),
		strings.ReplaceAll(pipeline, "return nil }", "_ = 1\n\n\treturn nil\n}"),
		strings.Replace(pipeline, "type In", "\n\n// In is read.\ntype In", 1),
		strings.Replace(pipeline, "import", "var before = 1\n\nimport", 1) + "\nfunc after() {}\n",
		strings.Replace(pipeline, "dependencies=load trigger", "dependencies=[ load,\n//cloacina:task ] trigger", 1),
	} {
		edited = strings.Replace(edited, "var before = 1\n\nimport \"context\"", "import \"context\"\n\nvar before = 1", 1)
		pkg, findings := checkText(t, edited)
		if got := plansOf(t, pkg); got != want {
			t.Errorf("the plan changes with\n%s\nto\n%s\n%v", edited, got, findings)
		}
	}
}

// A change of meaning changes the fingerprint.
func TestFingerprintFollowsMeaning(t *testing.T) {
	t.Parallel()
	pkg, _ := checkText(t, pipeline)
	want := pkg.Workflows[0].Plan.Fingerprint
	for _, change := range [][2]string{
		{"0.5", "0.6"}, {"timeout=1h", "timeout=2h"}, {"Score float64", "Score int"}, {"dependencies=*", "dependencies=good"},
		{"//cloacina:task\n", "//cloacina:task retry_attempts=1\n"},
	} {
		pkg, findings := checkText(t, strings.Replace(pipeline, change[0], change[1], 1))
		if len(pkg.Workflows) != 1 || pkg.Workflows[0].Plan.Fingerprint == want {
			t.Errorf("%s: same fingerprint, or none: %v", change, findings)
		}
	}
}

// drawSource draws a file with annotations, good ones and bad ones.
func drawSource(t *rapid.T) string {
	ids := []string{"a", "b", "c", "d", "e", "zz"}
	id := rapid.SampledFrom(ids)
	var b strings.Builder
	b.WriteString("//cloacina:workflow" + rapid.SampledFrom([]string{"", " input=In", " default_trigger_rules=all_success", " name=x"}).Draw(t, "workflow"))
	b.WriteString("\npackage pkg\n\nimport \"context\"\n\ntype In struct{ X int; Y *int }\ntype Out struct{ X int; Z string }\n")
	for i := range rapid.IntRange(1, 5).Draw(t, "tasks") {
		b.WriteString("\n//cloacina:task")
		if deps := rapid.SliceOfN(id, 0, 3).Draw(t, "deps"); len(deps) > 0 {
			b.WriteString(" dependencies=[" + strings.Join(deps, ", ") + "]")
		} else if rapid.IntRange(0, 4).Draw(t, "star") == 0 {
			b.WriteString(" dependencies=*")
		}
		if rapid.Bool().Draw(t, "rule") {
			b.WriteString(" trigger_rules=(" + drawRuleText(t, id, 2) + ")")
		}
		sig := rapid.SampledFrom([]string{
			"(ctx context.Context) error", "(ctx context.Context, in In) error", "(ctx context.Context) (Out, error)",
			"(ctx context.Context, in In) (Out, error)", "(ctx context.Context, in Out) (In, error)", "(x int)",
		}).Draw(t, "signature")
		fmt.Fprintf(&b, "\nfunc %c%s { panic(0) }\n", 'A'+i, sig)
	}
	return b.String()
}

func drawRuleText(t *rapid.T, id *rapid.Generator[string], depth int) string {
	kind := rapid.IntRange(0, 6).Draw(t, "rule kind")
	if depth == 0 {
		kind %= 4
	}
	switch kind {
	case 0:
		return "task_success(" + id.Draw(t, "id") + ")"
	case 1:
		return "task_failed(" + id.Draw(t, "id") + ")"
	case 2:
		return rapid.SampledFrom([]string{
			`context_value("x") > 1`, `context_value("y") == "1"`, `context_value("z", in, 1, "2")`, `context_value("/xx/1") == 1`,
			`context_value("/x/y", exists)`, `context_value("xy", exists)`,
		}).Draw(t, "value")
	case 3:
		return rapid.SampledFrom([]string{"one_success", "none_failed", "all_done", "always"}).Draw(t, "word")
	case 4:
		return "!" + drawRuleText(t, id, 0)
	case 5:
		return "all(" + drawRuleText(t, id, depth-1) + ", " + drawRuleText(t, id, depth-1) + ")"
	}
	return "(" + drawRuleText(t, id, depth-1) + ") || (" + drawRuleText(t, id, depth-1) + ")"
}

// Whatever stands in the annotations, the answer is the same each time, sorted,
// and a workflow is returned only as a valid plan and without an error.
func TestCheckAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := drawSource(rt)
		src := newWorld().load(t, map[string]string{"tasks.go": text})
		pkg, findings := Check(src)
		again, same := Check(src)
		if !slices.Equal(render(findings), render(same)) || plansOf(t, pkg) != plansOf(t, again) {
			rt.Fatal("two answers")
		}
		failed := false
		for i, f := range findings {
			failed = failed || f.Code.Severity() == 0
			if i > 0 && compareSpans(findings[i-1].Span, f.Span) > 0 {
				rt.Fatalf("not sorted: %v", render(findings))
			}
			checkEdits(rt, text, findings[i].Span.End.Offset)
			for _, fix := range f.Fixes {
				for _, e := range fix.Edits {
					checkEdits(rt, text, e.Span.Start.Offset, e.Span.End.Offset)
				}
			}
		}
		if failed == (len(pkg.Workflows) == 1) {
			rt.Fatalf("%d workflows with %v\n%s", len(pkg.Workflows), render(findings), text)
		}
		for _, w := range pkg.Workflows {
			if err := w.Plan.Validate(); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

func checkEdits(t *rapid.T, text string, offsets ...int) {
	for i, o := range offsets {
		if o < 0 || o > len(text) || i > 0 && o < offsets[i-1] {
			t.Fatalf("an edit at %v", offsets)
		}
	}
}

// A machine-applicable fix removes its finding.
func TestFixesRepair(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := drawSource(rt)
		_, findings := Check(newWorld().load(t, map[string]string{"tasks.go": text}))
		if slices.ContainsFunc(findings, func(f annotations.Finding) bool { return f.Code < annotations.CodeSignature }) {
			return // what the parser left out stays behind a fix
		}
		for _, f := range findings {
			for _, fix := range f.Fixes {
				fixed := apply(text, fix)
				src := newWorld()
				pkg, info, files, err := src.check("example.com/pkg", map[string]string{"tasks.go": fixed})
				if err != nil {
					rt.Fatalf("%s: %v\n%s", fix.Message, err, fixed)
				}
				_, left := Check(&Source{
					Fset: src.fset, Dir: "/src/pkg", Files: files, Bytes: map[string][]byte{"tasks.go": []byte(fixed)}, Types: pkg, Info: info,
				})
				if alike(left, f) >= alike(findings, f) {
					rt.Fatalf("%s leaves %s\n%s", fix.Message, render(left), fixed)
				}
			}
		}
	})
}

// alike counts the findings that say the same, wherever.
func alike(findings []annotations.Finding, f annotations.Finding) int {
	n := 0
	for _, other := range findings {
		if other.Code == f.Code && other.Message == f.Message {
			n++
		}
	}
	return n
}

// Files may come in any order.
func TestFileOrder(t *testing.T) {
	t.Parallel()
	text := func(file string) string {
		return "package pkg\n\nimport \"context\"\n\n//cloacina:task\nfunc " + file + "(ctx context.Context) error { return nil }\n"
	}
	files := map[string]string{"a.go": "//cloacina:workflow\n" + text("A"), "b.go": text("B"), "c.go": text("C")}
	var want string
	for range 3 {
		src := newWorld().load(t, files)
		src.Files = append(src.Files[1:], src.Files[0])
		pkg, _ := Check(src)
		got := plansOf(t, pkg)
		if want != "" && got != want {
			t.Errorf("%s, then %s", want, got)
		}
		want = got
		files["0.go"] = "package pkg\n"
	}
}

func TestTreeIsExpanded(t *testing.T) {
	t.Parallel()
	pkg, _ := checkText(t, pipeline)
	rule := pkg.Workflows[0].Plan.Tasks[2].Rule
	if rule.Text != "none_failed" || rule.Tree.Op != plan.OpNone || len(rule.Tree.Args) != 2 {
		t.Errorf("rule %+v", rule)
	}
}
