package starter_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/starter"
)

// The files are all of the directory but the generated one.
func TestFiles(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("project")
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, e := range entries {
		missing[e.Name()] = e.Name() != "cloacina_gen.go"
	}
	for _, f := range starter.Files() {
		if !missing[f.Name] {
			t.Errorf("%s is there twice, or should not be", f.Name)
		}
		missing[f.Name] = false
		text, err := os.ReadFile(filepath.Join("project", f.Name))
		if err != nil || !bytes.Equal(text, f.Content) || f.Purpose == "" {
			t.Errorf("%s (%s) is not the file of the directory: %v", f.Name, f.Purpose, err)
		}
	}
	for name, left := range missing {
		if left {
			t.Errorf("%s is in the directory but not among the files", name)
		}
	}
}
