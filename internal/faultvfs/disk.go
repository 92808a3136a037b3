//go:build linux

package faultvfs

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	lib "modernc.org/sqlite/lib"
)

// Disk is what a disk holds after the operations that were applied to it: what
// is durable, and what is not yet. See the package documentation for the rules.
type Disk struct {
	rng   *rand.Rand
	names map[string]*name
	order []string // the paths in the order of their first operation
}

// NewDisk returns an empty disk. The seed decides all that chance decides.
func NewDisk(seed uint64) *Disk {
	return &Disk{rng: rand.New(rand.NewPCG(seed, 1)), names: map[string]*name{}}
}

// DiskOf returns the disk that holds the files in a directory durably, as after
// a start of the system. The -shm files are not among them.
func DiskOf(seed uint64, dir string) (*Disk, error) {
	d := NewDisk(seed)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if e.IsDir() || strings.HasSuffix(path, "-shm") {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		d.name(path).durable = &file{durable: content}
	}
	return d, nil
}

// name is a name in a directory.
type name struct {
	durable *file // nil if there is no such file
	// pending are the changes that are not durable; nil is a deletion.
	pending []*file
}

// current returns the file that a program sees under the name, or nil.
func (n *name) current() *file {
	if len(n.pending) > 0 {
		return n.pending[len(n.pending)-1]
	}
	return n.durable
}

// file is the content of a file, whatever its name is by now.
type file struct {
	durable []byte
	pending []change
}

// change is a write or a truncation that is not durable yet.
type change struct {
	offset   int64 // the new size of a truncation
	data     []byte
	truncate bool
}

// Apply applies the next operation of a journal.
func (d *Disk) Apply(op *Op) {
	n := d.name(op.Path)
	failed := op.Code != lib.SQLITE_OK
	switch op.Kind {
	case Open:
		if !failed {
			d.open(n, op)
		}
	case Write:
		if len(op.Data) > 0 {
			n.current().pending = append(n.current().pending, change{offset: op.Offset, data: op.Data})
		}
	case Truncate:
		if !failed {
			n.current().pending = append(n.current().pending, change{offset: op.Offset, truncate: true})
		}
	case Sync:
		d.sync(n.current(), op, failed)
	case Delete:
		if !failed {
			n.pending = append(n.pending, nil)
			d.syncDir(op)
		}
	}
}

// name returns a name, which is unknown at first.
func (d *Disk) name(path string) *name {
	n, ok := d.names[path]
	if !ok {
		n = new(name)
		d.names[path] = n
		d.order = append(d.order, path)
	}
	return n
}

// open makes the file known. One that is known already may be opened by another
// process, whose journal begins with the file as it is.
func (d *Disk) open(n *name, op *Op) {
	switch {
	case n.current() != nil:
	case op.Created:
		n.pending = append(n.pending, new(file))
	case op.Data != nil:
		n.durable = &file{durable: bytes.Clone(op.Data)}
	}
}

// sync makes the content of a file durable. A failed one leaves to chance, for
// good, what becomes of it.
func (d *Disk) sync(f *file, op *Op, failed bool) {
	switch {
	case failed:
		f.durable, f.pending = f.survivors(d.rng), nil
	case !op.Lie:
		f.flush()
		d.syncDir(op)
	}
}

// syncDir makes the names in a directory durable, if the operation does so.
func (d *Disk) syncDir(op *Op) {
	if !op.Dir {
		return
	}
	for path, n := range d.names {
		if filepath.Dir(path) == filepath.Dir(op.Path) {
			n.durable, n.pending = n.current(), nil
		}
	}
}

// flush makes everything in the file durable.
func (f *file) flush() {
	for i := range f.pending {
		f.durable = f.pending[i].apply(f.durable)
	}
	f.pending = nil
}

// apply makes a change to the content of a file. It changes b in place, whose
// owner goes on with the result.
func (c *change) apply(b []byte) []byte {
	if c.truncate {
		return resize(b, c.offset)
	}
	if end := c.offset + int64(len(c.data)); end > int64(len(b)) {
		b = resize(b, end)
	}
	copy(b[c.offset:], c.data)
	return b
}

// resize cuts, or appends zeros.
func resize(b []byte, size int64) []byte {
	if size <= int64(len(b)) {
		return b[:size]
	}
	return append(b, make([]byte, size-int64(len(b)))...)
}

// Durable writes into a directory what is durable, and nothing else.
func (d *Disk) Durable(dir string) error { return write(dir, d.durable()) }

// Image writes into a directory what a power failure leaves now. Every call
// with another seed leaves something else. The disk itself stays as it is.
func (d *Disk) Image(dir string, seed uint64) error { return write(dir, d.image(seed)) }

// durable returns the files of Durable by their paths.
func (d *Disk) durable() map[string][]byte {
	files := map[string][]byte{}
	for path, n := range d.names {
		if n.durable != nil {
			files[path] = n.durable.durable
		}
	}
	return files
}

// image returns the files of Image by their paths.
func (d *Disk) image(seed uint64) map[string][]byte {
	rng := rand.New(rand.NewPCG(seed, 2))
	files := map[string][]byte{}
	for _, path := range d.order {
		n := d.names[path]
		f := n.durable
		if k := rng.IntN(len(n.pending) + 1); k > 0 {
			f = n.pending[k-1]
		}
		if f != nil {
			files[path] = f.survivors(rng)
		}
	}
	return files
}

// write writes files into a directory.
func write(dir string, files map[string][]byte) error {
	for path, content := range files {
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
