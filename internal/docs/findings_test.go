package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/cloacina-go/cloacina/annotations"
)

// docs/findings.md explains every code with an example from the recorded cases of
// the whole tool. The command explain has the same ones.
func TestFindings(t *testing.T) {
	t.Parallel()
	examples := findExamples(t)
	var page strings.Builder
	page.WriteString(findingsHead)
	stored := make(map[annotations.Code]example)
	for _, info := range annotations.Codes() {
		fmt.Fprintf(&page, "\n## %s\n\n**%s**: %s\n\n%s\n", info.Code, info.Severity, escape(info.Title), escape(info.Explanation))
		e, ok := examples[info.Code]
		if !ok {
			continue
		}
		stored[info.Code] = e.example
		if len(e.Source) > 0 {
			page.WriteString("\n```go\n" + strings.Join(e.Source, "\n") + "\n```\n")
		}
		page.WriteString("\n```text\n" + strings.Join(e.Printed, "\n") + "\n```\n")
		if e.fixed {
			page.WriteString("\n" + repairedBy(info) + "\n")
		}
	}
	compare(t, "docs/findings.md", page.String())
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "\t")
	if err := encoder.Encode(stored); err != nil {
		t.Fatal(err)
	}
	compare(t, "cmd/cloacina-gen/examples.json", text.String())
	if len(stored) < 50 {
		t.Errorf("found only %d examples", len(stored))
	}
}

// repairedBy says how a machine repairs it. Of what is no error, or may be repaired
// in another way, fix repairs little by itself, but everything if it is told to.
func repairedBy(info annotations.CodeInfo) string {
	command := "cloacina-gen fix"
	if info.Severity != annotations.SeverityError || info.Code == annotations.CodeShorthandWithoutTasks {
		command += " --code " + string(info.Code)
	}
	return "`" + command + "` can repair it."
}

const findingsHead = `# Findings

What ` + "`cloacina-gen`" + ` finds, by code; ` + "`cloacina-gen explain CL0402`" + ` prints the same. The examples are
recorded cases, put in here by ` + "`make golden`" + `, like all of this page.

An **error** keeps the files of its package from being generated. A **warning** does not,
but fails the command under ` + "`--werror`" + `. A **hint** never does.
`

// example is how a code looks: a part of a source file, and what is printed.
type example struct {
	Source, Printed []string
}

// found is the best example of a code so far.
type found struct {
	example
	// size is how large its case is, in bytes.
	size int
	// fixed says that some case shows a fix.
	fixed bool
}

// headLine is the first line of a finding.
var headLine = regexp.MustCompile(`^(\S+\.go):(\d+):(\d+): (?:error|warning|hint) (CL\d{4}): `)

// findExamples looks for the smallest case that shows a code.
func findExamples(t *testing.T) map[annotations.Code]found {
	t.Helper()
	best := make(map[annotations.Code]found)
	for _, kind := range []string{"findings", "ok"} {
		files, err := filepath.Glob(filepath.Join(root(t), "testdata", kind, "*.txtar"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no cases in %s: %v", kind, err)
		}
		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for code, e := range caseExamples(archive) {
				old, known := best[code]
				e.fixed = e.fixed || old.fixed
				if known && old.size <= e.size {
					old.fixed = e.fixed
					e = old
				}
				best[code] = e
			}
		}
	}
	return best
}

// caseExamples are those of one case: of a code the shortest finding.
func caseExamples(a *txtar.Archive) map[annotations.Code]found {
	files := make(map[string]string)
	size, want := 0, ""
	for _, f := range a.Files {
		if f.Name == "want.txt" {
			want = string(f.Data)
		} else if !strings.HasPrefix(f.Name, "want/") {
			files[f.Name] = string(f.Data)
			size += len(f.Data)
		}
	}
	all := make(map[annotations.Code]found)
	for _, lines := range findingsOf(want) {
		m := headLine.FindStringSubmatch(lines[0])
		code := annotations.Code(m[4])
		fixed := slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, "= fix: ") })
		old, known := all[code]
		fixed = fixed || old.fixed
		if known && len(old.Printed) <= len(lines) {
			old.fixed = fixed
			all[code] = old
			continue
		}
		line, _ := strconv.Atoi(m[2])
		all[code] = found{example{excerpt(files[m[1]], line), lines}, size, fixed}
	}
	return all
}

// findingsOf splits what is printed into findings.
func findingsOf(want string) [][]string {
	var all [][]string
	for line := range strings.Lines(want) {
		line = strings.TrimRight(line, "\n")
		switch {
		case headLine.MatchString(line):
			all = append(all, []string{line})
		case len(all) > 0 && !regexp.MustCompile(`^\d+ (error|warning)s?\b`).MatchString(line):
			all[len(all)-1] = append(all[len(all)-1], line)
		}
	}
	return all
}

const (
	// maxExcerpt is how many lines of a source file an example has.
	maxExcerpt = 16
	// maxLine is how many bytes of a line it shows.
	maxLine = 160
)

// excerpt returns the declaration round a line, or the comment with what follows
// it; of a file that is no Go the lines round it.
func excerpt(text string, line int) []string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	from, to := line-2, line+1
	fset := token.NewFileSet()
	if file, err := parser.ParseFile(fset, "", text, parser.ParseComments); err == nil {
		from, to = around(fset, file, line)
	}
	from, to = max(from, 1), min(to, len(lines))
	if to-from >= maxExcerpt {
		from, to = max(from, line-maxExcerpt/2), min(to, line+maxExcerpt/2)
	}
	if from > to {
		return nil
	}
	return visible(lines[from-1 : to])
}

// around returns the first and the last line of what a line belongs to.
func around(fset *token.FileSet, file *ast.File, line int) (from, to int) {
	lineOf := func(p token.Pos) int { return fset.PositionFor(p, false).Line }
	for _, decl := range file.Decls {
		doc := decl.Pos()
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Doc != nil {
				doc = d.Doc.Pos()
			}
		case *ast.GenDecl:
			if d.Doc != nil {
				doc = d.Doc.Pos()
			}
		}
		if lineOf(doc) <= line && line <= lineOf(decl.End()) {
			return lineOf(doc), lineOf(decl.End())
		}
	}
	if file.Doc != nil && lineOf(file.Doc.Pos()) <= line && line <= lineOf(file.Name.End()) {
		return lineOf(file.Doc.Pos()), lineOf(file.Name.End())
	}
	for _, group := range file.Comments {
		if from, to := lineOf(group.Pos()), lineOf(group.End()); from <= line && line <= to {
			return from, to + 2
		}
	}
	return line, line
}

// visible leaves out what a reader of the page would not see, and blank ends.
func visible(lines []string) []string {
	out := make([]string, 0, len(lines))
	for _, line := range lines {
		line = strings.TrimRight(strings.ToValidUTF8(line, "\uFFFD"), " \t\r")
		quoted := strconv.QuoteToGraphic(strings.ReplaceAll(line, "\t", "    "))
		if plain, err := strconv.Unquote(quoted); err != nil || plain != strings.ReplaceAll(line, "\t", "    ") ||
			strings.Contains(quoted, `\x`) || strings.Contains(quoted, `\u`) {
			line = quoted[1 : len(quoted)-1]
		}
		if len(line) > maxLine {
			line = strings.ToValidUTF8(line[:maxLine], "") + "..."
		}
		out = append(out, line)
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// Of every code that the checker reports about a package there is an example. The
// others are about files and stores, and shown by scripts.
func TestEveryCodeHasAnExample(t *testing.T) {
	t.Parallel()
	examples := findExamples(t)
	var missing []string
	for _, info := range annotations.Codes() {
		if _, ok := examples[info.Code]; !ok && info.Code < "CL08" {
			missing = append(missing, string(info.Code))
		}
	}
	if len(missing) > 0 {
		t.Errorf("no case of testdata/findings or testdata/ok shows %s", strings.Join(missing, ", "))
	}
	for _, code := range slices.Sorted(maps.Keys(examples)) {
		if len(examples[code].Source) == 0 {
			t.Errorf("the example of %s has no source", code)
		}
	}
}
