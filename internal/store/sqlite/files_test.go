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

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
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
		"damaged header":  {altered(func(b []byte) []byte { b[16] ^= 0x55; return b }), sqlite.ErrNotDatabase},
		"unknown format":  {altered(func(b []byte) []byte { b[47] ^= 0x10; return b }), sqlite.ErrDamaged},
		"damaged magic":   {altered(func(b []byte) []byte { b[3] = 0; return b }), sqlite.ErrNotDatabase},
		"one page":        {altered(func(b []byte) []byte { return b[:sqlite.PageSize] }), sqlite.ErrDamaged},
		"half a page":     {altered(func(b []byte) []byte { return b[:sqlite.PageSize/2] }), sqlite.ErrDamaged},
		"log of rubbish":  {withLog(bytes.Repeat([]byte{0xa5}, 10_000)), sqlite.ErrDamaged},
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
			if strings.Count(err.Error(), test.want.Error()) != 1 {
				t.Errorf("%q does not say once what is wrong", err)
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

// altered returns what changes the bytes of a store's file.
func altered(change func(b []byte) []byte) func(t *testing.T, path string) {
	return func(t *testing.T, path string) {
		t.Helper()
		mine()(t, path)
		content(change(read(t, path)))(t, path)
	}
}

// withLog returns what puts a log beside a store.
func withLog(log []byte) func(t *testing.T, path string) {
	return func(t *testing.T, path string) {
		t.Helper()
		mine()(t, path)
		content(log)(t, path+"-wal")
	}
}

// torn makes a store whose pages behind the first are rubbish.
func torn(t *testing.T, path string) {
	t.Helper()
	mine()(t, path)
	b := read(t, path)
	for i := sqlite.PageSize; i < len(b); i++ {
		b[i] = 0xa5
	}
	content(b)(t, path)
}

// TestFilesBesideTheFile damages what SQLite keeps beside the file of a process
// that was killed.
func TestFilesBesideTheFile(t *testing.T) {
	t.Parallel()
	live := open(t, filepath.Join(t.TempDir(), "runs.db"))
	t.Cleanup(func() { closed(t, live) })
	const runs = 20
	for num := int64(1); num <= runs; num++ {
		commit(t, live, created(num))
	}
	for name, test := range map[string]struct {
		change func(t *testing.T, path string)
		least  int // how many of the runs are there at least
	}{
		"as they are": {func(*testing.T, string) {}, runs},
		"no index":    {func(t *testing.T, path string) { t.Helper(); removeFile(t, path+"-shm") }, runs},
		"index of rubbish": {func(t *testing.T, path string) {
			t.Helper()
			content(bytes.Repeat([]byte{0xa5}, 32768))(t, path+"-shm")
		}, runs},
		"short index": {func(t *testing.T, path string) { t.Helper(); content([]byte("x"))(t, path+"-shm") }, runs},
		"empty log":   {func(t *testing.T, path string) { t.Helper(); content(nil)(t, path+"-wal") }, 0},
		"log cut short": {func(t *testing.T, path string) {
			t.Helper()
			b := read(t, path+"-wal")
			content(b[:len(b)-5000])(t, path+"-wal")
		}, 1},
		"rubbish in the log": {func(t *testing.T, path string) {
			t.Helper()
			b := read(t, path+"-wal")
			copy(b[len(b)-5000:], "rubbish")
			content(b)(t, path+"-wal")
		}, 1},
		"rubbish behind a log": {func(t *testing.T, path string) {
			t.Helper()
			b := read(t, path+"-wal")
			content(append(b, b[:7000]...))(t, path+"-wal")
		}, runs},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "runs.db")
			for _, suffix := range []string{"", "-wal", "-shm"} {
				content(read(t, live.Path()+suffix))(t, path+suffix)
			}
			test.change(t, path)
			s := open(t, path)
			n := int64(0)
			for r, err := range s.OpenRuns(context.Background()) {
				if n++; err != nil || r.Num != n {
					t.Fatalf("run %d: %+v, %v", n, r, err)
				}
			}
			if n < int64(test.least) || n > runs {
				t.Errorf("%d runs are left", n)
			}
			commit(t, s, created(n+1))
			closed(t, s)
		})
	}
}

// TestDamageInTheMiddle damages a page that holds some of the runs. The store
// opens, says of the runs in it that they are damaged, and reads the others.
func TestDamageInTheMiddle(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	s := open(t, path)
	for num := int64(1); num <= 400; num++ {
		commit(t, s, created(num), &store.RunEnded{Run: num, Status: engine.RunCompleted, At: num})
	}
	closed(t, s)
	b := read(t, path)
	at := (pageOfRow(t, path, 200) - 1) * sqlite.PageSize
	copy(b[at:at+sqlite.PageSize], bytes.Repeat([]byte{0xa5}, sqlite.PageSize))
	content(b)(t, path)
	s = open(t, path)
	defer closed(t, s)
	if _, err := s.Run(context.Background(), id(2)); err != nil {
		t.Errorf("a run in another page: %v", err)
	}
	if _, err := s.Run(context.Background(), id(200)); !errors.Is(err, sqlite.ErrDamaged) {
		t.Errorf("a run in the page: %v", err)
	}
	commit(t, s, created(401))
}

func removeFile(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
