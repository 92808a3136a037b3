package sqlite

import (
	"path/filepath"
	"testing"

	lib "modernc.org/sqlite/lib"
)

// TestTheSchemaRefuses writes what no row may hold: other states, half of what
// belongs together, references to nothing, and values of another type.
func TestTheSchemaRefuses(t *testing.T) {
	t.Parallel()
	s, err := Open(background, filepath.Join(t.TempDir(), "runs.db"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	everyColumn(t, s)
	for text, want := range map[string]int{
		"UPDATE run SET status = 0":                     lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE run SET status = 7":                     lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE run SET num = -num":                     lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE run SET cause = 1 WHERE status <> 3":    lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE run SET ended = 5 WHERE status < 4":     lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE run SET keys = NULL, vals = x'00'":      lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE step SET state = 1":                     lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE step SET state = 10":                    lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE step SET state = 3, started = NULL":     lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE step SET outcome = 6, ended = 1":        lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE step SET outcome = 1, ended = NULL":     lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE run SET cause = 0 WHERE status = 3":     lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE run SET cause = 4 WHERE status = 3":     lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE run SET cause = NULL WHERE status = 3":  lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE step SET interruptions = -1":            lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE callback SET task = -1":                 lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE purged SET last = -1":                   lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE plan SET body = '{'":                    lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE purged SET id = 2":                      lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE run SET plan = 999":                     lib.SQLITE_CONSTRAINT_FOREIGNKEY,
		"UPDATE step SET worker = 999":                  lib.SQLITE_CONSTRAINT_FOREIGNKEY,
		"UPDATE step SET id = id + (999 << 28)":         lib.SQLITE_CONSTRAINT_FOREIGNKEY,
		"UPDATE replan SET id = id + (999 << 28)":       lib.SQLITE_CONSTRAINT_FOREIGNKEY,
		"UPDATE replan SET new = 999":                   lib.SQLITE_CONSTRAINT_FOREIGNKEY,
		"UPDATE callback SET run = 999":                 lib.SQLITE_CONSTRAINT_FOREIGNKEY,
		"DELETE FROM run":                               lib.SQLITE_CONSTRAINT_FOREIGNKEY,
		"DELETE FROM plan":                              lib.SQLITE_CONSTRAINT_FOREIGNKEY,
		"DELETE FROM worker":                            lib.SQLITE_CONSTRAINT_FOREIGNKEY,
		"UPDATE run SET id = (SELECT min(id) FROM run)": lib.SQLITE_CONSTRAINT_UNIQUE,
		"UPDATE run SET created = 'now'":                lib.SQLITE_CONSTRAINT_DATATYPE,
		"UPDATE step SET leaves = 'text'":               lib.SQLITE_CONSTRAINT_CHECK,
		"UPDATE plan SET name = x'00'":                  lib.SQLITE_CONSTRAINT_DATATYPE,
	} {
		if err := s.w.exec(text); extendedCode(err) != want {
			t.Errorf("%s: got %v, want code %d", text, err, want)
		}
	}
	tables, err := s.w.number("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' " +
		"AND NOT strict AND name NOT LIKE 'sqlite%'")
	if err != nil || tables != 0 {
		t.Errorf("%d tables are not strict, %v", tables, err)
	}
}
