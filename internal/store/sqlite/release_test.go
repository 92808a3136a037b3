package sqlite_test

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

var release = flag.Bool("release", false, "keep a store of the present version of the schema in testdata")

// TestReleasedSchemas opens the store of each released version and checks all that
// is in it. With the flag -release it first makes that of the present version,
// which is done once, when the version is released:
//
//	go test ./internal/store/sqlite -run TestReleasedSchemas -release
func TestReleasedSchemas(t *testing.T) {
	t.Parallel()
	if *release {
		path := filepath.Join(t.TempDir(), "runs.db")
		s := open(t, path)
		everyState(t, s)
		everyOtherColumn(t, s)
		closed(t, s)
		if err := sqlite.KeepRelease(path); err != nil {
			t.Fatal(err)
		}
	}
	for version := 1; version <= sqlite.Versions(); version++ {
		path := filepath.Join(t.TempDir(), "runs.db")
		content(sqlite.Released(t, version))(t, path)
		s := open(t, path)
		commit(t, s, &store.RunCreated{Num: 100, ID: id(100), Plan: orders(), At: 90}, changesOf(100).decided(0))
		closed(t, s)
		if problems := verified(t, path); len(problems) > 0 {
			t.Errorf("version %d: %s", version, strings.Join(problems, "\n"))
		}
	}
}
