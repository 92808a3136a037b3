package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		os.Exit(child(path))
	}
	if err := openFirst(); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// openFirst opens a store before any test opens a file by itself. The first file
// decides for the whole process which locks SQLite takes, as it does in a program
// whose first file is a store.
func openFirst() error {
	dir, err := os.MkdirTemp("", "first")
	if err != nil {
		return err
	}
	s, err := sqlite.Open(context.Background(), filepath.Join(dir, "runs.db"), sqlite.Config{})
	if err == nil {
		err = s.Close()
	}
	return errors.Join(err, os.RemoveAll(dir))
}
