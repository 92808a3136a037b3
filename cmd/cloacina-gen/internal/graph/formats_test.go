package graph

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// mermaidLines are all lines that a flowchart of ours may have. What stands in
// quotes has no quote, and nothing that Mermaid or HTML would obey.
var mermaidLines = []*regexp.Regexp{
	regexp.MustCompile(`^flowchart TD$`),
	regexp.MustCompile("^    acc(Title|Descr): [^#;{}\"`<>%]*$"),
	regexp.MustCompile("^    %% [a-z0-9_]+: [^#;{}\"`<>%]*$"),
	regexp.MustCompile("^    [a-z][a-z0-9_]*\\[\"<b>[a-z0-9_]+</b>(<br/>[^\"`<>&{}|\\\\]*)*\"\\](:::mayFail)?$"),
	regexp.MustCompile("^    [a-z][a-z0-9_]* -\\.?->(\\|\"[^\"`<>&{}|\\\\]+\"\\|)? [a-z][a-z0-9_]*$"),
	regexp.MustCompile(`^    classDef mayFail stroke-dasharray:5 3$`),
	regexp.MustCompile(`^    linkStyle [0-9]+(,[0-9]+)* stroke:#d1242f,stroke-width:2px,stroke-dasharray:6 4$`),
	regexp.MustCompile(`^$`),
}

func TestMermaidHasOnlyLinesOfOurs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		for line := range strings.Lines(New(p).Mermaid()) {
			line = strings.TrimSuffix(line, "\n")
			known := false
			for _, form := range mermaidLines {
				known = known || form.MatchString(line)
			}
			if !known {
				t.Fatalf("unexpected line %q", line)
			}
		}
	})
}

// Ids that are words of Mermaid, or begin with one, get another name, and no two
// tasks the same one.
func TestMermaidIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"end": "task__end", "endless": "task__endless", "style_guide": "task__style_guide", "linkstyle": "task__linkstyle",
		"fetch": "fetch", "task_end": "task_end", "the_end": "the_end",
	} {
		if got := mermaidID(id); got != want {
			t.Errorf("%q became %q, want %q", id, got, want)
		}
	}
}

// unescapeMermaid does what Mermaid does with a label.
func unescapeMermaid(label string) string {
	return regexp.MustCompile(`#([0-9]+);`).ReplaceAllStringFunc(label, func(code string) string {
		return string(rune(atoi(code[1 : len(code)-1])))
	})
}

func TestMermaidTextComesBack(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`score > 80`, `s == "a#35;b"`, "`x` <b>&amp;</b> {y} | \\ ; 日本語"} {
		if got := unescapeMermaid(mermaidText(text)); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
}

// dotTokens splits a graph of Graphviz into tokens; ok is false if a string has no end.
func dotTokens(text string) (tokens []string, ok bool) {
	for len(text) > 0 {
		switch c := text[0]; {
		case c == '"':
			end := 1
			for end < len(text) && text[end] != '"' {
				if text[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(text) {
				return tokens, false
			}
			tokens, text = append(tokens, text[:end+1]), text[end+1:]
		case unicode.IsSpace(rune(c)):
			text = text[1:]
		default:
			n := strings.IndexFunc(text, func(r rune) bool { return r == '"' || unicode.IsSpace(r) })
			if n < 0 {
				n = len(text)
			}
			tokens, text = append(tokens, text[:n]), text[n:]
		}
	}
	return tokens, true
}

// What is not in quotes is always the same few words, whatever the texts are.
func TestDOTHasOnlyWordsOfOurs(t *testing.T) {
	t.Parallel()
	outside := regexp.MustCompile(`^(digraph|\{|\}|->|node|edge|\[?(rankdir=TB|tooltip=|shape=box|style=(rounded|dashed|dotted)?|` +
		`fontname=|fontsize=10|label=|color=|fontcolor=)\]?,?|,|\]|\[)+$`)
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		tokens, ok := dotTokens(New(p).DOT())
		if !ok {
			t.Fatal("a string does not end")
		}
		arrows := 0
		for _, token := range tokens {
			if token == "->" {
				arrows++
			}
			if token[0] != '"' && !outside.MatchString(token) {
				t.Fatalf("unexpected %q", token)
			}
		}
		if want := len(New(p).Edges); arrows != want {
			t.Fatalf("%d edges, want %d", arrows, want)
		}
	})
}

// No line of text is wider than asked for, and nothing in it is obeyed by a terminal.
func TestASCIIFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, width := drawPlan(t), rapid.IntRange(70, 200).Draw(t, "width")
		drawing := New(p).ASCII(width)
		for line := range strings.Lines(drawing) {
			line = strings.TrimSuffix(line, "\n")
			if length(line) > width {
				t.Fatalf("%d columns in %q", length(line), line)
			}
			for _, r := range line {
				if printable(r) != r {
					t.Fatalf("%q in %q", r, line)
				}
			}
		}
		for i := range p.Tasks {
			if !strings.Contains(drawing, p.Tasks[i].ID) {
				t.Fatalf("%s is missing", p.Tasks[i].ID)
			}
		}
	})
}

// The list has every task once, however deep and wide the graph is.
func TestListOfLargeGraphs(t *testing.T) {
	t.Parallel()
	deep := &plan.Plan{Name: "deep"}
	for i := range 600 { // a chain with a branch at every step
		var dependencies []int
		if i > 1 {
			dependencies = []int{i/2*2 - 2}
		}
		deep.Tasks = append(deep.Tasks, task("x"+decimal(i)+"y", nil, nil, dependencies...))
	}
	for _, p := range []*plan.Plan{deep, fanOut(500)} {
		list := New(p).ASCII(80)
		for i := range p.Tasks {
			heads := regexp.MustCompile(`(?m)^[│├└─↓ ]*`+p.Tasks[i].ID+`( |$)`).FindAllString(list, -1)
			if len(heads) != 1 {
				t.Fatalf("%s is there %d times", p.Tasks[i].ID, len(heads))
			}
		}
	}
}

func TestJSONOfAnyPlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		text, err := JSON([]*Graph{New(p)})
		if err != nil {
			t.Fatal(err)
		}
		var d Document
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			t.Fatal(err)
		}
		if w := d.Workflows[0]; w.Name != p.Name || len(w.Tasks) != len(p.Tasks) {
			t.Fatalf("got workflow %q with %d tasks", w.Name, len(w.Tasks))
		}
	})
}
