//go:build linux

package faultvfs

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// names makes the names of VFS differ.
var names atomic.Int64

// registered returns a VFS for a test.
func registered(t *testing.T) *VFS {
	t.Helper()
	v, err := Register(fmt.Sprint("test-", names.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

// open opens a database in WAL mode with one connection. An empty VFS is that
// of the system.
func open(t *testing.T, path, vfs string) *sql.DB {
	t.Helper()
	name := "file:" + path + "?_pragma=journal_mode(wal)&_pragma=synchronous(full)"
	if vfs != "" {
		name += "&vfs=" + vfs
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

func exec1(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.Exec(text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func closed(t *testing.T, db *sql.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// fill makes a table and works on it.
func fill(t *testing.T, db *sql.DB) {
	t.Helper()
	exec1(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
	for i := range 50 {
		exec1(t, db, fmt.Sprintf("INSERT INTO t VALUES (%d, printf('%%.*c', %d, 'x'))", i, i*100))
		if i%20 == 10 {
			exec1(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
		}
	}
	exec1(t, db, "DELETE FROM t WHERE id % 3 = 0")
	exec1(t, db, "VACUUM")
}

// TestChangesNothing does the same through the VFS and without it.
func TestChangesNothing(t *testing.T) {
	t.Parallel()
	v := registered(t)
	var files [2][]byte
	for i, vfs := range []string{"", v.Name()} {
		path := filepath.Join(t.TempDir(), "a.db")
		db := open(t, path, vfs)
		fill(t, db)
		closed(t, db)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[i] = content
	}
	if len(files[0]) == 0 || !bytes.Equal(files[0], files[1]) {
		t.Errorf("files of %d and %d bytes differ", len(files[0]), len(files[1]))
	}
}

// TestJournalIsComplete replays the journal and compares with the real files,
// while they are open and afterwards.
func TestJournalIsComplete(t *testing.T) {
	t.Parallel()
	v := registered(t)
	path := filepath.Join(t.TempDir(), "a.db")
	compare := func() {
		t.Helper()
		d := replayed(1, v.Journal()...)
		for _, suffix := range []string{"", "-wal", "-journal"} {
			want, err := os.ReadFile(path + suffix)
			f := d.name(path + suffix).current()
			if (err == nil) != (f != nil) {
				t.Errorf("%q: the journal has it %t, the system says %v", suffix, f != nil, err)
				continue
			}
			if f != nil {
				if f.flush(); !bytes.Equal(f.durable, want) {
					t.Errorf("%q: %d bytes in the journal, %d in the file, or others", suffix, len(f.durable), len(want))
				}
			}
		}
	}
	db := open(t, path, v.Name())
	fill(t, db)
	compare()
	exec1(t, db, "PRAGMA journal_mode = DELETE")
	exec1(t, db, "DELETE FROM t WHERE id % 5 = 0")
	closed(t, db)
	compare()
}

// rows returns the number of rows that are durable; -1 if there is no table.
func rows(t *testing.T, v *VFS) (n int) {
	t.Helper()
	dir := t.TempDir()
	if err := replayed(1, v.Journal()...).Durable(dir); err != nil {
		t.Fatal(err)
	}
	db := open(t, filepath.Join(dir, "a.db"), "")
	defer closed(t, db)
	if err := db.QueryRow("SELECT count(*) FROM t").Scan(&n); err != nil {
		return -1
	}
	return n
}

func TestWhatIsSyncedIsDurable(t *testing.T) {
	t.Parallel()
	v := registered(t)
	db := open(t, filepath.Join(t.TempDir(), "a.db"), v.Name())
	defer closed(t, db)
	exec1(t, db, "CREATE TABLE t (id INTEGER)")
	exec1(t, db, "INSERT INTO t VALUES (1)")
	if n := rows(t, v); n != 1 {
		t.Errorf("%d rows after a commit, want 1", n)
	}
	exec1(t, db, "PRAGMA synchronous = NORMAL")
	exec1(t, db, "INSERT INTO t VALUES (2)")
	if n := rows(t, v); n != 1 {
		t.Errorf("%d rows after a commit without a sync, want 1", n)
	}
	exec1(t, db, "PRAGMA synchronous = FULL")
	exec1(t, db, "INSERT INTO t VALUES (3)")
	if n := rows(t, v); n != 3 {
		t.Errorf("%d rows after another commit, want 3", n)
	}
	v.Lie()
	exec1(t, db, "INSERT INTO t VALUES (4)")
	if n := rows(t, v); n != 3 {
		t.Errorf("%d rows after a lie, want 3", n)
	}
}

func TestFaultsOfEveryKind(t *testing.T) {
	t.Parallel()
	for kind, want := range map[Kind]int{
		Read: lib.SQLITE_IOERR_READ, Write: lib.SQLITE_IOERR_WRITE, Sync: lib.SQLITE_IOERR_FSYNC,
		Truncate: lib.SQLITE_IOERR_TRUNCATE, Open: lib.SQLITE_CANTOPEN,
	} {
		v := registered(t)
		db := open(t, filepath.Join(t.TempDir(), "a.db"), v.Name())
		exec1(t, db, "CREATE TABLE t (id INTEGER)")
		if kind == Open { // which happens in a new connection
			closed(t, db)
			db = open(t, filepath.Join(t.TempDir(), "a.db"), v.Name())
		}
		do := map[Kind]string{Read: "PRAGMA wal_checkpoint", Truncate: "PRAGMA wal_checkpoint(TRUNCATE)"}[kind]
		if do == "" {
			do = "CREATE TABLE u (id INTEGER)"
		}
		v.Inject(Fault{Kinds: []Kind{kind}})
		_, err := db.Exec(do)
		var e *driver.Error
		if !errors.As(err, &e) || e.Code()&0xff != want&0xff || v.Hits() != 1 {
			t.Errorf("%v: got %v, hit %d times; want code %d", kind, err, v.Hits(), want)
		}
		if _, err := db.Exec(do); err != nil {
			t.Errorf("%v: afterwards: %v", kind, err)
		}
		v.Inject(Fault{Kinds: []Kind{kind}, Suffix: "-nothing", Forever: true})
		exec1(t, db, "CREATE TABLE w (id INTEGER)")
		closed(t, db)
	}
}

func TestFaultForGood(t *testing.T) {
	t.Parallel()
	v := registered(t)
	db := open(t, filepath.Join(t.TempDir(), "a.db"), v.Name())
	defer closed(t, db)
	exec1(t, db, "CREATE TABLE t (id INTEGER)")
	v.Inject(Fault{Kinds: []Kind{Write}, Code: lib.SQLITE_FULL, At: 2, Forever: true})
	for range 3 {
		var e *driver.Error
		if _, err := db.Exec("INSERT INTO t VALUES (1)"); !errors.As(err, &e) || e.Code() != lib.SQLITE_FULL {
			t.Errorf("got %v", err)
		}
	}
	if n := v.Heal(); n != 3 {
		t.Errorf("%d hits, want 3", n)
	}
	exec1(t, db, "INSERT INTO t VALUES (1)")
}

func TestPartialWrite(t *testing.T) {
	t.Parallel()
	v := registered(t)
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path, v.Name())
	defer closed(t, db)
	exec1(t, db, "CREATE TABLE t (id INTEGER)")
	before, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	v.Inject(Fault{Kinds: []Kind{Write}, At: 2, Partial: true}) // a page, behind its header
	if _, err := db.Exec("INSERT INTO t VALUES (1)"); err == nil {
		t.Error("no error")
	}
	after, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	want := (before.Size() + 24 + 2048) / sector * sector
	if after.Size() != want {
		t.Errorf("the file has %d bytes, want %d", after.Size(), want)
	}
	ops := v.Journal()
	if last := ops[len(ops)-1]; last.Offset+int64(len(last.Data)) != want || last.Code == 0 {
		t.Errorf("the journal says %d bytes at %d, code %d", len(last.Data), last.Offset, last.Code)
	}
}

func TestShortRead(t *testing.T) {
	t.Parallel()
	v := registered(t)
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path, v.Name())
	exec1(t, db, "CREATE TABLE t (id INTEGER)")
	closed(t, db)
	db = open(t, path, v.Name())
	defer closed(t, db)
	v.Inject(Fault{Kinds: []Kind{Read}, Code: lib.SQLITE_IOERR_SHORT_READ, Forever: true})
	var e *driver.Error
	if _, err := db.Exec("SELECT * FROM t"); !errors.As(err, &e) || e.Code() != lib.SQLITE_NOTADB {
		t.Errorf("a file of zeros: got %v", err)
	}
	v.Heal()
	exec1(t, db, "SELECT * FROM t")
}

// killVariable makes a test the process that is to be killed.
const killVariable = "FAULTVFS_TEST_KILL"

func TestKill(t *testing.T) {
	t.Parallel()
	if path := os.Getenv(killVariable); path != "" {
		v := registered(t)
		v.Inject(Fault{Kinds: []Kind{Sync}, Kill: true})
		_, err := open(t, path, v.Name()).Exec("CREATE TABLE t (id INTEGER)")
		t.Fatal("still alive", err)
	}
	path := filepath.Join(t.TempDir(), "a.db")
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
	cmd.Env = append(os.Environ(), killVariable+"="+path)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Errorf("got %v\n%s", err, out)
	}
	if _, err := os.Stat(path + "-journal"); err != nil {
		t.Errorf("what was done before is gone: %v", err)
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	v := registered(t)
	if _, err := Register(v.Name()); err == nil {
		t.Error("registered a name twice")
	}
	other, err := Register("other")
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, filepath.Join(t.TempDir(), "a.db"), "other")
	exec1(t, db, "CREATE TABLE t (id INTEGER)")
	if err := other.Close(); err == nil {
		t.Error("closed with open files")
	}
	closed(t, db)
	if err := other.Close(); err != nil {
		t.Error(err)
	}
}

// TestDead lets a process do nothing more from a sync on.
func TestDead(t *testing.T) {
	t.Parallel()
	v := registered(t)
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path, v.Name())
	exec1(t, db, "CREATE TABLE t (id INTEGER)")
	v.Inject(Fault{Kinds: []Kind{Sync}, Dead: true})
	if _, err := db.Exec("INSERT INTO t VALUES (1)"); err == nil {
		t.Error("no error")
	}
	before, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	n := v.Before()
	if ops := v.Journal(); ops[n].Kind != Sync || ops[n-1].Kind != Write {
		t.Errorf("it died at a %v behind a %v", ops[n].Kind, ops[n-1].Kind)
	}
	if _, err := db.Exec("PRAGMA wal_checkpoint"); err == nil {
		t.Error("a checkpoint")
	}
	_ = db.Close() // which fails
	for _, op := range v.Journal()[n:] {
		if op.Code == 0 && op.Kind != Close {
			t.Errorf("a %v of the dead", op.Kind)
		}
	}
	after, err := os.ReadFile(path + "-wal")
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the log has %d bytes, and had %d: %v", len(after), len(before), err)
	}
}
