package sqlite

import (
	"bytes"
	"context"
	"database/sql/driver"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	sqlite "modernc.org/sqlite"
)

// everyColumn commits a history that uses every table and every column.
func everyColumn(t *testing.T, s *Store) {
	t.Helper()
	two := &plan.Plan{Name: "two", Fingerprint: "first", Tasks: []plan.Task{{ID: "a"}, {ID: "b"}}}
	three := &plan.Plan{Name: "two", Fingerprint: "second", Tasks: []plan.Task{{ID: "new"}, {ID: "b"}, {ID: "a"}}}
	create := func(num int64) store.Change {
		return &store.RunCreated{
			Num: num, ID: fmt.Sprintf("run-%d", num), Plan: two, At: 1000 + num, Deadline: 99_999,
			Initial: []engine.Entry{{Key: "in", Value: []byte(`"0123456789"`)}, {Key: "none"}},
		}
	}
	ready := func(num int64, task int) store.Change {
		return &store.TaskDecided{Run: num, Task: task, Ready: true, Leaves: plan.LeavesOf(true, false, true), At: 2000}
	}
	start := func(num int64, task, attempt int) store.Change {
		return &store.AttemptStarted{Run: num, Task: task, Attempt: attempt, At: 3000, Host: "host", Version: "v1"}
	}
	end := func(attempt int, outcome store.AttemptOutcome) *store.AttemptEnded {
		return &store.AttemptEnded{
			Run: 1, Task: 1, AttemptEnd: store.AttemptEnd{Attempt: attempt, Outcome: outcome}, At: 4000,
		}
	}
	done := called(completed(1, 4500, engine.Entry{Key: "key", Value: []byte("12345")},
		engine.Entry{Key: "text", Value: bytes.Repeat([]byte("overflows "), 500)}))
	failed, interrupted := end(1, store.AttemptFailed), end(2, store.AttemptInterrupted)
	failed.Error, failed.Due, interrupted.Interruptions = "went wrong", 5000, 2
	mustCommit(t, s, create(1), ready(1, 0), start(1, 0, 1), ready(1, 1))
	mustCommit(t, s, done, start(1, 1, 1))
	mustCommit(t, s, failed, &store.TaskRequeued{Run: 1, Task: 1, At: 5000}, start(1, 1, 2))
	mustCommit(t, s, interrupted, start(1, 1, 2))
	mustCommit(t, s, &store.RunReplanned{Run: 1, Plan: three, Tasks: []int{2, 1}, At: 6000})
	mustCommit(t, s, create(2), ready(2, 0), &store.TaskDecided{Run: 2, Task: 1, At: 2000},
		&store.RunBlocked{Run: 2, Cause: store.BlockedByViolation, Reason: "does not add up", At: 7000})
	mustCommit(t, s, create(3), &store.TaskEnded{Run: 3, Status: engine.TaskCancelled, At: 8000},
		&store.RunEnded{Run: 3, Status: engine.RunFailed, Error: "too late", At: 8000})
	mustCommit(t, s, create(4), &store.RunEnded{Run: 4, Status: engine.RunCompleted, At: 5})
	if n, err := s.Purge(context.Background(), store.PurgeFilter{EndedBefore: 6}); n != 1 || err != nil {
		t.Fatalf("purge: %d, %v", n, err)
	}
}

// mismatches returns the rows whose sums do not fit, such as "run 3".
func mismatches(t *testing.T, c conn) (rows []string) {
	t.Helper()
	err := checkSums(background, c, func(table string, id int64, _ string) {
		rows = append(rows, fmt.Sprint(table, " ", id))
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestEveryChangedByteIsFound changes each byte of each column of each row by
// SQL, one after the other.
func TestEveryChangedByteIsFound(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	everyColumn(t, s)
	c := s.w.conn
	if rows := mismatches(t, c); rows != nil {
		t.Fatalf("before any change: %q", rows)
	}
	for _, pragma := range []string{"foreign_keys = 0", "ignore_check_constraints = 1"} {
		if err := s.w.exec("PRAGMA " + pragma); err != nil {
			t.Fatal(err)
		}
	}
	changes := 0
	for _, l := range summed {
		used := map[string]bool{}
		for _, row := range rowsOf(t, c, "SELECT "+l.columns()+" FROM "+l.table) {
			columns := append([]string{"sum"}, strings.Split(l.names(), ", ")...)
			for i, column := range columns {
				used[column] = used[column] || row[i+1] != nil
				for _, value := range damagedForms(row[i+1]) {
					changes++
					damage(t, s, l, row[0], column, value)
				}
			}
		}
		for _, column := range strings.Split(l.names(), ", ") {
			if !used[column] {
				t.Errorf("column %s of table %s is NULL everywhere", column, l.table)
			}
		}
	}
	if changes < 1000 {
		t.Errorf("only %d changes", changes)
	}
}

// rowsOf returns the rows of a query.
func rowsOf(t *testing.T, c conn, text string) (rows [][]driver.Value) {
	t.Helper()
	err := query(background, c, text, func(v []driver.Value) error {
		rows = append(rows, append([]driver.Value{}, v...))
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return rows
}

// damagedForms returns a value with each of its bytes changed in some bits, a
// few bytes of a long one, and NULL in its place.
func damagedForms(value driver.Value) (forms []driver.Value) {
	flip := func(b []byte, form func([]byte) driver.Value) {
		for i := 0; i < len(b); i += 1 + len(b)/200 {
			bits := byte(1) << (i % 8) * 3
			b[i] ^= bits
			forms = append(forms, form(bytes.Clone(b)))
			b[i] ^= bits
		}
	}
	switch v := value.(type) {
	case nil:
		return nil
	case int64:
		flip(binary.LittleEndian.AppendUint64(nil, uint64(v)), func(b []byte) driver.Value {
			return int64(binary.LittleEndian.Uint64(b))
		})
	case string:
		flip([]byte(v), func(b []byte) driver.Value { return string(b) })
	case []byte:
		flip(bytes.Clone(v), func(b []byte) driver.Value { return b })
	}
	return append(forms, nil)
}

// damage changes a column of a row, looks whether that is found, and takes it back.
func damage(t *testing.T, s *Store, l *layout, id driver.Value, column string, value driver.Value) {
	t.Helper()
	if err := s.w.exec("SAVEPOINT damage"); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s = ?", l.table, column, l.id)
	_, err := s.w.conn.ExecContext(background, text, []driver.NamedValue{{Ordinal: 1, Value: value}, {Ordinal: 2, Value: id}})
	if err == nil { // else the file takes no such value
		found := 0
		_, err := checkTable(background, s.w.conn, l, "", func(string, int64, string) { found++ })
		if found != 1 || err != nil {
			t.Errorf("%s of row %v of %s changed to %.40q: found %d rows, %v", column, id, l.table, fmt.Sprint(value), found, err)
		}
	}
	if err := s.w.exec("ROLLBACK TO damage; RELEASE damage"); err != nil {
		t.Fatal(err)
	}
}

var bytesSeed = flag.Uint64("bytes-seed", 1, "seed of how the bytes of a file are changed")

// TestEveryChangedByteOfTheFileIsFound changes bytes in the pages themselves.
// What is not found must not have changed anything that is stored, nor the schema.
//
//	go test ./internal/store/sqlite -run EveryChangedByteOfTheFile -bytes-seed=4711
func TestEveryChangedByteOfTheFileIsFound(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	s, err := Open(context.Background(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	everyColumn(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file[18], file[19] = 1, 1 // no WAL in memory
	before, problems := contents(t, file)
	if problems != "" {
		t.Fatalf("before any change: %s", problems)
	}
	random := rand.New(rand.NewPCG(*bytesSeed, 0))
	flips := 0
	for _, offset := range usedBytes(file) {
		flips++
		bits := byte(1 + random.IntN(255))
		file[offset] ^= bits
		if after, problems := contents(t, file); problems == "" && after != before {
			t.Errorf("seed %d: byte %d of page %d changed by %#x is not found", *bytesSeed, offset%pageSize, offset/pageSize+1, bits)
		}
		file[offset] ^= bits
	}
	if flips < 3000 {
		t.Errorf("only %d bytes are in use", flips)
	}
}

// usedBytes returns the offsets of what the pages behind the first hold: their
// headers, the pointers to cells, and the cells. The first page has the header of
// the file, too.
func usedBytes(file []byte) (offsets []int) {
	for page := pageSize; page < len(file); page += pageSize {
		cells := int(binary.BigEndian.Uint16(file[page+3:]))
		content := int(binary.BigEndian.Uint16(file[page+5:]))
		step := 1
		if file[page] != 0x0d && file[page] != 0x0a { // a free or an overflow page
			cells, content, step = 0, 0, 16
		}
		for i := 0; i < pageSize; i += step {
			if i < 8+2*cells || i >= content {
				offsets = append(offsets, page+i)
			}
		}
	}
	return offsets
}

// contents returns all that is stored in a file, and what is found to be wrong
// with it.
func contents(t *testing.T, file []byte) (all, problems string) {
	t.Helper()
	connector, err := sqlite.NewConnector("file::memory:?_error_rc=1")
	if err != nil {
		t.Fatal(err)
	}
	opened, err := connector.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := opened.(interface{ Deserialize([]byte) error }).Deserialize(file); err != nil {
		return "", err.Error()
	}
	c := opened.(conn)
	for _, pragma := range []string{"PRAGMA integrity_check", "PRAGMA foreign_key_check"} {
		err := query(background, c, pragma, func(v []driver.Value) error {
			if v[0] != "ok" {
				problems += fmt.Sprintln(v)
			}
			return nil
		})
		if err != nil {
			problems += err.Error()
		}
	}
	if problems != "" {
		return "", problems
	}
	if found, err := differences(background, c); found != nil || err != nil {
		return "", fmt.Sprint(found, err)
	}
	if found := mismatches(t, c); found != nil {
		return "", fmt.Sprint(found)
	}
	definitions, err := readSchema(background, c)
	if err != nil {
		return "", err.Error()
	}
	all = fmt.Sprintln(definitions)
	for _, l := range summed {
		rows := rowsOf(t, c, "SELECT * FROM "+l.table)
		for _, row := range rows {
			for i, value := range row {
				if b, ok := value.([]byte); ok && len(b) == 0 {
					row[i] = nil // which means the same, also to the sums
				}
			}
		}
		all += fmt.Sprintln(l.table, rows)
	}
	return all, ""
}
