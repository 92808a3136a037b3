//go:build !linux

package syncs

import (
	"errors"
	"fmt"
	"runtime"
)

// Count has every file counted that SQLite opens from now on, until stop is
// called. It works on Linux only.
func Count() (stop func() error, err error) {
	return nil, fmt.Errorf("count flushes on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
