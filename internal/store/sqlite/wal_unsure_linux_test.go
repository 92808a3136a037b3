package sqlite

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	lib "modernc.org/sqlite/lib"
)

// TestAnUnsureLogIsLeft has a flush of the log fail in a copy, and then closes the
// store on a disk that is full or works again. The log must not be copied into the
// file unless it was written once more.
func TestAnUnsureLogIsLeft(t *testing.T) {
	t.Parallel()
	for name, full := range map[string]bool{"full": true, "works": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, vfs := openFaulty(t, Config{Relaxed: true})
			mustCommit(t, s, created(1))
			vfs.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Sync}, Suffix: "-wal"})
			if err := s.w.checkpoint("PASSIVE"); err == nil {
				t.Fatal("no error")
			}
			began := vfs.Len()
			if full {
				vfs.Inject(faultvfs.Fault{
					Kinds: []faultvfs.Kind{faultvfs.Write}, Suffix: "-wal", Code: lib.SQLITE_FULL, Forever: true,
				})
			}
			if err := s.Close(); (err != nil) != full {
				t.Errorf("got %v", err)
			}
			vfs.Heal()
			ops := vfs.Journal()[began:]
			copied := slices.ContainsFunc(ops, func(op faultvfs.Op) bool {
				return op.Kind == faultvfs.Write && strings.HasSuffix(op.Path, ".db") && op.Code == lib.SQLITE_OK
			})
			again := slices.ContainsFunc(ops, func(op faultvfs.Op) bool {
				return op.Kind == faultvfs.Write && strings.HasSuffix(op.Path, "-wal") && op.Code == lib.SQLITE_OK
			})
			_, err := os.Stat(s.path + "-wal")
			if left := err == nil; left != full || copied == full || again == full {
				t.Errorf("log left: %v, copied into the file: %v, written again: %v", left, copied, again)
			}
		})
	}
}
