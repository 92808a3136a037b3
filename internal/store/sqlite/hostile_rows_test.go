//go:build linux

package sqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// execute executes statements on a copy of the closed file and returns what it is
// then. A statement that SQLite refuses has no effect.
func (h *hostile) execute(t *testing.T, do func(db *sql.DB) error) []byte {
	t.Helper()
	dir := memoryDir(t)
	defer removeAll(t, dir)
	path := h.put(t, dir, h.closed, nil)
	db, err := sql.Open("sqlite", "file:"+path+
		"?_pragma=journal_mode(delete)&_pragma=foreign_keys(0)&_pragma=ignore_check_constraints(1)")
	if err == nil {
		db.SetMaxOpenConns(1)
		err = errors.Join(do(db), db.Close())
	}
	if err != nil {
		panic(err) // it may not be the goroutine of the test
	}
	file, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return file
}

// rewriteSchema changes the schema.
func (h *hostile) rewriteSchema(t *testing.T, rng *rand.Rand, m *mutation) []byte {
	t.Helper()
	m.name = "the schema"
	return h.execute(t, func(db *sql.DB) error {
		list := append([]string{
			"CREATE TRIGGER t AFTER INSERT ON run BEGIN UPDATE run SET error = 'x'; END",
			"CREATE TRIGGER t BEFORE UPDATE ON step BEGIN SELECT raise(IGNORE); END",
			"CREATE VIEW v AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
			"DROP TABLE step", "DROP VIEW tasks", "CREATE TABLE mine (id)", "DROP INDEX run_open",
			"PRAGMA user_version = -1", "PRAGMA user_version = 2147483647", "PRAGMA application_id = 1",
			"PRAGMA encoding = 'UTF-16'", "PRAGMA auto_vacuum = 1; VACUUM", "PRAGMA page_size = 512; VACUUM",
			"CREATE TABLE sequence (id INTEGER PRIMARY KEY AUTOINCREMENT)", "PRAGMA journal_mode = wal",
		}, hostileSchemas...)
		m.what = list[rng.IntN(len(list))]
		if _, err := db.Exec(m.what); err != nil {
			m.what += " (" + err.Error() + ")"
		}
		return nil
	})
}

// hostileSchemas write into the table of the schema itself.
var hostileSchemas = []string{
	"PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, 'INTEGER NOT NULL', 'ANY')",
	"PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = substr(sql, 1, 40) WHERE name = 'run'",
	"PRAGMA writable_schema = 1; UPDATE sqlite_schema SET rootpage = 2 WHERE type = 'table'",
	"PRAGMA writable_schema = 1; UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'step'",
	"PRAGMA writable_schema = 1; UPDATE sqlite_schema SET name = 'x' WHERE name = 'plan'",
	"PRAGMA writable_schema = 1; DELETE FROM sqlite_schema WHERE name = 'step'",
	"PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = NULL WHERE type = 'index'",
	"PRAGMA writable_schema = 1; INSERT INTO sqlite_schema SELECT * FROM sqlite_schema",
	"PRAGMA writable_schema = 1; UPDATE sqlite_schema SET type = 'view' WHERE name = 'worker'",
	"PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = sql || char(0) || 'x'",
	"PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '')",
}

// rewriteRows sets columns of rows to values that are far from what is to be
// expected, with checksums that fit.
func (h *hostile) rewriteRows(t *testing.T, rng *rand.Rand, m *mutation) []byte {
	t.Helper()
	m.name, m.plausible = "rows with right checksums", true
	return h.execute(t, func(db *sql.DB) error {
		columns := sqlite.SummedColumns()
		for range 1 + rng.IntN(2) {
			table, column, _ := strings.Cut(columns[rng.IntN(len(columns))], ".")
			value := hostileValue(rng)
			_, err := db.Exec(fmt.Sprintf("UPDATE %s SET %s = ?1 WHERE %s IS NOT NULL AND abs(random()) %% 3 = 0", table, column, column), value)
			m.what += fmt.Sprintf("%s.%s = %.30q (%v) ", table, column, fmt.Sprint(value), err)
		}
		if rng.IntN(4) == 0 {
			_, err := db.Exec("DELETE FROM step WHERE abs(random()) % 8 = 0")
			m.what += fmt.Sprintf("less steps (%v)", err)
		}
		return sqlite.SumRows(db)
	})
}

// hostileValue draws a value for a column.
func hostileValue(rng *rand.Rand) any {
	list := []any{
		int64(0), int64(1), int64(-1), int64(math.MaxInt64), int64(math.MinInt64), int64(1)<<53 + 1, int64(1) << 40, int64(7),
		"", "x", "{", "{}", "[]", "null", `{"a":5}`, `{"a":-1}`, `{"a":9223372036854775807,"b":9223372036854775807}`, `{"a":1e3}`,
		"\xff\xfe", "a\x00b", "\x1b[31m", strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 10_000), strings.Repeat("x", 1<<20),
		`{"Name":"orders","Tasks":[{"ID":"a","DependsOn":[0]}]}`, `{"Name":"orders","Tasks":[{"ID":"a","DependsOn":[99]},{"ID":"a"}]}`,
		`{"Name":"flow","Tasks":[{"ID":"a","Rule":{"Tree":{"Op":99,"Task":-5}}}]}`,
		[]byte{}, []byte("1"), []byte("nul"), []byte(`"` + "\xff" + `"`), []byte("NaN"), []byte("1e999"),
		[]byte(strings.Repeat("[", 100_000)), make([]byte, 1<<16),
	}
	return list[rng.IntN(len(list))]
}
