package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// releasePath is where a store of a version is kept as SQL: the schema and rows in
// every state as that version wrote them.
func releasePath(version int) string {
	return filepath.Join("testdata", fmt.Sprintf("version%d.sql", version))
}

// Versions is how many versions of the schema there are.
func Versions() int { return len(migrations) }

// KeepRelease writes a store as the one of the present version.
func KeepRelease(path string) error {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return err
	}
	text, err := dump(db)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	return os.WriteFile(releasePath(len(migrations)), text, 0o644)
}

// dump returns the statements that make a database.
func dump(db *sql.DB) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "-- A store as version %d of the schema left it. Made by a test, never changed.\n", len(migrations))
	fmt.Fprintf(&b, "PRAGMA application_id = %d;\nPRAGMA user_version = %d;\n", applicationID, len(migrations))
	definitions, err := lines(db, "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")
	if err != nil {
		return nil, err
	}
	b.WriteString(strings.Join(definitions, "\n") + "\n")
	tables, err := lines(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
	for i := 0; i < len(tables) && err == nil; i++ {
		var columns, rows []string
		columns, err = lines(db, "SELECT name FROM pragma_table_xinfo('"+tables[i]+"') WHERE hidden = 0")
		if err != nil {
			break
		}
		rows, err = lines(db, fmt.Sprintf("SELECT 'INSERT INTO %s (%s) VALUES (' || quote(%s) || ');' FROM %s",
			tables[i], strings.Join(columns, ", "), strings.Join(columns, ") || ', ' || quote("), tables[i]))
		for _, row := range rows {
			b.WriteString(row + "\n")
		}
	}
	return b.Bytes(), err
}

// lines returns the texts that a query yields.
func lines(db *sql.DB, text string) (list []string, err error) {
	rows, err := db.Query(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		list = append(list, line)
	}
	return list, rows.Err()
}

// released makes the store of a version and returns its file, and what its own
// views show.
func released(t *testing.T, version int) (file []byte, contents map[string]string) {
	t.Helper()
	text, err := os.ReadFile(releasePath(version))
	if err != nil {
		t.Fatalf("%v; see TestReleasedSchemas", err)
	}
	path := filepath.Join(t.TempDir(), "runs.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(wal)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec("BEGIN;\n" + string(text) + "COMMIT;")
	contents = map[string]string{}
	if err == nil {
		var views []string
		views, err = lines(db, "SELECT name FROM sqlite_schema WHERE type = 'view'")
		for i := 0; i < len(views) && err == nil; i++ {
			contents[views[i]], err = shown(db, views[i])
		}
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatalf("version %d: %v", version, err)
	}
	if file, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return file, contents
}

// shown returns what a view shows, a value a line.
func shown(db *sql.DB, view string) (text string, err error) {
	c, err := db.Conn(context.Background())
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	err = c.Raw(func(raw any) (err error) {
		text, err = viewOf(raw.(conn), view)
		return err
	})
	return text, err
}

// viewOf is shown for a connection.
func viewOf(c conn, view string) (text string, err error) {
	err = query(background, c, "SELECT * FROM "+view, func(v []driver.Value) error {
		for _, value := range v {
			if b, ok := value.([]byte); ok {
				value = string(b)
			}
			text += fmt.Sprintf("%v|", value)
		}
		text += "\n"
		return nil
	})
	return text, err
}

// TestReleasedMigrationsStay compares the schema that the migrations lead to with
// that of the store that was kept when the version was released: a file of that
// version would else not be what the next migration expects.
func TestReleasedMigrationsStay(t *testing.T) {
	before := migrations
	t.Cleanup(func() { migrations = before })
	for version := 1; version <= len(before); version++ {
		file, contents := released(t, version)
		if len(contents) == 0 {
			t.Errorf("version %d has no views", version)
		}
		path := filepath.Join(t.TempDir(), "runs.db")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		got := schemaOf(t, path)
		migrations = before[:version]
		want, err := makeSchema()
		if migrations = before; err != nil {
			t.Fatal(err)
		}
		names := maps.Clone(want)
		maps.Copy(names, got)
		for _, key := range slices.SortedFunc(maps.Keys(names), compareDefinitions) {
			if got[key] != want[key] {
				t.Errorf("%s %s of version %d is not what it was when the version was released; "+
					"released migrations stay as they are, add one (or, before a release, keep the new schema: see TestReleasedSchemas)",
					key.kind, key.name, version)
			}
		}
	}
}

// schemaOf returns the definitions in a file.
func schemaOf(t *testing.T, path string) (got map[definition]string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := db.Conn(context.Background())
	if err == nil {
		err = c.Raw(func(raw any) (err error) {
			got, err = readSchema(background, raw.(conn))
			return err
		})
		err = errors.Join(err, c.Close())
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return got
}

// Released returns the file of a released version.
func Released(t *testing.T, version int) []byte {
	t.Helper()
	file, _ := released(t, version)
	return file
}
