package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/testmodule"
	"golang.org/x/tools/txtar"
)

// Each code of the table is shown by a recorded case: in the corpus, among those
// of annotations/check, or in a script, as far as only the whole tool reports it.
func TestEveryCodeHasACase(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	root, err := testmodule.Root()
	if err != nil {
		t.Fatal(err)
	}
	for pattern, recorded := range map[string]func(*txtar.Archive) string{
		"testdata/findings/*.txtar":                want,
		"testdata/ok/*.txtar":                      want,
		"annotations/check/testdata/*.txtar":       want,
		"cmd/cloacina-gen/testdata/script/*.txtar": script,
	} {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatalf("no cases in %s: %v", pattern, err)
		}
		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, code := range regexp.MustCompile(`CL[0-9]{4}`).FindAllString(recorded(archive), -1) {
				shown[code] = true
			}
		}
	}
	for _, info := range annotations.Codes() {
		if !shown[string(info.Code)] {
			t.Errorf("no case shows %s, %s", info.Code, info.Title)
		}
	}
}

// want is what a case records.
func want(a *txtar.Archive) string {
	var b strings.Builder
	for _, f := range a.Files {
		if f.Name == "want" || f.Name == "want.txt" {
			b.Write(f.Data)
		}
	}
	return b.String()
}

// script are the lines of a script that expect something to be there.
func script(a *txtar.Archive) string {
	var b strings.Builder
	for line := range strings.Lines(string(a.Comment)) {
		if strings.HasPrefix(line, "stderr ") {
			b.WriteString(line)
		}
	}
	return b.String()
}
