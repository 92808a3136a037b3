package docs

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// snippet is an entry of the file for VS Code.
type snippet struct {
	Scope, Prefix string
	Body          []string
	name          string
}

// placeholder is ${1:default}, or $1 for the same again.
var placeholder = regexp.MustCompile(`\$\{(\d):([^}]*)\}|\$(\d)`)

func (s snippet) text() string { return strings.Join(s.Body, "\n") }

// defaults are the texts of the placeholders, by their numbers.
func (s snippet) defaults() map[string]string {
	found := make(map[string]string)
	for _, m := range placeholder.FindAllStringSubmatch(s.text(), -1) {
		if m[1] != "" {
			found[m[1]] = m[2]
		}
	}
	return found
}

// expand returns the text with something in the place of each placeholder.
func (s snippet) expand(fill func(number string) string) string {
	return placeholder.ReplaceAllStringFunc(s.text(), func(p string) string {
		m := placeholder.FindStringSubmatch(p)
		return fill(m[1] + m[3])
	})
}

func snippets(t *testing.T) []snippet {
	t.Helper()
	var file map[string]snippet
	if err := json.Unmarshal([]byte(read(t, "docs/editors/cloacina.code-snippets")), &file); err != nil {
		t.Fatal(err)
	}
	var all []snippet
	for _, name := range slices.Sorted(maps.Keys(file)) {
		s := file[name]
		s.name = name
		all = append(all, s)
	}
	return all
}

// All snippets together, as they expand, are a workflow without findings.
func TestSnippetsAreSound(t *testing.T) {
	t.Parallel()
	var first, rest string
	for _, s := range snippets(t) {
		defaults := s.defaults()
		text := s.expand(func(number string) string { return defaults[number] }) + "\n\n"
		if strings.Contains(text, "\npackage ") {
			first = text
		} else {
			rest += text
		}
	}
	const types = "import \"context\"\n\ntype Input struct{ N int }\n\ntype Data struct{ M int }\n\n"
	p := checked(t, first+types+rest)
	if len(p.Tasks) != len(snippets(t))-1 {
		t.Errorf("the snippets have %d tasks", len(p.Tasks))
	}
}

// The files for Vim and GoLand have the snippets of the one for VS Code.
func TestSnippetsForOtherEditors(t *testing.T) {
	t.Parallel()
	compare(t, "docs/editors/cloacina.snippets", vim(snippets(t)))
	compare(t, "docs/editors/cloacina.xml", goland(t, snippets(t)))
}

func vim(all []snippet) string {
	var b strings.Builder
	b.WriteString("# Snippets for UltiSnips, made from cloacina.code-snippets by make golden.\n")
	for _, s := range all {
		fmt.Fprintf(&b, "\nsnippet %s %q b\n%s\nendsnippet\n", s.Prefix, s.name, s.text())
	}
	return b.String()
}

func goland(t *testing.T, all []snippet) string {
	t.Helper()
	type variable struct {
		Name       string `xml:"name,attr"`
		Expression string `xml:"expression,attr"`
		Default    string `xml:"defaultValue,attr"`
		Stop       bool   `xml:"alwaysStopAt,attr"`
	}
	type option struct {
		Name  string `xml:"name,attr"`
		Value bool   `xml:"value,attr"`
	}
	type template struct {
		Name        string     `xml:"name,attr"`
		Value       string     `xml:"value,attr"`
		Description string     `xml:"description,attr"`
		Reformat    bool       `xml:"toReformat,attr"`
		Shorten     bool       `xml:"toShortenFQNames,attr"`
		Variables   []variable `xml:"variable"`
		Context     []option   `xml:"context>option"`
	}
	file := struct {
		XMLName   xml.Name   `xml:"templateSet"`
		Group     string     `xml:"group,attr"`
		Templates []template `xml:"template"`
	}{Group: "Cloacina"}
	for _, s := range all {
		one := template{Name: s.Prefix, Description: s.name, Context: []option{{"GO_FILE", true}}}
		one.Value = s.expand(func(number string) string { return "$V" + number + "$" })
		defaults := s.defaults()
		for _, number := range slices.Sorted(maps.Keys(defaults)) {
			one.Variables = append(one.Variables, variable{Name: "V" + number, Default: `"` + defaults[number] + `"`, Stop: true})
		}
		file.Templates = append(file.Templates, one)
	}
	text, err := xml.MarshalIndent(file, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}
