package trust

import (
	"context"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// clean fails the test unless a file is in order: its pages, its checksums, and
// what its rows say together.
func clean(tb testing.TB, path string) {
	tb.Helper()
	report, err := sqlite.Verify(context.Background(), path)
	if err != nil {
		tb.Errorf("verify %s: %v", path, err)
		return
	}
	for _, p := range report.Problems {
		tb.Errorf("verify %s: %+v", path, p)
	}
}
