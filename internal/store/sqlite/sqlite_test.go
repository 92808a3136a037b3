package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"github.com/cloacina-go/cloacina/internal/store/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.RunDurable(t, func(t *testing.T) func() store.Store {
		path := filepath.Join(t.TempDir(), "runs.db")
		return func() store.Store { return open(t, path) }
	})
}

// open opens a store that has to open.
func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), path, sqlite.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
