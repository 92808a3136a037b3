package load

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/cache"
	"github.com/cloacina-go/cloacina/internal/testmodule"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestMentionsDirective(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want bool
	}{
		{"//cloacina:task", true},
		{"// cloacina:task", true},
		{"//Cloacina:task", true},
		{"//CLOACINA :task", true},
		{"//cloacina\t: task", true},
		{"/*cloacina:task*/", true},
		{"x := \"cloacina:\"", true},
		{"cloacina, cloacina and cloacina:", true},
		{"", false},
		{"cloacina", false},
		{"cloacina\n:", false},
		{"import \"github.com/cloacina-go/cloacina/runtime\"", false},
		{"cloacina.Run(ctx)", false},
		{"cloac:ina", false},
	}
	for _, tt := range tests {
		if got := mentionsDirective([]byte(tt.text)); got != tt.want {
			t.Errorf("mentionsDirective(%q) = %v", tt.text, got)
		}
	}
}

func TestMentionsDirectiveAgreesWithItsDefinition(t *testing.T) {
	t.Parallel()
	definition := regexp.MustCompile(`(?i)cloacina[ \t]*:`)
	word := rapid.SampledFrom([]string{"cloacina", "Cloacina", "cloa", "cina", " ", "\t", ":", "\n", "//", "task", "\xff"})
	rapid.Check(t, func(t *rapid.T) {
		var text []byte
		for _, w := range rapid.SliceOfN(word, 0, 20).Draw(t, "words") {
			text = append(text, w...)
		}
		if got, want := mentionsDirective(text), definition.Match(text); got != want {
			t.Fatalf("mentionsDirective(%q) = %v", text, got)
		}
	})
}

// Whatever annotations would say something about is looked at.
func TestSuspiciousMissesNothing(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{
		"//", "/*", "*/", "// ", "cloacina", "Cloacina", "cloacna", ":", "::", ".", "-", "_", "/", "@", " ", "\u00a0",
		"task", "Task", "workflow", "tsk", "id=x", "\n",
	})
	rapid.Check(t, func(t *rapid.T) {
		text := "package p\n\n//" + strings.Join(rapid.SliceOfN(word, 0, 12).Draw(t, "words"), "")
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "p.go", text, parser.ParseComments)
		if err != nil {
			return
		}
		_, found := annotations.ParseFile(fset, file, []byte(text))
		if len(found) > 0 && !suspicious([]byte(text)) {
			t.Fatalf("%q is passed over: %s", text, found[0].Message)
		}
	})
}

func TestScanDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	testmodule.Write(t, dir, map[string]string{
		"a.go":            "package p\n//cloacina:task\n",
		"b_windows.go":    "package p // CLOACINA : x\n",
		"c_test.go":       "//go:build never\n//cloacina:task\npackage p\n",
		"plain.go":        "package p\n",
		"_hidden.go":      "//cloacina:task",
		".hidden.go":      "//cloacina:task",
		"notes.txt":       "//cloacina:task",
		FileName:          Header + "\n//cloacina:task is quoted here\n",
		TestFileName:      "package p\n//cloacina:task\n",
		"dir.go/empty.go": "//cloacina:task",
	})
	for name, target := range map[string]string{"link.go": "a.go", "broken.go": "nowhere.go", "tree.go": "dir.go"} {
		if err := os.Symlink(filepath.Join(dir, target), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	d, err := scanDirectory(cache.NewView(), dir)
	if err != nil {
		t.Fatal(err)
	}
	var mentions []string
	for _, path := range d.mentions {
		mentions = append(mentions, filepath.Base(path))
	}
	want := []string{"a.go", "b_windows.go", "c_test.go", TestFileName, "link.go"}
	slices.Sort(want)
	slices.Sort(mentions)
	if diff := cmp.Diff(want, mentions); diff != "" {
		t.Errorf("files with directives (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{FileName}, d.own); diff != "" {
		t.Errorf("files of ours: %s", diff)
	}
	if diff := cmp.Diff([]string{TestFileName}, d.taken); diff != "" {
		t.Errorf("files in our place: %s", diff)
	}
}

func TestScanDirectoryThatIsGone(t *testing.T) {
	t.Parallel()
	if _, err := scanDirectory(cache.NewView(), filepath.Join(t.TempDir(), "gone")); err == nil {
		t.Error("no error")
	}
}
