package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		make func(t *testing.T, path string)
		want error
	}{
		"text":            {content([]byte(strings.Repeat("this is no database\n", 500))), sqlite.ErrNotDatabase},
		"short text":      {content([]byte("x")), sqlite.ErrNotDatabase},
		"zeros":           {content(make([]byte, 8192)), sqlite.ErrNotDatabase},
		"only the header": {content([]byte("SQLite format 3\x00")), sqlite.ErrNotDatabase},
		"another program": {foreign, sqlite.ErrForeign},
		"other ID":        {statements("PRAGMA application_id = 7"), sqlite.ErrForeign},
		"only a version":  {statements("PRAGMA user_version = 7"), sqlite.ErrForeign},
		"newer version":   {newer, sqlite.ErrNewer},
		"version 0":       {mine("PRAGMA user_version = 0"), sqlite.ErrDamaged},
		"torn":            {torn, sqlite.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "runs.db")
			test.make(t, path)
			before := read(t, path)
			s, err := sqlite.Open(context.Background(), path, sqlite.Config{})
			if err == nil {
				closed(t, s)
			}
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "; ") {
				t.Errorf("%q names no path or no remedy", err)
			}
			if !bytes.Equal(read(t, path), before) {
				t.Error("the file was changed")
			}
			if info, err := os.Stat(path + ".lock"); err != nil || info.Size() != 0 {
				t.Errorf("the lock still has an owner: %v", err)
			}
		})
	}
}

func TestAnEmptyFileIsAStoreToBe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	content(nil)(t, path)
	s := open(t, path)
	defer closed(t, s)
	commit(t, s, created(1))
}

// content returns what writes a file.
func content(b []byte) func(t *testing.T, path string) {
	return func(t *testing.T, path string) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// statements returns what executes statements on a database of its own making.
func statements(texts ...string) func(t *testing.T, path string) {
	return func(t *testing.T, path string) {
		t.Helper()
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if _, err := db.Exec(text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// mine returns what executes statements on a store.
func mine(texts ...string) func(t *testing.T, path string) {
	return func(t *testing.T, path string) {
		t.Helper()
		s := open(t, path)
		commit(t, s, created(1))
		closed(t, s)
		statements(texts...)(t, path)
	}
}

// foreign makes a database of another program.
func foreign(t *testing.T, path string) {
	t.Helper()
	statements("CREATE TABLE customers (id INTEGER)")(t, path)
}

// newer makes a store of a version to come.
func newer(t *testing.T, path string) {
	t.Helper()
	mine("PRAGMA user_version = 999")(t, path)
}

// torn makes a store whose pages behind the first are rubbish.
func torn(t *testing.T, path string) {
	t.Helper()
	mine()(t, path)
	b := read(t, path)
	for i := 4096; i < len(b); i++ {
		b[i] = 0xa5
	}
	content(b)(t, path)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
