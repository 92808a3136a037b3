//go:build linux

package faultvfs

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// This file holds all that is unsafe. The VFS of the system opens the files and
// keeps its own data in them; only their table of methods is exchanged for one
// in which some of the methods are ours. So locks and shared memory need no
// code here.

// rawVFS is a VFS as SQLite sees it, in memory that is not Go's.
type rawVFS struct {
	v       *VFS
	dir     string              // whose files are its own, of one that has no name
	address uintptr             // of the VFS, of one that has
	methods map[uintptr]uintptr // ours, by those of the system
}

// handle is an open file.
type handle struct {
	raw     *rawVFS
	path    string
	methods *lib.Tsqlite3_io_methods // those of the system
	syncDir bool                     // the next sync is that of the directory too
}

// registry finds what belongs to the addresses that SQLite calls back with.
var registry = struct {
	sync.RWMutex
	vfs   map[uintptr]*rawVFS
	dirs  map[string]*rawVFS
	files map[uintptr]*handle
}{vfs: map[uintptr]*rawVFS{}, dirs: map[string]*rawVFS{}, files: map[uintptr]*handle{}}

// register copies the system's VFS under another name.
func register(name string, v *VFS) (*rawVFS, error) {
	tls := libc.NewTLS()
	defer tls.Close()
	system := systemVFS()
	if system == 0 {
		return nil, errors.New("the system has no VFS")
	}
	address, err := copyVFS(tls, system, name, false)
	if err != nil {
		return nil, err
	}
	r := &rawVFS{v: v, address: address, methods: map[uintptr]uintptr{}}
	registry.Lock()
	registry.vfs[r.address] = r
	registry.Unlock()
	return r, nil
}

// systemVFS returns the address of the VFS that SQLite comes with. It is looked
// up before any of ours can have taken its place as the default.
var systemVFS = sync.OnceValue(func() uintptr {
	tls := libc.NewTLS()
	defer tls.Close()
	return lib.Xsqlite3_vfs_find(tls, 0)
})

// linking is held while the list of all VFSs changes or one of them is copied: each
// has a link to the next.
var linking sync.Mutex

// copyVFS registers a copy of a VFS under another name, with our functions.
func copyVFS(tls *libc.TLS, system uintptr, name string, byDefault bool) (address uintptr, err error) {
	cName, err := libc.CString(name)
	if err != nil {
		return 0, err
	}
	if lib.Xsqlite3_vfs_find(tls, cName) != 0 {
		libc.Xfree(tls, cName)
		return 0, errors.New("the name is in use")
	}
	linking.Lock()
	defer linking.Unlock()
	c := *(*lib.Tsqlite3_vfs)(pointer(system))
	c.FpNext, c.FzName = 0, cName
	c.FxOpen, c.FxDelete = function(xOpen), function(xDelete)
	address = allocate(tls, c)
	flag := int32(0)
	if byDefault {
		flag = 1
	}
	if code := lib.Xsqlite3_vfs_register(tls, address, flag); code != lib.SQLITE_OK {
		return 0, fmt.Errorf("result code %d", code)
	}
	return address, nil
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

// unregister is the reverse of register.
func (r *rawVFS) unregister() error {
	tls := libc.NewTLS()
	defer tls.Close()
	registry.Lock()
	defer registry.Unlock()
	for _, h := range registry.files {
		if h.raw == r {
			return fmt.Errorf("file %q is open", h.path)
		}
	}
	if r.dir != "" {
		delete(registry.dirs, r.dir)
	} else {
		linking.Lock()
		code := lib.Xsqlite3_vfs_unregister(tls, r.address)
		linking.Unlock()
		if code != lib.SQLITE_OK {
			return fmt.Errorf("result code %d", code)
		}
		delete(registry.vfs, r.address)
		libc.Xfree(tls, (*lib.Tsqlite3_vfs)(pointer(r.address)).FzName)
		libc.Xfree(tls, r.address)
	}
	for _, methods := range r.methods {
		libc.Xfree(tls, methods)
	}
	return nil
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

// memory returns memory of C, which is valid during the call only.
func memory(address uintptr, n int32) []byte { return unsafe.Slice((*byte)(pointer(address)), n) }

// The types of the functions of a VFS and of the methods of a file.
type (
	openFunc     = func(tls *libc.TLS, vfs, path, file uintptr, flags int32, out uintptr) int32
	deleteFunc   = func(tls *libc.TLS, vfs, path uintptr, syncDir int32) int32
	closeFunc    = func(tls *libc.TLS, file uintptr) int32
	transferFunc = func(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32
	truncateFunc = func(tls *libc.TLS, file uintptr, size int64) int32
)

// owner returns the VFS that a file belongs to, or nil for that of the system.
func owner(vfs uintptr, name string) *rawVFS {
	registry.RLock()
	defer registry.RUnlock()
	if r, ok := registry.vfs[vfs]; ok {
		return r
	}
	return registry.dirs[filepath.Dir(name)]
}

// xOpen opens a file. One without a name is temporary and left alone.
func xOpen(tls *libc.TLS, vfs, path, file uintptr, flags int32, out uintptr) int32 {
	system := systemVFS()
	open := call[openFunc]((*lib.Tsqlite3_vfs)(pointer(system)).FxOpen)
	var r *rawVFS
	name := ""
	if path != 0 {
		name = libc.GoString(path)
		r = owner(vfs, name)
	}
	if r == nil {
		return open(tls, system, path, file, flags, out)
	}
	// SQLite closes a file whose open failed if it has methods.
	(*lib.Tsqlite3_file)(pointer(file)).FpMethods = 0
	return r.v.do(Op{Kind: Open, Path: name}, func(op *Op) int32 {
		before := *op
		r.v.look(&before)
		code := open(tls, system, path, file, flags, out)
		if code == lib.SQLITE_OK {
			r.v.known[name] = true
			*op = before
			r.adopt(tls, file, name, flags)
		}
		return code
	})
}

// adopt puts our methods into a file that was opened.
func (r *rawVFS) adopt(tls *libc.TLS, file uintptr, name string, flags int32) {
	const journals = lib.SQLITE_OPEN_MAIN_JOURNAL | lib.SQLITE_OPEN_SUPER_JOURNAL | lib.SQLITE_OPEN_WAL
	f := (*lib.Tsqlite3_file)(pointer(file))
	h := &handle{
		raw: r, path: name, methods: (*lib.Tsqlite3_io_methods)(pointer(f.FpMethods)),
		syncDir: flags&lib.SQLITE_OPEN_CREATE != 0 && flags&journals != 0,
	}
	ours, ok := r.methods[f.FpMethods]
	if !ok {
		m := *h.methods
		m.FiVersion = min(m.FiVersion, 2) // without memory-mapped reads
		m.FxClose, m.FxRead, m.FxWrite = function(xClose), function(xRead), function(xWrite)
		m.FxTruncate, m.FxSync = function(xTruncate), function(xSync)
		ours = allocate(tls, m)
		r.methods[f.FpMethods] = ours
	}
	registry.Lock()
	registry.files[file] = h
	registry.Unlock()
	f.FpMethods = ours
}

// xDelete deletes a file.
func xDelete(tls *libc.TLS, vfs, path uintptr, syncDir int32) int32 {
	system := systemVFS()
	remove := call[deleteFunc]((*lib.Tsqlite3_vfs)(pointer(system)).FxDelete)
	op := Op{Kind: Delete, Path: libc.GoString(path), Dir: syncDir != 0}
	r := owner(vfs, op.Path)
	if r == nil {
		return remove(tls, system, path, syncDir)
	}
	return r.v.do(op, func(*Op) int32 { return remove(tls, system, path, 0) })
}

// find returns an open file.
func find(file uintptr) *handle {
	registry.RLock()
	defer registry.RUnlock()
	return registry.files[file]
}

func xClose(tls *libc.TLS, file uintptr) int32 {
	h := find(file)
	return h.raw.v.do(Op{Kind: Close, Path: h.path}, func(*Op) int32 {
		registry.Lock()
		delete(registry.files, file)
		registry.Unlock()
		return call[closeFunc](h.methods.FxClose)(tls, file)
	})
}

func xRead(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32 {
	h := find(file)
	passed := false
	code := h.raw.v.do(Op{Kind: Read, Path: h.path, Offset: offset}, func(*Op) int32 {
		passed = true
		return call[transferFunc](h.methods.FxRead)(tls, file, buffer, n, offset)
	})
	if !passed && code == lib.SQLITE_IOERR_SHORT_READ {
		clear(memory(buffer, n)) // what is missing reads as zeros
	}
	return code
}

func xWrite(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32 {
	h := find(file)
	data := append([]byte(nil), memory(buffer, n)...)
	return h.raw.v.do(Op{Kind: Write, Path: h.path, Offset: offset, Data: data}, func(op *Op) int32 {
		return call[transferFunc](h.methods.FxWrite)(tls, file, buffer, int32(len(op.Data)), offset)
	})
}

func xTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	h := find(file)
	return h.raw.v.do(Op{Kind: Truncate, Path: h.path, Offset: size}, func(*Op) int32 {
		return call[truncateFunc](h.methods.FxTruncate)(tls, file, size)
	})
}

// xSync records a sync; see the package documentation.
func xSync(_ *libc.TLS, file uintptr, _ int32) int32 {
	h := find(file)
	return h.raw.v.do(Op{Kind: Sync, Path: h.path, Dir: h.syncDir}, func(*Op) int32 {
		h.syncDir = false
		return lib.SQLITE_OK
	})
}
