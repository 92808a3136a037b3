package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The lock of a file that others would not find keeps nobody out.
func TestLockHasToBeInItsPlace(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "runs.db.lock")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := lockInPlace(f); err != nil {
		t.Errorf("in its place: %v", err)
	}
	if err := os.Rename(name, name+"2"); err != nil {
		t.Skip("a file that is open cannot be moved here: ", err) // as on Windows
	}
	if err := lockInPlace(f); !errors.Is(err, ErrMoved) {
		t.Errorf("moved: %v", err)
	}
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := lockInPlace(f); !errors.Is(err, ErrMoved) {
		t.Errorf("replaced: %v", err)
	}
}
