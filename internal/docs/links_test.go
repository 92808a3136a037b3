package docs

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	// link is a link or an image; its target may have a title behind it.
	link = regexp.MustCompile(`\]\(([^)\s]+)[^)]*\)`)
	// code is a piece of code within a line.
	code    = regexp.MustCompile("`[^`\n]+`")
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)
)

// Every link from one place of the repository to another leads to something.
func TestLinks(t *testing.T) {
	t.Parallel()
	links := 0
	for _, name := range documents(t) {
		text := code.ReplaceAllString(prose(read(t, name)), "")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if target := m[1]; !strings.Contains(target, "://") && !strings.HasPrefix(target, "mailto:") {
				links++
				if problem := follow(t, name, target); problem != "" {
					t.Errorf("%s: link to %s: %s", name, target, problem)
				}
			}
		}
	}
	if links < 50 {
		t.Errorf("found %d links in all documents; the search for them is broken", links)
	}
}

// follow says what is wrong with a link in a document; empty if nothing is.
func follow(t *testing.T, from, target string) string {
	t.Helper()
	file, anchor, _ := strings.Cut(target, "#")
	file, err := url.PathUnescape(file)
	if err != nil {
		return err.Error()
	}
	to := from
	if file != "" {
		to = path.Join(path.Dir(from), file)
	}
	if strings.HasPrefix(to, "..") || path.IsAbs(file) {
		return "leads out of the repository"
	}
	if _, err := os.Stat(filepath.Join(root(t), filepath.FromSlash(to))); err != nil {
		return "there is no such file"
	}
	if anchor == "" {
		return ""
	}
	if !strings.HasSuffix(to, ".md") {
		return "an anchor in what is no document"
	}
	if known := anchors(read(t, to)); !slices.Contains(known, anchor) {
		return "the headings there are " + strings.Join(known, ", ")
	}
	return ""
}

// anchors are the anchors of a document's headings, as GitHub names them: in
// lower case, without punctuation, with - for a blank, and numbered if they repeat.
func anchors(text string) []string {
	var found []string
	seen := make(map[string]int)
	for _, m := range heading.FindAllStringSubmatch(prose(text), -1) {
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, link.ReplaceAllString(m[1], ""))
		seen[anchor]++
		if n := seen[anchor]; n > 1 {
			anchor += "-" + string(rune('0'+n-1))
		}
		found = append(found, anchor)
	}
	return found
}

func TestAnchors(t *testing.T) {
	t.Parallel()
	text := "# How it's `done` (v2)\n\n```\n# no heading\n```\n\n## At least once\n## At least once\n    # nor this\n"
	want := []string{"how-its-done-v2", "at-least-once", "at-least-once-1"}
	if got := anchors(text); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Whoever opens the directory of the documentation finds each page of it.
func TestEveryPageIsListed(t *testing.T) {
	t.Parallel()
	index := read(t, "docs/README.md")
	for _, name := range documents(t) {
		if page, ok := strings.CutPrefix(name, "docs/"); ok && page != "README.md" && !strings.Contains(index, "]("+page+")") {
			t.Errorf("docs/README.md has no link to %s", page)
		}
	}
}
