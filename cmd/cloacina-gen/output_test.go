package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
)

// files returns the names in a directory.
func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWriteCreatesReplacesAndRemoves(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, load.FileName)
	for _, text := range []string{"package a\n", "package b // longer than before\n", "package c\n"} {
		if err := write(load.Output{Path: path, Content: []byte(text)}); err != nil {
			t.Fatal(err)
		}
		if got := content(t, path); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	if got := files(t, dir); got != load.FileName {
		t.Errorf("files left behind: %s", got)
	}
	for range 2 {
		if err := write(load.Output{Path: path}); err != nil {
			t.Fatal(err)
		}
	}
	if got := files(t, dir); got != "" {
		t.Errorf("files left: %s", got)
	}
}

func TestWriteLeavesAnUnchangedFileAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), load.FileName)
	if err := os.WriteFile(path, []byte("package a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	old := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	if err := write(load.Output{Path: path, Content: []byte("package a\n")}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || !info.ModTime().Equal(old) {
		t.Errorf("the file was touched: %v, %v", info.ModTime(), err)
	}
}

func TestWriteKeepsTheMode(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o600, 0o444, 0o664} {
		path := filepath.Join(t.TempDir(), load.FileName)
		if err := os.WriteFile(path, []byte("package a\n"), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if err := write(load.Output{Path: path, Content: []byte("package b\n")}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("mode is %v, want %v (%v)", info.Mode().Perm(), mode, err)
		}
	}
}

// Whatever stands at the file's place and is no plain file is refused, and
// stays as it is.
func TestWriteRefusesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	elsewhere := filepath.Join(dir, "elsewhere")
	if err := os.WriteFile(elsewhere, []byte("mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		prepare func(path string) error
		want    string
	}{
		{"link", func(path string) error { return os.Symlink(elsewhere, path) }, "is a symbolic link"},
		{"dangling", func(path string) error { return os.Symlink(filepath.Join(dir, "no"), path) }, "is a symbolic link"},
		{"directory", func(path string) error { return os.Mkdir(path, 0o755) }, "is not a file"},
	}
	for _, tt := range tests {
		path := filepath.Join(dir, tt.name)
		if err := tt.prepare(path); err != nil {
			t.Fatal(err)
		}
		for _, o := range []load.Output{{Path: path, Content: []byte("package a\n")}, {Path: path}} {
			if err := write(o); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
			}
		}
	}
	if got := content(t, elsewhere); got != "mine\n" {
		t.Errorf("the link's target holds %q", got)
	}
	if got := files(t, dir); got != "dangling directory elsewhere link" {
		t.Errorf("files: %s", got)
	}
}

// Many runs at once in one directory do not disturb each other.
func TestWriteAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, load.FileName)
	text := strings.Repeat("package a // long enough to be written in parts\n", 10_000)
	for _, content := range [][]byte{[]byte(text), nil} {
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				if err := write(load.Output{Path: path, Content: content}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got, err := read(path)
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes are left of %d: %v", len(got), len(content), err)
		}
	}
	if got := files(t, dir); got != "" {
		t.Errorf("files left behind: %s", got)
	}
}

func TestWriteErrorNamesTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gone", load.FileName)
	err := write(load.Output{Path: path, Content: []byte("package a\n")})
	if err == nil || !strings.HasPrefix(err.Error(), "write the generated file: ") || !strings.Contains(err.Error(), "gone") {
		t.Errorf("got %v", err)
	}
}

// A rename that fails leaves nothing behind.
func TestReplaceCleansUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, load.FileName)
	if err := os.MkdirAll(filepath.Join(path, "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := replace(path, []byte("package a\n")); err == nil {
		t.Error("a directory was replaced")
	}
	if got := files(t, dir); got != load.FileName {
		t.Errorf("files left behind: %s", got)
	}
}
