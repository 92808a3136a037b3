package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/examples/internal/golden"
)

// The versions run one after the other on one file. Before a version runs, check
// says what it will do to the open run.
func TestVersions(t *testing.T) {
	dir := t.TempDir()
	version := func(name string) {
		golden.RunIn(t, dir, name+".txt", func(ctx context.Context) error { return run(ctx, name) })
	}
	version("before")
	check(t, dir, "blocked", 1)
	version("blocked")
	check(t, dir, "fits", 0)
	version("fits")
}

// check compares what the checker says about the file.
func check(t *testing.T, dir, version string, code int) {
	t.Helper()
	printed, got := golden.Generator(t, ".", "check", "--db", filepath.Join(dir, "deploy.db"), "./"+version)
	if got != code {
		t.Errorf("check of %s: exit code %d, want %d\n%s", version, got, code, printed)
	}
	golden.Check(t, "check_"+version+".txt", strings.ReplaceAll(printed, dir+string(filepath.Separator), ""))
}

func TestUnknownVersion(t *testing.T) {
	err := run(t.Context(), "after")
	const want = `unknown version "after": want before, blocked or fits`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
