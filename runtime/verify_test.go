package cloacina

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A file is verified while a runner has it open, and afterwards.
func TestVerifyAFileInUse(t *testing.T) {
	t.Parallel()
	p := place{filepath.Join(t.TempDir(), "runs.db"), Config{}}
	r := p.open(t, flow("w", plain("a", nothing), plain("b", failing(errSource), 0)))
	for range 3 {
		if _, err := r.Execute(t.Context(), "w", nil); !errors.Is(err, errSource) {
			t.Fatal(err)
		}
	}
	for _, path := range []string{p.path, "sqlite://" + p.path} {
		v, err := Verify(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		want := v.Path + ": 3 runs, 6 tasks and 6 attempts checked, no problems"
		if !v.OK() || v.String() != want {
			t.Errorf("got %s\nwant %s", v, want)
		}
	}
	shutdown(t, r)
	if v, err := Verify(t.Context(), p.path); err != nil || !v.OK() || v.Runs != 3 {
		t.Errorf("closed: %v\n%v", err, v)
	}
}

// What was changed behind the back of the runner is found and named.
func TestVerifyFindsAChangedValue(t *testing.T) {
	t.Parallel()
	p := place{filepath.Join(t.TempDir(), "runs.db"), Config{}}
	r := p.open(t, flow("w", plain("other", nothing), dynamic("a", func(_ context.Context, c *Context) error {
		return c.Set("amount", 100)
	})))
	for _, id := range []string{"good", "bad"} {
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	shutdown(t, r)
	tamper(t, p.path, "UPDATE step SET vals = CAST('900' AS BLOB)"+
		" WHERE id = (SELECT max(id) FROM step WHERE vals = CAST('100' AS BLOB))")
	v, err := Verify(t.Context(), p.path)
	if err != nil {
		t.Fatal(err)
	}
	if v.OK() || len(v.Problems) != 1 || v.Problems[0].Run != "bad" || v.Problems[0].Task != "a" || v.Problems[0].Table != "step" {
		t.Errorf("found %+v", v.Problems)
	}
	for _, want := range []string{"1 problem\n", `  run "bad", task a, table step: `, "To repair, "} {
		if !strings.Contains(v.String(), want) {
			t.Errorf("it lacks %q:\n%s", want, v)
		}
	}
}

// tamper changes the file of a store with another program's means.
func tamper(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	result, err := db.ExecContext(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := result.RowsAffected(); n == 0 || err != nil {
		t.Fatalf("%d rows changed: %v", n, err)
	}
}

func TestVerifyWhatIsNoStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(file, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if v, err := Verify(t.Context(), file); err == nil || !strings.Contains(err.Error(), "notes.txt") {
		t.Errorf("no database: %v, %v", v, err)
	}
	missing := filepath.Join(dir, "missing.db")
	if v, err := Verify(t.Context(), missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v, %v", v, err)
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file that was not there: %v", err)
	}
	for path, want := range map[string]string{
		"": `verify: the path is empty; pass the file of a store, such as "runs.db"`, ":memory:": "verify: the store is kept in memory, there is no file",
	} {
		if _, err := Verify(t.Context(), path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// The text of a verification is made for people.
func TestVerificationText(t *testing.T) {
	t.Parallel()
	named := Problem{Run: "order-42", Task: "fetch", Table: "step", Text: "the row does not fit its checksum:\nit was changed"}
	whole := Problem{Text: "page 7 is used twice"}
	for _, c := range []struct {
		v    Verification
		want string
	}{
		{
			Verification{Path: "runs.db", Runs: 1, Tasks: 2, Attempts: 1},
			"runs.db: 1 run, 2 tasks and 1 attempt checked, no problems",
		},
		{
			Verification{Path: "runs.db", Runs: 2, Tasks: 4, Attempts: 4, Problems: []Problem{named}},
			`runs.db: 2 runs, 4 tasks and 4 attempts checked, 1 problem
  run "order-42", task fetch, table step: the row does not fit its checksum:
    it was changed
` + adviceOnRuns,
		},
		{
			Verification{Path: "runs.db", Problems: []Problem{whole, named, {Table: "plan", Text: "gone"}}},
			`runs.db: 0 runs, 0 tasks and 0 attempts checked, 3 problems
  page 7 is used twice
  run "order-42", task fetch, table step: the row does not fit its checksum:
    it was changed
  table plan: gone
` + adviceOnFile,
		},
	} {
		if diff := cmp.Diff(c.want, c.v.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// A run that has ended and lacks the last row of a task is damaged, and not one
// whose task has not ended.
func TestEndedRunThatLacksRows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	w := flow("w", plain("a", nothing), plain("b", nothing, 0))
	p := place{path, Config{}}
	r := p.open(t, w)
	for _, id := range []string{"x", "y"} {
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: id})
		if err == nil {
			_, err = run.Wait(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	shutdown(t, r)
	tamper(t, path, "DELETE FROM step WHERE id = (SELECT max(id) FROM step WHERE run = 1)")
	r = p.open(t, w)
	defer shutdown(t, r)
	_, inspected := r.Run(t.Context(), "x")
	_, waited := r.Wait(t.Context(), "x")
	var watched error
	for _, err := range r.Watch(t.Context(), "x") {
		watched = errors.Join(watched, err)
	}
	for what, err := range map[string]error{"run": inspected, "wait": waited, "watch": watched} {
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), `task "b" is waiting although the run has ended`) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := r.Wait(t.Context(), "y"); err != nil {
		t.Error(err)
	}
}
