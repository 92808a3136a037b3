package sqlite_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// TestSchemasThatAreRefused opens files of which other hands have taken or
// changed what a store relies on. The error says what.
func TestSchemasThatAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"DROP TABLE step":                                                 "table step is missing",
		"DROP TABLE purged; DROP TABLE plan":                              "table plan is missing, table purged is missing",
		"DROP INDEX run_open":                                             "index run_open is missing",
		"DROP INDEX run_open; CREATE INDEX run_open ON run (id)":          "index run_open is not as this program defines it",
		"ALTER TABLE worker ADD COLUMN mine TEXT":                         "table worker is not as this program defines it",
		"CREATE TRIGGER t AFTER INSERT ON run BEGIN SELECT 1; END":        "trigger t was added by another program",
		"CREATE TRIGGER t AFTER INSERT ON run BEGIN SELECT * FROM x; END": "trigger t was added by another program",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "runs.db")
			mine()(t, path)
			damage(t, path, text)
			for name, open := range map[string]func() (io.Closer, error){
				"store":  func() (io.Closer, error) { return sqlite.Open(context.Background(), path, sqlite.Config{}) },
				"reader": func() (io.Closer, error) { return sqlite.OpenReader(context.Background(), path) },
			} {
				c, err := open()
				if err == nil {
					closed(t, c)
				}
				if !errors.Is(err, sqlite.ErrDamaged) || !strings.Contains(err.Error(), want) ||
					!strings.Contains(err.Error(), "cloacina.Verify") || !strings.Contains(err.Error(), "Runner.Backup") {
					t.Errorf("%s: got %v, want %s", name, err, want)
				}
			}
			for _, part := range strings.Split(want, ", ") {
				if got := verified(t, path); !hasLine(got, []string{part}) {
					t.Errorf("no problem has %q:\n%s", part, strings.Join(got, "\n"))
				}
			}
		})
	}
}

// TestSchemasThatDo opens files in which nothing has changed that a store relies
// on. Verify says what has.
func TestSchemasThatDo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"DROP VIEW runs": "view runs is missing",
		"DROP VIEW runs; CREATE VIEW runs AS SELECT 1": "view runs is not as this program defines it",
		"CREATE VIEW more AS SELECT * FROM missing":    "view more was added by another program",
		"CREATE TABLE mine (id)":                       "table mine was added by another program",
		"CREATE INDEX mine ON run (id)":                "index mine was added by another program",
	} {
		path := filepath.Join(t.TempDir(), "runs.db")
		s := open(t, path)
		everyState(t, s)
		closed(t, s)
		damage(t, path, text)
		s = open(t, path)
		commit(t, s, changesOf(9).started(0, 2))
		closed(t, s)
		if got := verified(t, path); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("want only %q:\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// TestTheFileAloneIsAStore takes the file of a store that was never closed
// without its log, as after a kill.
func TestTheFileAloneIsAStore(t *testing.T) {
	t.Parallel()
	young := open(t, filepath.Join(t.TempDir(), "runs.db"))
	defer closed(t, young)
	path := filepath.Join(t.TempDir(), "runs.db")
	content(read(t, young.Path()))(t, path)
	if problems := verified(t, path); len(problems) > 0 {
		t.Error(strings.Join(problems, "\n"))
	}
	s := open(t, path)
	defer closed(t, s)
	commit(t, s, created(1))
}
