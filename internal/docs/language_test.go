package docs

import (
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
)

// generated is a part of a document between two marks.
var generated = regexp.MustCompile(`(?s)<!-- generated: (\w+) -->\n.*?<!-- end -->\n`)

// The tables of docs/language.md are made from those of the code.
func TestLanguageReference(t *testing.T) {
	t.Parallel()
	reference := reference(t)
	tables := map[string]string{
		"workflow_keys": keyTable(t, reference["Keys of a workflow"]),
		"task_keys":     keyTable(t, reference["Keys of a task"]),
		"signatures":    goCode(reference["Functions"]),
		"functions":     functionTable(t, reference["Trigger rules"]),
		"operators":     operatorTable(t),
		"shorthands":    shorthandTable(),
		"limits":        limitTable(),
		"codes":         codeTable(),
	}
	const name = "docs/language.md"
	text := generated.ReplaceAllStringFunc(read(t, name), func(part string) string {
		key := generated.FindStringSubmatch(part)[1]
		table, ok := tables[key]
		if !ok {
			t.Errorf("%s: there is no table %s, or it is there twice", name, key)
		}
		delete(tables, key)
		return "<!-- generated: " + key + " -->\n" + table + "<!-- end -->\n"
	})
	for key := range tables {
		t.Errorf("%s has no table %s", name, key)
	}
	compare(t, name, text)
}

// reference are the tables in the doc comment of the package annotations, whose
// own tests hold them against its parser, by the heading they stand below.
func reference(t *testing.T) map[string][]string {
	t.Helper()
	path := filepath.Join(root(t), "annotations", "doc.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	tables := make(map[string][]string)
	below := ""
	for _, part := range new(comment.Parser).Parse(file.Doc.Text()).Content {
		switch part := part.(type) {
		case *comment.Heading:
			below = string(part.Text[0].(comment.Plain))
		case *comment.Code:
			tables[below] = append(tables[below], strings.Split(strings.TrimSpace(part.Text), "\n")...)
		}
	}
	return tables
}

// gap is what divides the columns of a table in a doc comment.
var gap = regexp.MustCompile(` {2,}`)

func keyTable(t *testing.T, lines []string) string {
	t.Helper()
	var b strings.Builder
	for i, line := range lines {
		cells := gap.Split(line, -1)
		if len(cells) != 4 {
			t.Fatalf("%q has %d columns, want 4", line, len(cells))
		}
		if i == 0 {
			row(&b, cells...)
			row(&b, "---", "---", "---", "---")
			continue
		}
		row(&b, "`"+cells[0]+"`", escape(cells[1]), escape(cells[2]), escape(cells[3]))
	}
	return b.String()
}

// functionTable has the functions of rules: those lines of the reference that are
// neither about operators nor shorthands.
func functionTable(t *testing.T, lines []string) string {
	t.Helper()
	var b strings.Builder
	row(&b, "rule", "infix", "true if")
	row(&b, "---", "---", "---")
	for _, line := range lines {
		cells := gap.Split(line, -1)
		if cells[0] == "op" {
			return b.String()
		}
		if cells[0] == "context_value(key, op, literal)" {
			cells = []string{cells[0], `context_value("score") > 80`, "the value of the key is so, see the operators"}
		}
		switch len(cells) {
		case 2:
			row(&b, "`"+cells[0]+"`", "", escape(cells[1]))
		case 3:
			row(&b, "`"+cells[0]+"`", "`"+strings.ReplaceAll(cells[1], "|", `\|`)+"`", escape(cells[2]))
		default:
			t.Fatalf("%q has %d columns", line, len(cells))
		}
	}
	t.Fatal("the table of operators is gone")
	return ""
}

// value is what a rule of the operator table sees: one key, present or missing.
type value string

func (value) Outcome(string) annotations.TaskOutcome { return 0 }

func (v value) Value(string) ([]byte, bool) { return []byte(v), v != "" }

// operatorTable says for some values what each operator makes of them, by asking
// the reference evaluator.
func operatorTable(t *testing.T) string {
	t.Helper()
	values := []value{"", "null", "80", "80.0", "79", `"80"`, `["a", 80]`}
	var b strings.Builder
	head := []string{"operator", "infix", "missing"}
	for _, v := range values[1:] {
		head = append(head, "`"+string(v)+"`")
	}
	row(&b, head...)
	row(&b, strings.Split(strings.TrimSuffix(strings.Repeat("--- ", len(head)), " "), " ")...)
	for op := annotations.Equals; op.String() != "unknown"; op++ {
		operand := map[annotations.Operator]string{
			annotations.Exists: "", annotations.NotExists: "",
			annotations.In: ", 79, 80", annotations.NotIn: ", 79, 80",
		}
		literal, special := operand[op]
		if !special {
			literal = ", 80"
		}
		rule, findings := annotations.ParseRule(`context_value("k", ` + op.String() + literal + ")")
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		infix, ok := op.Symbol()
		if ok {
			infix = "`" + infix + "`"
		}
		cells := []string{"`" + op.String() + literal + "`", infix}
		for _, v := range values {
			cells = append(cells, map[bool]string{true: "true", false: ""}[annotations.Eval(rule, v)])
		}
		row(&b, cells...)
	}
	return b.String()
}

// shorthandTable shows what each shorthand stands for.
func shorthandTable() string {
	var b strings.Builder
	row(&b, "shorthand", "with the dependencies a and b it stands for")
	row(&b, "---", "---")
	for kind := annotations.AllSuccess; kind.String() != "unknown"; kind++ {
		rule := annotations.Expand(&annotations.Shorthand{Kind: kind}, []string{"a", "b"})
		row(&b, "`"+kind.String()+"`", "`"+annotations.Format(rule)+"`")
	}
	return b.String()
}

func limitTable() string {
	var b strings.Builder
	row(&b, "limit", "value")
	row(&b, "---", "---")
	row(&b, "depth of a rule", fmt.Sprint(annotations.MaxRuleDepth))
	row(&b, "conditions, operators and literals of a rule", fmt.Sprint(annotations.MaxRuleNodes))
	row(&b, "all lines of an annotation, and a rule", fmt.Sprintf("%d KiB", annotations.MaxAnnotationBytes>>10))
	row(&b, "the doc comment round them", fmt.Sprintf("%d KiB", annotations.MaxDocBytes>>10))
	return b.String()
}

func codeTable() string {
	var b strings.Builder
	row(&b, "code", "", "what")
	row(&b, "---", "---", "---")
	for _, info := range annotations.Codes() {
		link := fmt.Sprintf("[%s](findings.md#%s)", info.Code, strings.ToLower(string(info.Code)))
		row(&b, link, info.Severity.String(), escape(info.Title))
	}
	return b.String()
}

func goCode(lines []string) string {
	return "\n    " + strings.Join(lines, "\n    ") + "\n\n"
}

func row(b *strings.Builder, cells ...string) {
	line := "|"
	for _, cell := range cells {
		if cell != "" {
			line += " " + cell
		}
		line += " |"
	}
	b.WriteString(line + "\n")
}

// escape keeps Markdown from reading anything into a text.
var escape = strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;", "[", `\[`, "`", "\\`").Replace

// The documented signatures are types that compile, and as many as there are forms.
func TestSignatures(t *testing.T) {
	t.Parallel()
	forms := reference(t)["Functions"]
	for _, form := range forms {
		e, err := parser.ParseExpr(form)
		if err != nil {
			t.Errorf("%s: %v", form, err)
		} else if _, ok := e.(*ast.FuncType); !ok {
			t.Errorf("%s is no type of a function", form)
		}
	}
}
