// Package sqlite is a store of runs in one SQLite file.
//
// The file belongs to one [Store] at a time, which a lock on a file beside it
// (FILE.lock) guarantees; anyone may read it meanwhile, with a [Reader] or any
// SQLite tool. One connection writes and a few read-only connections read, so
// that readers and the writer never wait for each other. The tables, and views
// that make them readable, are in schema.sql.
//
// What [Store.Commit] stored is on disk when it returns. What it did not store
// it never will: an error says so, unless it matches [store.ErrUncertain], and
// [store.ErrUnavailable] says that the same commit may succeed later. [Verify]
// finds what other hands or a bad disk have done to a file, and [Store.Backup]
// copies one that is in use.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
	"github.com/cloacina-go/cloacina/internal/teeth"
	driver "modernc.org/sqlite"
)

// Config says how a store is opened. The zero value is the safe choice.
type Config struct {
	// Relaxed lets a commit return before it is on disk. A crash of the
	// process then still loses nothing; a power failure or a crash of the
	// system may lose the last commits, never their order or consistency.
	// Defaults to false: what is committed is on disk.
	Relaxed bool
	// Readers bounds the number of connections that read at once. Defaults to 4.
	Readers int
	// VFS is the name of the SQLite VFS to open the file with, for tests.
	// Defaults to that of the system.
	VFS string
}

// WithDefaults returns the config with its defaults filled in.
func (c Config) WithDefaults() Config {
	if c.Readers <= 0 {
		c.Readers = 4
	}
	return c
}

// Store is a [store.Store] in a SQLite file. It is safe for concurrent use.
type Store struct {
	reader
	lock    *fileLock
	relaxed bool
	notes   []string
	first   glance // what there was when it was opened
	// often says when the log is copied; tests have it more often.
	often rhythm

	mu     sync.Mutex // guards what is below
	broken error      // why there are no further commits
	log    logKeeper
	files  watch
	rest   rest
	w      *writer
	ledger *ledger.Ledger
	// commits counts the commits, so that a reader can tell whether what it
	// read is still the latest.
	commits int64
}

var _ store.Store = (*Store)(nil)

// Open opens the store in a file, which it creates if there is none. The path
// may have the form "sqlite://FILE". While another store has the file open,
// here or elsewhere, the error matches [store.ErrOwned].
func Open(ctx context.Context, path string, cfg Config) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, err := realPath(path)
	if err != nil {
		return nil, explain("open", path, err)
	}
	lock, err := acquire(file)
	if err != nil {
		return nil, err
	}
	s := &Store{
		reader: reader{path: file, vfs: cfg.VFS}, lock: lock, relaxed: cfg.Relaxed,
		often: rhythm{logGrowth, logInterval},
	}
	if err := s.open(ctx, cfg.WithDefaults()); err != nil {
		return nil, errors.Join(explain("open", file, err), s.release())
	}
	return s, nil
}

// open does what follows the lock.
func (s *Store) open(ctx context.Context, cfg Config) error {
	if _, err := driver.OFDLocking(true); err != nil {
		s.notes = append(s.notes, fmt.Sprintf(
			"a program that opens and closes %q itself, in this process, removes its locks: %v", s.path, err))
	}
	if err := create(s.path); err != nil {
		return err
	}
	if note := networkNote(s.path); note != "" {
		s.notes = append(s.notes, note)
	}
	left, err := checkLog(s.path)
	if err != nil {
		return err
	}
	w, err := newWriter(ctx, s.path, cfg, left)
	if err != nil {
		return err
	}
	s.w = w
	if left {
		if err := w.keepLeft(); err != nil {
			return err
		}
	}
	s.db = readers(s.path, cfg)
	s.files = watchFiles(s.path)
	if s.first, err = w.glance(); err != nil {
		return err
	}
	last, err := w.lastNum(s.first)
	if err != nil {
		return err
	}
	s.ledger = ledger.New(last, func(num int64) (*ledger.Run, error) {
		r, err := w.load(num)
		if errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		return r, explain("read", s.path, err)
	})
	return nil
}

// Notes returns what a log should mention about the file, one sentence each;
// usually nothing. What is said of the place of the file stays the same, what
// is said of its state comes and goes.
func (s *Store) Notes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	notes := slices.Clone(s.notes)
	if s.log.note != "" {
		notes = append(notes, s.log.note)
	}
	return notes
}

// Close releases the file. A second call does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Swap(true) {
		return nil
	}
	if s.rest.timer != nil {
		s.rest.timer.Stop()
	}
	if err := s.release(); err != nil {
		return fmt.Errorf("close store %q: %w", filepath.ToSlash(s.path), err)
	}
	return nil
}

// release closes all that is open, the lock last.
func (s *Store) release() error {
	var errs []error
	if s.db != nil && !teeth.Has(teeth.ReadersLeftOpen) {
		errs = append(errs, s.db.close())
	}
	if s.w != nil {
		errs = append(errs, s.w.close())
	}
	errs = append(errs, s.lock.release())
	return errors.Join(errs...)
}
