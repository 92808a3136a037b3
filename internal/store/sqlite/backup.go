package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cloacina-go/cloacina/internal/store"
	sqlite "modernc.org/sqlite"
)

// Backup writes a copy of the store into a new file, as it is at one moment;
// commits go on meanwhile. The copy is on disk when Backup returns nil, only
// its owner can read it, and it can be opened as a store. If the path exists,
// the error matches [fs.ErrExist] and nothing is changed. After any error, the
// end of ctx included, there is no file. The copy has to fit on the disk.
func (s *Store) Backup(ctx context.Context, path string) error {
	if s.closed.Load() {
		return store.ErrClosed
	}
	target, err := realPath(path)
	if err == nil {
		err = s.backup(ctx, target)
	}
	if err != nil {
		return explain("back up", s.path, fmt.Errorf("to %q: %w", path, err))
	}
	return nil
}

// backup makes the copy under another name first, so that whatever has the
// name of a backup is a whole one.
func (s *Store) backup(ctx context.Context, target string) error {
	// SQLite would take a log or a journal beside the copy for a part of it.
	for _, suffix := range []string{"", "-wal", "-journal"} {
		if _, err := os.Lstat(target + suffix); err == nil {
			return fmt.Errorf("%q: %w; give another path", target+suffix, fs.ErrExist)
		}
	}
	dir, base := filepath.Split(target)
	partial, err := os.CreateTemp(dir, base+".partial-*") // only its owner can read it
	if err != nil {
		return err
	}
	name := partial.Name()
	err = s.vacuumInto(ctx, name)
	if err == nil {
		err = partial.Sync()
	}
	err = errors.Join(err, partial.Close())
	if err == nil {
		err = publish(name, target)
	}
	if err != nil {
		_ = os.Remove(name + "-journal") // is there if SQLite could not delete it
		return errors.Join(err, os.Remove(name))
	}
	if err := syncDirectory(dir); err != nil {
		return errors.Join(err, os.Remove(target))
	}
	return nil
}

// vacuumInto writes the copy into an empty file.
func (s *Store) vacuumInto(ctx context.Context, name string) (err error) {
	// A connection of its own, because those of the pool are not allowed to
	// write anything anywhere.
	connector, err := sqlite.NewConnector(dsn(s.path, s.vfs, "mode", "ro"))
	if err != nil {
		return err
	}
	opened, err := connector.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	_, err = opened.(conn).ExecContext(ctx, "VACUUM INTO ?", []driver.NamedValue{{Ordinal: 1, Value: name}})
	return err
}

// publish gives a finished copy its name, unless that is taken.
func publish(name, target string) error {
	err := os.Link(name, target)
	switch {
	case err == nil:
		return os.Remove(name)
	case errors.Is(err, fs.ErrExist):
		return err
	}
	// The file system knows no second names.
	if _, err := os.Lstat(target); err == nil {
		return fs.ErrExist
	}
	return os.Rename(name, target)
}
