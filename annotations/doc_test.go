package annotations

import (
	"go/doc/comment"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// reference returns the lines of the tables in the package's doc comment, by the
// heading that they stand below.
func reference(t *testing.T) map[string][]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	tables := make(map[string][]string)
	heading := ""
	for _, block := range new(comment.Parser).Parse(file.Doc.Text()).Content {
		switch block := block.(type) {
		case *comment.Heading:
			heading = string(block.Text[0].(comment.Plain))
		case *comment.Code:
			tables[heading] = append(tables[heading], strings.Split(strings.TrimSpace(block.Text), "\n")...)
		}
	}
	return tables
}

// firstWords are the first words of the lines of a table, sorted.
func firstWords(lines []string) []string {
	var words []string
	for _, line := range lines {
		words = append(words, strings.Fields(line)[0])
	}
	slices.Sort(words)
	return words
}

func sorted(words ...string) []string {
	slices.Sort(words)
	return words
}

// The tables of the doc comment hold the keys of the parser's, and no others.
func TestReferenceHasTheKeys(t *testing.T) {
	t.Parallel()
	tables := reference(t)
	task := taskKeys(new(Task)).names()
	if diff := gocmp.Diff(sorted(append(task[:len(task):len(task)], "key")...), firstWords(tables["Keys of a task"])); diff != "" {
		t.Errorf("keys of a task (-code +doc):\n%s", diff)
	}
	flow := []string{"key", "default_K"}
	for _, name := range workflowKeys(new(Workflow)).names() {
		if base, ok := strings.CutPrefix(name, "default_"); ok {
			if !taskKeys(new(Task)).has(base) {
				t.Errorf("%s is no default of a task key", name)
			}
			continue
		}
		flow = append(flow, name)
	}
	if diff := gocmp.Diff(sorted(flow...), firstWords(tables["Keys of a workflow"])); diff != "" {
		t.Errorf("keys of a workflow (-code +doc):\n%s", diff)
	}
	lines := tables["Keys of a task"]
	if first := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "trigger_rules ") }); first != 4 {
		t.Errorf("trigger_rules is line %d; the keys from it on have defaults, those before have none", first)
	}
}

// The words of the rule language stand in its tables, and no others.
func TestReferenceHasTheRules(t *testing.T) {
	t.Parallel()
	known := maps.Clone(reservedWords)
	want := slices.Concat(ruleVocabulary, ruleOperators)
	for token, op := range operatorTokens {
		want = append(want, op.String()+" "+token.String())
	}
	text := strings.Join(reference(t)["Trigger rules"], "\n")
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) > 1 && known[fields[0]] {
			text += "\n" + fields[0] + " " + fields[1]
		}
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }) {
			if strings.Contains(word, "_") && !known[word] {
				t.Errorf("the language has no word %s", word)
			}
		}
	}
	for _, word := range want {
		if !containsWord(text, word) {
			t.Errorf("%q is missing", word)
		}
	}
}

// containsWord reports whether a text has a word that is no part of another.
func containsWord(text, word string) bool {
	for rest := text; ; {
		i := strings.Index(rest, word)
		if i < 0 {
			return false
		}
		before, behind := text[:len(text)-len(rest)+i], rest[i+len(word):]
		if (before == "" || !isWordByte(before[len(before)-1])) && (behind == "" || !isWordByte(behind[0])) {
			return true
		}
		rest = behind
	}
}

// The groups of codes are those of the table.
func TestReferenceHasTheCodes(t *testing.T) {
	t.Parallel()
	groups := make(map[string]bool)
	for _, info := range Codes() {
		groups[string(info.Code)[:len("CL01")]] = true
	}
	if diff := gocmp.Diff(slices.Sorted(maps.Keys(groups)), firstWords(reference(t)["Findings"])); diff != "" {
		t.Errorf("groups of codes (-code +doc):\n%s", diff)
	}
}
