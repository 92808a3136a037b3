package main

import (
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/testmodule"
	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // for scriptSQL
)

// longAgo is a time at which no test runs.
var longAgo = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cloacina-gen": main})
}

// TestScripts runs testdata/script/*.txtar: the real program, on modules that
// need nothing from the network. A script starts in a module example.com/m that
// requires this one.
func TestScripts(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPATH").Output()
	if err != nil {
		t.Fatal(err)
	}
	dirs := strings.Split(strings.TrimSpace(string(out)), "\n")
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("GOCACHE", dirs[0])
			e.Setenv("GOMODCACHE", dirs[1])
			e.Setenv("GOPATH", dirs[2])
			e.Setenv("GOFLAGS", "-mod=mod -buildvcs=false")
			e.Setenv("GOPROXY", "off")
			e.Setenv("GOWORK", "")
			e.Setenv("GOTOOLCHAIN", "local")
			tool, err := exec.LookPath("cloacina-gen")
			if err != nil {
				return err
			}
			e.Setenv("TOOL", tool)
			return testmodule.Init(e.WorkDir, "example.com/m")
		},
		Condition: func(name string) (bool, error) {
			return name == "root" && os.Geteuid() == 0, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": scriptStatus,
			"age":    scriptAge,
			"aged":   scriptAged,
			"sql":    scriptSQL,
		},
	})
}

// scriptStatus runs a command and compares its exit status:
//
//	status 1 cloacina-gen check
func scriptStatus(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 2 {
		ts.Fatalf("usage: status number command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status is %d, want %d", got, want)
	}
}

// scriptAge makes files old; scriptAged fails if one was touched since.
func scriptAge(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		ts.Check(os.Chtimes(ts.MkAbs(name), longAgo, longAgo))
	}
}

func scriptAged(ts *testscript.TestScript, negated bool, args []string) {
	for _, name := range args {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if info.ModTime().Equal(longAgo) == negated {
			ts.Fatalf("%s was last changed at %v", name, info.ModTime())
		}
	}
}

// scriptSQL changes a database behind the back of those who use it:
//
//	sql runs.db 'PRAGMA user_version = 99'
func scriptSQL(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: sql file statement")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec(args[1])
	ts.Check(err)
	ts.Check(db.Close())
}
