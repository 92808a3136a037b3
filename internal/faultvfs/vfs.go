//go:build linux

package faultvfs

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"

	lib "modernc.org/sqlite/lib"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

// VFS is a registered VFS and what controls it. It is safe for concurrent use;
// its operations happen one at a time.
type VFS struct {
	name string
	raw  *rawVFS

	mu      sync.Mutex
	journal []Op
	known   map[string]bool // the files that were opened or deleted before
	lying   bool
	fault   Fault
	matched int  // the operations that the fault could have hit
	armed   bool // there is a fault that may still hit
	hits    int
	before  int // the operations in the journal before the first hit
}

// Register adds a VFS to SQLite under a name, to be given as the parameter vfs
// of a DSN. The name must not be in use.
func Register(name string) (*VFS, error) {
	v := &VFS{name: name, known: map[string]bool{}}
	raw, err := register(name, v)
	if err != nil {
		return nil, fmt.Errorf("register VFS %q: %w", name, err)
	}
	v.raw = raw
	return v, nil
}

// Name returns the name of the VFS.
func (v *VFS) Name() string { return v.name }

// Close removes the VFS from SQLite. Every file has to be closed before.
func (v *VFS) Close() error { return v.raw.unregister() }

// Fault says which operation fails, and how.
type Fault struct {
	// At counts the operations from the call of [VFS.Inject] on: the operation
	// with this number fails. Defaults to 1, the next one.
	At int
	// Kinds are the operations that count and may fail. Defaults to all. A close
	// that fails has closed the file all the same.
	Kinds []Kind
	// Suffix selects files by the end of their name, such as "-wal". Defaults to all.
	Suffix string
	// Code is the result code. Defaults to the I/O error of the kind.
	Code int32
	// Forever lets all such operations fail from then on.
	Forever bool
	// Partial has the first sectors of a write reach the file before it fails,
	// up to its middle.
	Partial bool
	// Dead lets every operation fail from then on, of whatever kind: nothing more
	// reaches the files, as if the process had been killed before the operation.
	Dead bool
	// Kill kills the process with SIGKILL before the operation instead.
	Kill bool
}

// Inject sets the fault, in place of the one before.
func (v *VFS) Inject(f Fault) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f.At = max(f.At, 1)
	v.fault, v.matched, v.armed, v.hits = f, 0, true, 0
}

// Heal takes the fault away and returns how many operations it hit.
func (v *VFS) Heal() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.armed = false
	return v.hits
}

// Before returns how many operations the journal had when the last fault first
// hit, or all if it has not. They are what the process did if the fault is that
// of a dead one.
func (v *VFS) Before() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.hits == 0 {
		return len(v.journal)
	}
	return v.before
}

// Hits returns how many operations the last fault hit.
func (v *VFS) Hits() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.hits
}

// Lie makes syncs, from now on, succeed without making anything durable.
func (v *VFS) Lie() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.lying = true
}

// Len returns the number of operations in the journal.
func (v *VFS) Len() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.journal)
}

// Journal returns the operations so far.
func (v *VFS) Journal() []Op {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clip(v.journal)
}

// do passes an operation on, unless the fault hits it, and records it. pass
// returns the result code.
func (v *VFS) do(op Op, pass func(op *Op) int32) int32 {
	v.mu.Lock()
	defer v.mu.Unlock()
	op.Lie = op.Kind == Sync && (v.lying || teeth.Has(teeth.LyingFlush))
	if v.strikes(&op) {
		v.fail(&op, pass)
	} else if op.Code = pass(&op); op.Code != lib.SQLITE_OK && op.Kind == Write {
		op.Data = nil // the system refuses to write to a file that was opened to be read
	}
	v.journal = append(v.journal, op)
	return op.Code
}

// strikes counts an operation and reports whether the fault hits it.
func (v *VFS) strikes(op *Op) bool {
	if !v.armed || !v.fault.counts(op) {
		return false
	}
	v.matched++
	if v.matched < v.fault.At {
		return false
	}
	if v.fault.Dead {
		v.fault = Fault{Forever: true}
	}
	v.armed = v.fault.Forever
	if v.hits == 0 {
		v.before = len(v.journal)
	}
	v.hits++
	return true
}

// fail executes an operation that the fault hits.
func (v *VFS) fail(op *Op, pass func(op *Op) int32) {
	if v.fault.Kill {
		if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
			panic(err)
		}
		select {} // the signal is on its way
	}
	middle := (op.Offset + int64(len(op.Data))/2) / sector * sector
	op.Data = op.Data[:max(middle-op.Offset, 0)]
	switch {
	case op.Kind == Close:
		pass(op)
	case !v.fault.Partial || len(op.Data) == 0 || pass(op) != lib.SQLITE_OK:
		op.Data = nil
	}
	op.Code = v.fault.Code
	if op.Code == 0 {
		op.Code = usualCodes[op.Kind]
	}
}

// counts reports whether an operation is one that the fault is about.
func (f *Fault) counts(op *Op) bool {
	return (f.Kinds == nil || slices.Contains(f.Kinds, op.Kind)) && strings.HasSuffix(op.Path, f.Suffix)
}

// look notes what is there before a file is opened. It reads only a file that
// nobody has open: closing one takes away the locks of this process on it.
func (v *VFS) look(op *Op) {
	info, err := os.Lstat(op.Path)
	switch {
	case err != nil:
		op.Created = true
	case v.known[op.Path]:
	case info.Size() == 0:
		op.Created = true
	default:
		op.Data, err = os.ReadFile(op.Path)
		if err != nil {
			panic(err) // a journal with a hole would prove nothing
		}
	}
}
