package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

var flips = flag.Int("flips", 250, "number of damaged files that are verified")

// TestVerifyAfterFlippedBytes changes bytes anywhere in a file. Verify has to
// survive that, and to find something whenever a plain read of the views shows
// other rows than before.
//
//	go test ./internal/store/sqlite -run FlippedBytes -flips=20000
func TestVerifyAfterFlippedBytes(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "runs.db")
	s := open(t, whole)
	everyState(t, s)
	closed(t, s)
	original := read(t, whole)
	want, err := dump(whole)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	found, harmless, unreadable := 0, 0, 0
	path := filepath.Join(t.TempDir(), "runs.db")
	for range *flips {
		b := append([]byte{}, original...)
		var where []int
		for range 1 + rng.IntN(3) {
			at := rng.IntN(len(b))
			if rng.IntN(4) == 0 {
				at = rng.IntN(4096) // the header and the schema
			}
			b[at] ^= byte(1 << rng.IntN(8))
			where = append(where, at)
		}
		content(b)(t, path)
		report, err := sqlite.Verify(context.Background(), path)
		got, dumpErr := dump(path)
		switch changed := dumpErr != nil || got != want; {
		case err != nil:
			unreadable++
		case len(report.Problems) > 0:
			found++
		case changed:
			t.Errorf("bytes %v: nothing is found, but the views say (%v):\n%s", where, dumpErr, got)
		default:
			harmless++
		}
	}
	t.Logf("%d files cannot be read, %d have problems, in %d no row changed", unreadable, found, harmless)
	if found < *flips/20 || harmless < *flips/10 || unreadable == 0 {
		t.Error("one of these is too rare to show anything")
	}
}

// dump returns all that the views of a file show.
func dump(path string) (text string, err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&immutable=1")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var b strings.Builder
	for _, view := range []string{"runs", "tasks", "attempts", "writes", "callbacks", "replans"} {
		if err := dumpView(&b, db, view); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func dumpView(b *strings.Builder, db *sql.DB, view string) (err error) {
	rows, err := db.Query("SELECT * FROM " + view)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, pointers := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		pointers[i] = &values[i]
	}
	fmt.Fprintln(b, view, columns)
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return err
		}
		fmt.Fprintln(b, values...)
	}
	return rows.Err()
}
