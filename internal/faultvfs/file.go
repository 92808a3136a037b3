//go:build linux

package faultvfs

import (
	"os"
	"path/filepath"
	"syscall"

	lib "modernc.org/sqlite/lib"
)

// File is a file of a VFS that a program opens beside SQLite, to write to it by
// itself. Its operations are those of the VFS: they are in its journal, and may
// fail.
type File struct {
	v    *VFS
	file *os.File
}

// OpenFile opens a file for reading and writing that is there. It belongs to the
// VFS of that name or, without a name, to that of its directory. If there is none
// it is a file of the system.
func OpenFile(vfs, path string) (*File, error) {
	f := &File{v: named(vfs, path)}
	err := f.do(Op{Kind: Open, Path: path}, func(*Op) (err error) {
		f.file, err = os.OpenFile(path, os.O_RDWR, 0)
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// named returns the VFS of a name or of the directory of a file, or nil.
func named(vfs, path string) *VFS {
	registry.RLock()
	defer registry.RUnlock()
	for _, r := range registry.vfs {
		if vfs != "" && r.v.name == vfs {
			return r.v
		}
	}
	if r := registry.dirs[filepath.Dir(path)]; r != nil && vfs == "" {
		return r.v
	}
	return nil
}

// do does an operation. Its error is that of the system, or what the fault is
// like: no space, or an I/O error.
func (f *File) do(op Op, pass func(op *Op) error) (err error) {
	if f.v == nil {
		return pass(&op)
	}
	code := f.v.do(op, func(op *Op) int32 {
		if err = pass(op); err != nil {
			return lib.SQLITE_IOERR
		}
		return lib.SQLITE_OK
	})
	switch {
	case code == lib.SQLITE_OK || err != nil:
		return err
	case code == lib.SQLITE_FULL:
		return &os.PathError{Op: op.Kind.String(), Path: op.Path, Err: syscall.ENOSPC}
	}
	return &os.PathError{Op: op.Kind.String(), Path: op.Path, Err: syscall.EIO}
}

// ReadAt reads, which never fails by a fault.
func (f *File) ReadAt(b []byte, offset int64) (int, error) { return f.file.ReadAt(b, offset) }

// WriteAt writes all of b or fails.
func (f *File) WriteAt(b []byte, offset int64) (int, error) {
	op := Op{Kind: Write, Path: f.file.Name(), Offset: offset, Data: append([]byte(nil), b...)}
	err := f.do(op, func(op *Op) error {
		_, err := f.file.WriteAt(op.Data, offset)
		return err
	})
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

// Sync makes the content durable, but not the name.
func (f *File) Sync() error {
	return f.do(Op{Kind: Sync, Path: f.file.Name()}, func(*Op) error { return nil })
}

// Close closes the file, which never fails by a fault.
func (f *File) Close() error { return f.file.Close() }
