//go:build linux

package faultvfs

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	lib "modernc.org/sqlite/lib"
)

// TestFile writes a file beside SQLite, with a VFS and without one.
func TestFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, letters("aaa"), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := Intercept(dir)
	if err != nil {
		t.Fatal(err)
	}
	d, err := DiskOf(1, dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := OpenFile("", path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(at int, s string) error {
		_, err := f.WriteAt(letters(s), int64(at*sector))
		return err
	}
	if err := errors.Join(write(1, "b"), f.Sync()); err != nil {
		t.Error(err)
	}
	for code, want := range map[int32]error{lib.SQLITE_FULL: syscall.ENOSPC, lib.SQLITE_IOERR_WRITE: syscall.EIO} {
		v.Inject(Fault{Kinds: []Kind{Write}, Code: code})
		if err := write(2, "x"); !errors.Is(err, want) {
			t.Errorf("code %d: got %v", code, err)
		}
	}
	v.Inject(Fault{Kinds: []Kind{Open}})
	if _, err := OpenFile("", path); !errors.Is(err, syscall.EIO) {
		t.Errorf("open: %v", err)
	}
	b := make([]byte, 3*sector+1)
	if n, err := f.ReadAt(b, 0); n != 3*sector || !errors.Is(err, io.EOF) {
		t.Errorf("read %d bytes, %v", n, err)
	}
	if got := listing(map[string][]byte{"f": b[:3*sector]}); got != "f:aba" {
		t.Errorf("the file holds %q", got)
	}
	for _, op := range v.Journal() {
		d.Apply(&op)
	}
	if got := listing(d.durable()); got != "f:aba" {
		t.Errorf("%q is durable", got)
	}
	if err := errors.Join(f.Close(), v.Close()); err != nil {
		t.Error(err)
	}
	if f, err = OpenFile("", path); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(write(0, "c"), f.Sync(), f.Close()); err != nil {
		t.Error(err)
	}
}
