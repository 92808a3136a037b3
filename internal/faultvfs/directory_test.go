//go:build linux

package faultvfs

import (
	"path/filepath"
	"testing"
)

// TestIntercept opens files without a name of a VFS, in a directory that is
// intercepted and in another one.
func TestIntercept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	v, err := Intercept(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Intercept(dir); err == nil {
		t.Error("intercepted a directory twice")
	}
	other := open(t, filepath.Join(t.TempDir(), "a.db"), "")
	fill(t, other)
	closed(t, other)
	if v.Len() != 0 {
		t.Errorf("%d operations elsewhere", v.Len())
	}
	db := open(t, filepath.Join(dir, "a.db"), "")
	fill(t, db)
	if n := rows(t, v); n != 33 {
		t.Errorf("%d rows are durable, want 33", n)
	}
	v.Inject(Fault{Kinds: []Kind{Write}})
	before := v.Len()
	if _, err := db.Exec("INSERT INTO t VALUES (100, '')"); err == nil || v.Hits() != 1 || v.Before() < before {
		t.Errorf("%v, %d hits, %d operations before", err, v.Hits(), v.Before())
	}
	if err := v.Close(); err == nil {
		t.Error("closed with open files")
	}
	closed(t, db)
	if err := v.Close(); err != nil {
		t.Error(err)
	}
	db = open(t, filepath.Join(dir, "a.db"), "")
	exec1(t, db, "INSERT INTO t VALUES (100, '')")
	closed(t, db)
}
