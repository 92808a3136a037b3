package cloacina

import (
	"errors"
	"path/filepath"
	"testing"
)

// Nobody, not even the superuser, can make a file among those of the kernel.
func TestPlaceThatCannotBeWrittenCanBeTold(t *testing.T) {
	t.Parallel()
	const path = "/sys/runs.db"
	_, open := Open(t.Context(), path, Config{})
	r := place{path: filepath.Join(t.TempDir(), "runs.db")}.open(t)
	defer shutdown(t, r)
	for what, err := range map[string]error{"open": open, "backup": r.Backup(t.Context(), path)} {
		if !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
