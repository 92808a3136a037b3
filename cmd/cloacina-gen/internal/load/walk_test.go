package load

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/testmodule"
	"github.com/google/go-cmp/cmp"
)

func TestTrees(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := map[string]string{}
	for _, name := range []string{
		"x.go", "a/x.go", "a/b/x.go", "ab/x.go", "c/b/x.go", "testdata/t/x.go", "vendor/v/x.go",
		"_u/x.go", ".d/x.go", "nested/go.mod", "nested/n/x.go",
	} {
		empty[name] = ""
	}
	testmodule.Write(t, dir, empty)
	tests := []struct{ pattern, want string }{
		{"./...", ". a a/b ab c c/b"},
		{"./a/...", "a a/b"},
		{"./a...", "a a/b ab"},
		{"./.../b", "a/b c/b"},
		{"./c/...", "c c/b"},
		{"../" + filepath.Base(dir) + "/a/...", "a a/b"},
		{dir + "/a/...", "a a/b"},
		{"./nested/...", "nested nested/n"},
		{"./testdata/...", "testdata testdata/t"},
		{"./nowhere/...", ""},
		{"./a", ""},
		{"...", ""},
		{"example.com/m/...", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, tree := range trees(dir, []string{tt.pattern}) {
			if _, err := tree.walk(func(path string) {
				rel, err := filepath.Rel(dir, path)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, filepath.ToSlash(rel))
			}); err != nil {
				t.Fatal(err)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.pattern, diff)
		}
	}
}
