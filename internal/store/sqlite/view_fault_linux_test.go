package sqlite

import (
	"context"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	lib "modernc.org/sqlite/lib"
)

// TestFaultBesideAView has the disk fail once in a commit that has a view, so that the
// page cache of SQLite is in error: it is as long as there is a transaction that reads,
// and the lock to write stays with it. The store has to be as good as new afterwards.
func TestFaultBesideAView(t *testing.T) {
	t.Parallel()
	large := func(num int64, size int) *store.RunCreated {
		c := created(num)
		c.Initial = []engine.Entry{{Key: "k", Value: make([]byte, size)}}
		return c
	}
	known := created(3)
	known.ID = "run-1"
	for what, test := range map[string]struct {
		fault   faultvfs.Fault
		changes []store.Change
	}{
		"a write, when the cache is full": {
			faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Write}, Code: lib.SQLITE_FULL},
			[]store.Change{large(2, 24<<20)},
		},
		"a read, when the transaction is taken back": {
			faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Read}},
			[]store.Change{large(2, 100<<10), known},
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s, vfs := openFaulty(t, Config{})
			mustCommit(t, s, created(1))
			if !hasView(s) {
				t.Fatal("there is no view")
			}
			vfs.Inject(test.fault)
			if err := s.Commit(context.Background(), test.changes); err == nil {
				t.Error("the commit did not fail")
			}
			vfs.Heal()
			other := otherProgram(t, s)
			mustExec(t, other, "PRAGMA busy_timeout = 0")
			mustExec(t, other, "BEGIN IMMEDIATE")
			mustExec(t, other, "ROLLBACK")
			mustCommit(t, s, created(2))
		})
	}
}
