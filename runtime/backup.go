package cloacina

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/internal/store"
)

// backuper is a store with a file that can be copied while the store is open.
type backuper interface {
	Backup(ctx context.Context, path string) error
}

// errNoFile is the error about a store without a file.
var errNoFile = errors.New("the store is kept in memory, there is no file")

// Backup writes a copy of the store to a new file while the runner goes on: the
// store as it is when the copy begins, and all that was acknowledged before. The
// copy is on disk when Backup returns nil. It can be opened like the original,
// and takes up no more space than its runs need. A file that exists is never
// overwritten. After an error, also that of a ctx that ended, there is no file.
//
// Nothing that is to be stored waits for it. [Runner.Shutdown] does not wait for
// it either: it ends the copying, and Backup returns [ErrShutdown].
// Copying the file of a store by other means gives a copy that lacks the last
// commits, or is damaged, if the store is open.
func (r *Runner) Backup(ctx context.Context, path string) error {
	ctx, stop := r.untilEnd(ctx)
	defer stop()
	err := r.read(func(s store.Store) error {
		file, err := filePath(path, `the file that the copy goes to, such as "runs-backup.db"`)
		if err != nil {
			return fmt.Errorf("back up: %w", err)
		}
		f, ok := s.(backuper)
		if !ok {
			return fmt.Errorf("back up to %s: %w", path, errNoFile)
		}
		return f.Backup(ctx, file)
	})
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return fmt.Errorf("back up to %s: %w", path, cause)
	}
	return err
}

// untilEnd returns a context that ends with ctx or when the runner does, then
// with its reason as the cause. The function releases it.
func (r *Runner) untilEnd(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(r.callbacks, func() { cancel(r.reason) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// filePath is the file that a path as [Open] takes it names. An empty one is
// refused with what it should be.
func filePath(path, want string) (string, error) {
	file := strings.TrimPrefix(path, "sqlite://")
	switch file {
	case "":
		return "", fmt.Errorf("the path is empty; pass %s", want)
	case ":memory:":
		return "", errNoFile
	}
	return file, nil
}
