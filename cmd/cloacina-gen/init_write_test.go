package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/starter"
)

// A file that cannot be written takes all others with it, and the directories
// that were made for them.
func TestWriteProjectTakesBack(t *testing.T) {
	t.Parallel()
	files := []starter.File{
		{Name: "a", Content: []byte("a")},
		{Name: "b", Content: []byte("b")},
		{Name: filepath.Join("missing", "c")},
	}
	root := t.TempDir()
	if err := writeProject(filepath.Join(root, "x", "y"), files); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v", err)
	}
	if left, err := os.ReadDir(root); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// A file that appeared after the look at the directory is not replaced, and
// those written before it are taken back.
func TestWriteProjectNeverReplaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	theirs := filepath.Join(dir, "b")
	if err := os.WriteFile(theirs, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := writeProject(dir, []starter.File{{Name: "a"}, {Name: "b", Content: []byte("ours")}})
	if !errors.Is(err, fs.ErrExist) {
		t.Fatalf("got %v", err)
	}
	if text, err := os.ReadFile(theirs); err != nil || string(text) != "theirs" {
		t.Errorf("the file is now %q, %v", text, err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "a")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file before it is still there: %v", err)
	}
}
