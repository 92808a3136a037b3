//go:build linux

package faultvfs

import (
	"fmt"
	"path/filepath"
	"sync"

	"modernc.org/libc"
)

// Intercept returns a VFS for the files of one directory, for programs that name
// no VFS: whatever they open there goes through it. It has no name of its own.
//
// The first call makes a VFS of this package the default of the process, which
// leaves files in all other directories to the system.
func Intercept(dir string) (*VFS, error) {
	dir, err := filepath.EvalSymlinks(dir) // as SQLite does
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err == nil {
		err = becomeDefault()
	}
	if err != nil {
		return nil, fmt.Errorf("intercept %q: %w", dir, err)
	}
	v := &VFS{known: map[string]bool{}}
	v.raw = &rawVFS{v: v, dir: dir, methods: map[uintptr]uintptr{}}
	registry.Lock()
	defer registry.Unlock()
	if registry.dirs[dir] != nil {
		return nil, fmt.Errorf("intercept %q: it is intercepted already", dir)
	}
	registry.dirs[dir] = v.raw
	return v, nil
}

// becomeDefault registers the VFS that finds out whose a file is.
var becomeDefault = sync.OnceValue(func() error {
	system := systemVFS()
	tls := libc.NewTLS()
	defer tls.Close()
	_, err := copyVFS(tls, system, "faultvfs-default", true)
	return err
})
