package report

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what is printed into the golden files")

// TestGolden prints the findings of each testdata/*.txtar. The file "findings"
// describes them, one a line; the texts are those of the other files, and
// "plain", "block" and "colour" hold what is printed in each way, "json", "sarif"
// and "github" what is printed in these formats.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			golden(t, file)
		})
	}
}

func golden(t *testing.T, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, f := range archive.Files {
		texts[f.Name] = unescape(t, f.Name, string(f.Data))
	}
	findings := describe(t, texts, texts["findings"])
	for i, f := range archive.Files {
		got, ok := printAs(t, f.Name, texts, findings)
		if !ok {
			continue
		}
		if *update {
			archive.Files[i].Data = []byte(got)
		} else if diff := cmp.Diff(string(f.Data), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
	if *update {
		// Another test reads one of them at the same time.
		if err := errors.Join(os.WriteFile(file+"~", txtar.Format(archive), 0o644), os.Rename(file+"~", file)); err != nil {
			t.Fatal(err)
		}
	}
}

// unescape reads the text of a file called *.quoted as lines of Go strings, so
// that golden files can hold any byte.
func unescape(t *testing.T, name, data string) string {
	t.Helper()
	if !strings.HasSuffix(name, ".quoted") {
		return data
	}
	var b strings.Builder
	for line := range strings.Lines(data) {
		s, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("%s: %s: %v", name, line, err)
		}
		b.WriteString(s)
	}
	return b.String()
}

func printAs(t *testing.T, mode string, texts map[string]string, findings []annotations.Finding) (string, bool) {
	t.Helper()
	var b strings.Builder
	p := &Printer{W: &b, Read: func(name string) ([]byte, error) {
		if text, ok := texts[name]; ok {
			return []byte(text), nil
		}
		return nil, os.ErrNotExist
	}}
	switch mode {
	case "plain":
	case "block":
		p.Block = true
	case "colour":
		p.Block, p.Colour = true, true
	case "json", "sarif", "github":
		p.Format = Format(mode)
	default:
		return "", false
	}
	if err := p.Print(findings); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(b.String(), "\x1b", "ESC"), true
}

// describe reads lines of the form
//
//	CODE FILE:LINE `marked text` message
//	related FILE:LINE `marked text` message
//	fix message
//	edit FILE:LINE `marked text` replacement
//	head title | title
//	row cell | cell
func describe(t *testing.T, texts map[string]string, text string) []annotations.Finding {
	t.Helper()
	var findings []annotations.Finding
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch word {
		case "":
		case "fix":
			f := &findings[len(findings)-1]
			f.Fixes = append(f.Fixes, annotations.Fix{Message: rest})
		case "edit":
			f := &findings[len(findings)-1]
			fix := &f.Fixes[len(f.Fixes)-1]
			span, text := place(t, texts, rest)
			fix.Edits = append(fix.Edits, annotations.Edit{Span: span, New: text})
		case "head":
			findings[len(findings)-1].Table = &annotations.Table{Head: strings.Split(rest, " | ")}
		case "row":
			table := findings[len(findings)-1].Table
			table.Rows = append(table.Rows, strings.Split(unescape(t, ".quoted", `"`+rest+`"`), " | "))
		case "related":
			f := &findings[len(findings)-1]
			span, message := place(t, texts, rest)
			f.Related = append(f.Related, annotations.Related{Span: span, Message: message})
		default:
			span, message := place(t, texts, rest)
			findings = append(findings, annotations.Finding{Code: annotations.Code(word), Span: span, Message: message})
		}
	}
	return findings
}

func place(t *testing.T, texts map[string]string, text string) (annotations.Span, string) {
	t.Helper()
	at, rest, _ := strings.Cut(text, " ")
	file, number, _ := strings.Cut(at, ":")
	quoted, err := strconv.QuotedPrefix(rest)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	marked, _ := strconv.Unquote(quoted)
	message := strings.TrimSpace(rest[len(quoted):])
	if strings.Contains(message, `\`) {
		if message, err = strconv.Unquote(`"` + message + `"`); err != nil {
			t.Fatal(err)
		}
	}
	line, err := strconv.Atoi(number)
	if err != nil {
		return annotations.Span{File: file}, message
	}
	return spanOf(t, file, texts[file], line, marked), message
}

// spanOf finds the marked text in a line.
func spanOf(t *testing.T, file, text string, line int, marked string) annotations.Span {
	t.Helper()
	lines := strings.SplitAfter(text, "\n")
	rest := strings.Join(lines[line-1:], "")
	i := strings.Index(rest, marked)
	if i < 0 {
		t.Fatalf("%s:%d does not hold %q", file, line, marked)
	}
	before := len(text) - len(rest) + i
	start := annotations.Pos{Offset: before, Line: line, Column: i + 1}
	end := annotations.Pos{Line: line, Column: i + 1 + len(marked)}
	if n := strings.Count(marked, "\n"); n > 0 {
		end = annotations.Pos{Line: line + n, Column: len(marked) - strings.LastIndex(marked, "\n")}
	}
	end.Offset = before + len(marked)
	return annotations.Span{File: file, Start: start, End: end}
}

func TestRelativeNames(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	tests := []struct{ dir, file, want string }{
		{root, filepath.Join(root, "a.go"), "a.go"},
		{root, filepath.Join(root, "p", "a.go"), filepath.Join("p", "a.go")},
		{filepath.Join(root, "p"), filepath.Join(root, "a.go"), filepath.Join("..", "a.go")},
		{filepath.Join(root, strings.Repeat("deep/", 40)), filepath.Join(root, "a.go"), filepath.Join(root, "a.go")},
		{"", filepath.Join(root, "a.go"), filepath.Join(root, "a.go")},
		{root, "a.go", "a.go"},
	}
	for _, tt := range tests {
		p := &Printer{Dir: tt.dir}
		if got := p.relative(tt.file); got != tt.want {
			t.Errorf("relative(%q) in %q = %q, want %q", tt.file, tt.dir, got, tt.want)
		}
	}
}

func TestSortOrdersAndRemovesDuplicates(t *testing.T) {
	t.Parallel()
	at := func(file string, line, column int) annotations.Span {
		return annotations.Span{File: file, Start: annotations.Pos{Line: line, Column: column}}
	}
	findings := []annotations.Finding{
		{Code: "CL0402", Span: at("b.go", 1, 1), Message: "x"},
		{Code: "CL0402", Span: at("a.go", 10, 1), Message: "x"},
		{Code: "CL0402", Span: at("a.go", 2, 9), Message: "x"},
		{Code: "CL0402", Span: at("a.go", 2, 3), Message: "y"},
		{Code: "CL0402", Span: at("a.go", 2, 3), Message: "x"},
		{Code: "CL0301", Span: at("a.go", 2, 3), Message: "z"},
		{Code: "CL0402", Span: at("a.go", 2, 3), Message: "y"},
	}
	var got []string
	for _, f := range Sort(findings) {
		got = append(got, fmt.Sprintf("%s %s %s", f.Span, f.Code, f.Message))
	}
	want := []string{
		"a.go:2:3 CL0301 z", "a.go:2:3 CL0402 x", "a.go:2:3 CL0402 y",
		"a.go:2:9 CL0402 x", "a.go:10:1 CL0402 x", "b.go:1:1 CL0402 x",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestPrintReturnsTheWritersError(t *testing.T) {
	t.Parallel()
	p := &Printer{W: brokenWriter{}}
	if err := p.Print([]annotations.Finding{{Message: "m"}}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
}
