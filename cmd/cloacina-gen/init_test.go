package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/testmodule"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestInitScripts runs testdata/init/*.txtar: the real program, in a directory
// that belongs to no module. The way from there to a run is that of the README,
// see TestReadmeProject.
func TestInitScripts(t *testing.T) {
	t.Parallel()
	root, err := testmodule.Root()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "init"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			for name, value := range goDirs(t) {
				e.Setenv(name, value)
			}
			e.Setenv("ROOT", root)
			e.Setenv("RELEASE", releaseSuffix(version()))
			e.Setenv("GOPROXY", "off")
			e.Setenv("GOSUMDB", "off")
			e.Setenv("GOFLAGS", "")
			e.Setenv("GOWORK", "off")
			e.Setenv("GOTOOLCHAIN", "local")
			return nil
		},
		Condition: func(name string) (bool, error) {
			return name == "root" && os.Geteuid() == 0, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": scriptStatus},
	})
}

// goDirs are the directories that a script shares with everybody else.
func goDirs(t *testing.T) map[string]string {
	t.Helper()
	dirs := map[string]string{}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} {
		out, err := goCommand(t.Context(), ".", nil, "env", name)
		if err != nil {
			t.Fatal(err)
		}
		dirs[name] = strings.TrimSpace(string(out))
	}
	return dirs
}

// The generated file with which the project is compiled and tested in this
// repository is up to date, and there is nothing to say about the project.
func TestStarterIsUpToDate(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	dir, err := filepath.Abs(filepath.Join("internal", "starter", "project"))
	if err != nil {
		t.Fatal(err)
	}
	s := &session{dir: dir, werror: true, stdout: io.Discard, stderr: &said}
	if *update {
		err = s.generate(t.Context())
	} else {
		err = s.check(t.Context(), checkOptions{})
	}
	if err != nil || said.Len() > 0 {
		t.Errorf("%v; if the annotations are right: make golden\n%s", err, said.String())
	}
}

func TestReleaseSuffix(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"v1.2.3 go1.26.0": "@v1.2.3",
		"v0.1.0":          "@v0.1.0",
		"(devel) go1.26":  "",
		"v0.0.0-20261126040252-2db33a8aaaaa go1.26": "",
		"v1.2.3+dirty go1.26":                       "",
		"v1.2.3-rc.1 go1.26":                        "",
	} {
		if got := releaseSuffix(version); got != want {
			t.Errorf("%q: got %q, want %q", version, got, want)
		}
	}
}
