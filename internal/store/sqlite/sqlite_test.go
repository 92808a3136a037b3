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
		t.Helper()
		path := filepath.Join(t.TempDir(), "runs.db")
		return func() store.Store { return open(t, path) }
	})
}

// open opens a store that has to open.
func open(tb testing.TB, path string) *sqlite.Store {
	tb.Helper()
	s, err := sqlite.Open(context.Background(), path, sqlite.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
