package cache

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestKeysDiffer(t *testing.T) {
	t.Parallel()
	seen := map[Key][]string{}
	for _, words := range [][]string{nil, {""}, {"", ""}, {"a"}, {"a", ""}, {"", "a"}, {"ab"}, {"a", "b"}, {"1:a"}, {"b", "a"}} {
		k := NewKey(words...)
		if other, ok := seen[k]; ok {
			t.Errorf("%q and %q have one key", words, other)
		}
		seen[k] = words
	}
}

// The variables that the go command obeys are part of the key; others, and those
// that go generate sets, are not.
func TestRelevantVariables(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"GOFLAGS": true, "GOOS": true, "GOARCH": true, "GOARM64": true, "GOEXPERIMENT": true, "GOTOOLCHAIN": true,
		"GOWORK": true, "GO111MODULE": true, "CGO_ENABLED": true, "CGO_CFLAGS": true, "CC": true, "HOME": true,
		"PKG_CONFIG_PATH": true, "GOPATH": true, "GOROOT": true, "GOENV": true, "GODEBUG": true,
		"GOFILE": false, "GOLINE": false, "GOPACKAGE": false, "PWD": false, "TERM": false, "NO_COLOR": false, "PATH": false,
	} {
		if got := len(relevant([]string{name + "=x"})) == 1; got != want {
			t.Errorf("%s: relevant %v, want %v", name, got, want)
		}
	}
	a, b := []string{"GOOS=linux", "GOARCH=arm64"}, []string{"GOARCH=arm64", "TERM=x", "GOOS=linux"}
	if !slices.Equal(relevant(a), relevant(b)) {
		t.Error("the order of the variables matters")
	}
}

// Another program, or the same one built again, asks other questions.
func TestProgramsDiffer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "tool")
	describe := func(text string, at time.Time) string {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		words, ok := program(path)
		if !ok {
			t.Fatal("not found")
		}
		return strings.Join(words, "\x00")
	}
	at := time.Unix(1e9, 0)
	base := describe("head\xff Go build ID: \"abc\"\n \xfftail", at)
	if again := describe("head\xff Go build ID: \"abc\"\n \xfftail", at); again != base {
		t.Errorf("got %q, then %q", base, again)
	}
	for name, other := range map[string]string{
		"build id": describe("head\xff Go build ID: \"abd\"\n \xfftail", at),
		"size":     describe("head\xff Go build ID: \"abc\"\n \xfftail.", at),
		"time":     describe("head\xff Go build ID: \"abc\"\n \xfftail", at.Add(time.Nanosecond)),
	} {
		if other == base {
			t.Errorf("another %s makes no difference", name)
		}
	}
	if _, ok := program(filepath.Join(dir, "gone")); ok {
		t.Error("a program that does not exist")
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	direct, _ := program(path)
	if linked, _ := program(link); !slices.Equal(direct, linked) {
		t.Errorf("through a link it is %q, not %q", linked, direct)
	}
}

// The id that the linker writes is found, in this very program.
func TestBuildID(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	words, ok := program(self)
	if id := words[len(words)-1]; !ok || strings.Count(id, "/") != 3 {
		t.Errorf("the build id of this program is %q", id)
	}
	origin, ok := Origin([]string{"GOOS=plan9"})
	if !ok || !slices.Contains(origin, "GOOS=plan9") || !slices.Contains(origin, words[len(words)-1]) {
		t.Errorf("the origin is %q", origin)
	}
}
