//go:build unix

package sqlite

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

// lockFile takes an exclusive lock that belongs to this file handle, so that a
// second handle in the same process does not get it either.
func lockFile(f *os.File) error {
	for {
		how := unix.LOCK_EX
		if teeth.Has(teeth.SharedLock) {
			how = unix.LOCK_SH
		}
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return errLocked
		default:
			return err
		}
	}
}

// unlockFile gives the lock back, for all copies of the handle.
func unlockFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_UN) }
