package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
)

// TestFreshFileIsReadAfterATick looks at a file that has just been written.
// What is written in the same tick of the clock would leave its time as it is.
func TestFreshFileIsReadAfterATick(t *testing.T) {
	t.Parallel()
	r := &reader{path: filepath.Join(t.TempDir(), "runs.db")}
	if err := os.WriteFile(r.path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	written := time.Now()
	err := os.Chtimes(r.path, written, written)
	info, ok := r.atRest()
	if err != nil || !ok {
		t.Fatalf("it is at rest: %v, %v", ok, err)
	}
	if waited := time.Since(written); waited < clockTick {
		t.Errorf("looked after %v; the clock may stand still for %v", waited, clockTick)
	}
	if !r.unchanged(info) {
		t.Error("nothing has changed")
	}
	if err := os.WriteFile(r.path, []byte("behind"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r.unchanged(info) {
		t.Error("it has changed")
	}
	for _, suffix := range []string{"-wal", "-journal"} {
		if err := os.WriteFile(r.path+suffix, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		fastest := time.Hour // of several, as other tests run beside this one
		for range 20 {
			began := time.Now()
			if err := os.Chtimes(r.path, began, began); err != nil {
				t.Fatal(err)
			}
			if _, ok := r.atRest(); ok {
				t.Errorf("at rest with a %s", suffix)
			}
			fastest = min(fastest, time.Since(began))
		}
		if fastest >= clockTick {
			t.Errorf("it takes %v to see a %s", fastest, suffix)
		}
		if err := os.Remove(r.path + suffix); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(r.path); err != nil {
		t.Fatal(err)
	}
	if _, ok := r.atRest(); ok || r.unchanged(info) {
		t.Error("at rest without a file")
	}
}

// TestReadThatOutlivesItsStore has the store closed while it is being read.
func TestReadThatOutlivesItsStore(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	cause := errors.New("no")
	err := s.read(context.Background(), func(conn) error { return errors.Join(s.Close(), cause) })
	if !errors.Is(err, store.ErrClosed) || !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}
