package check

import (
	"flag"
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// TestGolden checks each archive of testdata: the files without a directory are
// the package, those below a directory are other packages, and "want" is what
// is found and built. The comment may say "test" for [Source.Test], and
// "excluded NAME REASON" for a file that is no part of the build.
func TestGolden(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatalf("found %d cases: %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := runArchive(t, archive)
			want := ""
			last := len(archive.Files) - 1
			if archive.Files[last].Name == "want" {
				want = string(archive.Files[last].Data)
				archive.Files = archive.Files[:last]
			}
			if *update {
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got; go test -update rewrites it\n%s", diff)
			}
		})
	}
}

// runArchive checks the package of an archive and prints everything about it.
func runArchive(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	w := newWorld()
	excluded := make(map[string]string)
	test := false
	for line := range strings.Lines(string(archive.Comment)) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch verb {
		case "test":
			test = true
		case "excluded":
			name, reason, _ := strings.Cut(rest, " ")
			excluded[name] = reason
		}
	}
	files := make(map[string]string)
	var left []ExcludedFile
	for _, f := range archive.Files {
		text := strings.ReplaceAll(string(f.Data), "{CR}", "\r")
		switch {
		case f.Name == "want":
		case excluded[f.Name] != "":
			left = append(left, ExcludedFile{Name: f.Name, Src: []byte(text), Reason: excluded[f.Name]})
		case strings.Contains(f.Name, "/"):
			w.add(f.Name, text)
		default:
			files[f.Name] = text
		}
	}
	src := w.load(t, files)
	src.Test, src.Excluded = test, left
	pkg, findings := Check(src)
	var b strings.Builder
	for _, line := range render(findings) {
		b.WriteString(line + "\n")
	}
	for _, flow := range pkg.Workflows {
		if err := flow.Plan.Validate(); err != nil {
			t.Error(err)
		}
		describe(&b, flow, types.RelativeTo(pkg.Types))
	}
	return b.String()
}

// render prints findings: one line each, its related places and fixes indented.
func render(findings []annotations.Finding) []string {
	var lines []string
	for _, f := range findings {
		lines = append(lines, fmt.Sprintf("%s-%d: %s %s: %s", f.Span, f.Span.End.Column, f.Code.Severity(), f.Code, f.Message))
		if f.Table != nil {
			for _, row := range append([][]string{f.Table.Head}, f.Table.Rows...) {
				lines = append(lines, strings.TrimRight("    | "+strings.Join(row, " | "), " "))
			}
		}
		for _, r := range f.Related {
			lines = append(lines, fmt.Sprintf("    %s: %s", r.Span, r.Message))
		}
		for _, fix := range f.Fixes {
			lines = append(lines, "    fix: "+fix.Message)
			for _, e := range fix.Edits {
				lines = append(lines, fmt.Sprintf("        %s-%d:%d %q", e.Span, e.Span.End.Line, e.Span.End.Column, e.New))
			}
		}
	}
	return lines
}

// describe prints a workflow: its plan and its Go side.
func describe(b *strings.Builder, w *Workflow, q types.Qualifier) {
	fmt.Fprintf(b, "workflow %s %q", w.Plan.Name, w.Plan.Description)
	if w.Receiver != nil {
		fmt.Fprintf(b, " on %s", types.TypeString(w.Receiver, q))
	}
	if w.Plan.Timeout > 0 {
		fmt.Fprintf(b, " timeout=%v", w.Plan.Timeout)
	}
	if w.Plan.Retention > 0 {
		fmt.Fprintf(b, " retention=%v", w.Plan.Retention)
	}
	b.WriteString("\n")
	for _, in := range w.Plan.Input {
		fmt.Fprintf(b, "  input %s %s optional=%v default=%s\n", in.Name, in.Shape, in.Optional, in.Default)
	}
	for i, t := range w.Plan.Tasks {
		describeTask(b, i, &t, w.Tasks[i], q)
	}
	for _, r := range w.Result {
		star := "*"
		if r.Always {
			star = ""
		}
		fmt.Fprintf(b, "  result %s %s%s %s\n", r.Name, star, types.TypeString(r.Type, q), r.Key)
	}
}

func describeTask(b *strings.Builder, i int, t *plan.Task, code *Task, q types.Qualifier) {
	form := [...]string{"dynamic", "in-out", "in", "out", "plain"}[code.Form]
	fmt.Fprintf(b, "  %d %s = %s %s after=%v", i, t.ID, form, t.Func, t.DependsOn)
	if t.AllowFailure {
		b.WriteString(" allow_failure")
	}
	if t.Open {
		b.WriteString(" open")
	}
	if t.Timeout > 0 {
		fmt.Fprintf(b, " timeout=%v", t.Timeout)
	}
	switch {
	case t.Retry.Attempts == 0 && t.Retry.Delay == 0:
		b.WriteString(" once")
	case !reflect.DeepEqual(t.Retry, plan.Retry{Attempts: 3, Delay: time.Second, MaxDelay: 30 * time.Second, Jitter: true}):
		fmt.Fprintf(b, " retry=%+v", t.Retry)
	}
	b.WriteString("\n")
	for _, fn := range []*types.Func{code.RetryIf, code.OnSuccess, code.OnFailure} {
		if fn != nil {
			fmt.Fprintf(b, "    calls %s\n", fn.Name())
		}
	}
	if t.Rule.Tree != nil {
		fmt.Fprintf(b, "    rule %s\n    tree %s\n", t.Rule.Text, treeText(t.Rule.Tree))
	}
	describeKeys(b, t, code, q)
}

func describeKeys(b *strings.Builder, t *plan.Task, code *Task, q types.Qualifier) {
	for _, r := range t.Rule.Reads {
		fmt.Fprintf(b, "    tests %s writers=%v walk=%v\n", r.Key, r.Writers, r.Walk)
	}
	for i, r := range t.Reads {
		f := code.readField(i)
		fmt.Fprintf(b, "    reads %s %s optional=%v writers=%v walk=%v into %s %s\n",
			r.Key, r.Shape, r.Optional, r.Writers, r.Walk, strings.Join(f.Path, "."), types.TypeString(f.Type, q))
	}
	for i, w := range t.Writes {
		fmt.Fprintf(b, "    writes %s %s optional=%v", w.Key, w.Shape, w.Optional)
		if w.Deletes {
			b.WriteString(" deletes")
		}
		if w.Fills {
			b.WriteString(" fills")
		}
		if code.Body != nil {
			fmt.Fprintf(b, " of %s", types.TypeString(code.writtenType(i), q))
		}
		if code.Out != nil {
			f := code.Out.Fields[i]
			fmt.Fprintf(b, " from %s %s", strings.Join(f.Path, "."), types.TypeString(f.Type, q))
		}
		b.WriteString("\n")
	}
}

// treeText prints a tree as nested lists.
func treeText(n *plan.Node) string {
	parts := []string{n.Op.String()}
	switch {
	case n.Op == plan.OpValue:
		parts = append(parts, n.Key, n.Cmp.String())
		for _, l := range n.Literals {
			parts = append(parts, fmt.Sprintf("%v", l))
		}
	case n.Op.Leaf():
		parts = append(parts, fmt.Sprint(n.Task))
	}
	for _, a := range n.Args {
		parts = append(parts, treeText(a))
	}
	return "(" + strings.Join(parts, " ") + ")"
}
