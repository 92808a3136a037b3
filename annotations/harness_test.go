package annotations

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// readFile parses a Go file and its annotations.
func readFile(tb testing.TB, src string) (*Source, []Finding) {
	tb.Helper()
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, "f.go", src, parser.ParseComments|parser.SkipObjectResolution)
	return ParseFile(fset, file, []byte(src))
}

// onFunc puts directive lines on a function.
func onFunc(lines string) string { return "package p\n\n" + lines + "\nfunc F() {}\n" }

// onPackage puts directive lines on the package.
func onPackage(lines string) string { return lines + "\npackage p\n" }

// readTask returns the task of a function with these directive lines, which must
// have no findings.
func readTask(t *testing.T, lines string) *Task {
	t.Helper()
	source, findings := readFile(t, onFunc(lines))
	wantNone(t, findings)
	if len(source.Tasks) != 1 {
		t.Fatalf("got %d tasks, want 1", len(source.Tasks))
	}
	return source.Tasks[0]
}

func readWorkflow(t *testing.T, lines string) *Workflow {
	t.Helper()
	source, findings := readFile(t, onPackage(lines))
	wantNone(t, findings)
	if len(source.Workflows) != 1 {
		t.Fatalf("got %d workflows, want 1", len(source.Workflows))
	}
	return source.Workflows[0]
}

func wantNone(t *testing.T, findings []Finding) {
	t.Helper()
	for _, f := range findings {
		t.Errorf("unexpected finding %s %s: %s", f.Span, f.Code, f.Message)
	}
}

// marked is a source whose expected spans are marked: «span». fixed is what the
// first fixes of all findings make of it; empty if some finding has no fix.
type marked struct {
	name  string
	text  string
	want  []string // "CODE part of the message", in the order of the marks
	fixed string
	// stays says that the fixes do not add up to a correct source.
	stays bool
}

// unmark removes the marks and returns the byte ranges between them.
func unmark(text string) (plain string, ranges [][2]int) {
	var b strings.Builder
	var open []int
	for _, r := range text {
		switch r {
		case '«':
			open = append(open, len(ranges))
			ranges = append(ranges, [2]int{b.Len(), -1})
		case '»':
			ranges[open[len(open)-1]][1] = b.Len()
			open = open[:len(open)-1]
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), ranges
}

// check compares findings about the plain text with the marks, columns included.
func (m marked) check(t *testing.T, plain string, ranges [][2]int, findings []Finding) {
	t.Helper()
	var got []string
	for _, f := range findings {
		got = append(got, describe(plain, f))
	}
	var want []string
	for i, r := range ranges {
		code, _, _ := strings.Cut(m.want[i], " ")
		want = append(want, describe(plain, Finding{Code: Code(code), Span: spanAt(plain, r[0], r[1])}))
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		for _, f := range findings {
			t.Logf("%s %s: %s", f.Span, f.Code, f.Message)
		}
		t.Fatalf("findings differ (-want +got):\n%s", diff)
	}
	for i, f := range findings {
		_, part, _ := strings.Cut(m.want[i], " ")
		if !strings.Contains(f.Message, part) {
			t.Errorf("message %q does not contain %q", f.Message, part)
		}
		if strings.ContainsAny(f.Message, "\n\r") {
			t.Errorf("message %q has more than one line", f.Message)
		}
	}
}

// describe names a finding's code, text, and both ends by line and column.
func describe(src string, f Finding) string {
	s := f.Span
	return fmt.Sprintf("%s %d:%d-%d:%d %q", f.Code, s.Start.Line, s.Start.Column, s.End.Line, s.End.Column,
		src[s.Start.Offset:s.End.Offset])
}

// spanAt counts lines and columns from nothing but the bytes.
func spanAt(src string, start, end int) Span {
	pos := func(offset int) Pos {
		before := src[:offset]
		return Pos{offset, 1 + strings.Count(before, "\n"), offset - strings.LastIndexByte(before, '\n')}
	}
	return Span{Start: pos(start), End: pos(end)}
}

// applyFirst applies the first fix of each finding, and says if each had one.
func applyFirst(src string, findings []Finding) (string, bool) {
	var edits []Edit
	all := true
	for _, f := range findings {
		if len(f.Fixes) == 0 {
			all = false
			continue
		}
		edits = append(edits, f.Fixes[0].Edits...)
	}
	return apply(src, edits), all
}

// apply makes edits that do not overlap. At the same place they keep their order.
func apply(src string, edits []Edit) string {
	slices.SortStableFunc(edits, func(a, b Edit) int {
		return cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset)
	})
	var out strings.Builder
	done := 0
	for _, e := range edits {
		out.WriteString(src[done:e.Span.Start.Offset] + e.New)
		done = e.Span.End.Offset
	}
	return out.String() + src[done:]
}

// checkMarked runs marked cases. wrap turns the text of a case into a file, read
// reports the findings of one.
func checkMarked(t *testing.T, cases []marked, wrap func(string) string, read func(testing.TB, string) []Finding) {
	t.Helper()
	for _, m := range cases {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			plain, ranges := unmark(wrap(m.text))
			findings := read(t, plain)
			m.check(t, plain, ranges, findings)
			fixed, all := applyFirst(plain, findings)
			switch {
			case m.fixed == "" && !m.stays && all && len(findings) > 0:
				t.Errorf("every finding has a fix, together they give %q", fixed)
			case m.fixed != "":
				if diff := gocmp.Diff(wrap(m.fixed), fixed); diff != "" {
					t.Errorf("fixes differ (-want +got):\n%s", diff)
				}
				wantNone(t, read(t, fixed))
			}
		})
	}
}

func fileFindings(tb testing.TB, src string) []Finding {
	tb.Helper()
	_, findings := readFile(tb, src)
	return findings
}

func ruleFindings(_ testing.TB, text string) []Finding {
	_, findings := ParseRule(text)
	return findings
}

func unchanged(s string) string { return s }
