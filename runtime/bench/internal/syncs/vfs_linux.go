package syncs

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// This file holds all that is unsafe. The VFS of the system opens the files and
// keeps its own data in them; only their table of methods is exchanged for one
// that counts and then calls the system's.

// The VFS of the system, and ours, once there is one.
var vfs struct {
	sync.Mutex
	system, ours uintptr
	tables       map[uintptr]uintptr // ours, by those of the system
}

// table is a table of methods with what it stands for.
type table struct {
	lib.Tsqlite3_io_methods
	system uintptr
}

// Count has every file counted that SQLite opens from now on, until stop is called.
func Count() (stop func() error, err error) {
	vfs.Lock()
	defer vfs.Unlock()
	tls := libc.NewTLS()
	defer tls.Close()
	if vfs.ours == 0 {
		if err := create(tls); err != nil {
			return nil, err
		}
	}
	if err := prefer(tls, vfs.ours); err != nil {
		return nil, err
	}
	return func() error {
		vfs.Lock()
		defer vfs.Unlock()
		tls := libc.NewTLS()
		defer tls.Close()
		return prefer(tls, vfs.system)
	}, nil
}

// prefer makes a VFS the one that files are opened with.
func prefer(tls *libc.TLS, address uintptr) error {
	if code := lib.Xsqlite3_vfs_register(tls, address, 1); code != lib.SQLITE_OK {
		return fmt.Errorf("register VFS: result code %d", code)
	}
	return nil
}

// create makes our VFS, a copy of the system's that opens files in its own way.
// It stays, as files may be open.
func create(tls *libc.TLS) error {
	system := lib.Xsqlite3_vfs_find(tls, 0)
	if system == 0 {
		return errors.New("the system has no VFS")
	}
	name, err := libc.CString("counting")
	if err != nil {
		return err
	}
	c := *(*lib.Tsqlite3_vfs)(pointer(system))
	c.FpNext, c.FzName, c.FxOpen = 0, name, function(xOpen)
	vfs.system, vfs.ours, vfs.tables = system, allocate(tls, c), map[uintptr]uintptr{}
	return nil
}

// allocate returns the address of a copy outside the memory of Go.
func allocate[T any](tls *libc.TLS, value T) uintptr {
	address := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(value)))
	if address == 0 {
		panic("out of memory")
	}
	*(*T)(pointer(address)) = value
	return address
}

// pointer turns an address of C into a pointer of Go. What it points to is not
// Go's, and there as long as SQLite says so.
func pointer(address uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&address))
}

// function returns a function, which must not be a closure, as the address that
// translated C calls.
func function(f any) uintptr { return (*[2]uintptr)(unsafe.Pointer(&f))[1] }

// call returns the function at such an address.
func call[F any](address uintptr) F {
	return *(*F)(unsafe.Pointer(&struct{ uintptr }{address}))
}

// The types of the functions of a VFS and of the methods of a file.
type (
	openFunc  = func(tls *libc.TLS, vfs, path, file uintptr, flags int32, out uintptr) int32
	writeFunc = func(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32
	syncFunc  = func(tls *libc.TLS, file uintptr, flags int32) int32
)

func xOpen(tls *libc.TLS, _, path, file uintptr, flags int32, out uintptr) int32 {
	vfs.Lock()
	defer vfs.Unlock()
	open := call[openFunc]((*lib.Tsqlite3_vfs)(pointer(vfs.system)).FxOpen)
	code := open(tls, vfs.system, path, file, flags, out)
	f := (*lib.Tsqlite3_file)(pointer(file))
	if code != lib.SQLITE_OK || f.FpMethods == 0 {
		return code
	}
	ours, ok := vfs.tables[f.FpMethods]
	if !ok {
		t := table{*(*lib.Tsqlite3_io_methods)(pointer(f.FpMethods)), f.FpMethods}
		t.FxWrite, t.FxSync = function(xWrite), function(xSync)
		ours = allocate(tls, t)
		vfs.tables[f.FpMethods] = ours
	}
	f.FpMethods = ours
	return code
}

// system returns the methods of the system for a file.
func system(file uintptr) *lib.Tsqlite3_io_methods {
	ours := (*table)(pointer((*lib.Tsqlite3_file)(pointer(file)).FpMethods))
	return (*lib.Tsqlite3_io_methods)(pointer(ours.system))
}

func xWrite(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32 {
	written.Add(int64(n))
	return call[writeFunc](system(file).FxWrite)(tls, file, buffer, n, offset)
}

func xSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	flushed.Add(1)
	return call[syncFunc](system(file).FxSync)(tls, file, flags)
}
