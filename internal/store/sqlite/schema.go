package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	sqlite "modernc.org/sqlite"
)

// difference is one between the schema of a file and that of a new store.
type difference struct {
	kind, name string // such as "table", "run"
	what       string
}

// String says in one line what is different.
func (d difference) String() string {
	return legible(fmt.Sprintf("%s %s %s", d.kind, legible(d.name, mostText/4), d.what), mostText)
}

// harms reports whether a store cannot rely on what it reads and writes: tables
// and indexes have to be as this program makes them, and a trigger of another
// program would change what is stored. Views are for reading by hand only.
func (d difference) harms() bool {
	switch d.kind {
	case "table", "index":
		return d.what != isAdded
	case "view":
		return false
	}
	return true
}

// What can be different.
const (
	isMissing = "is missing"
	isAdded   = "was added by another program"
	isChanged = "is not as this program defines it"
)

// checkTables refuses a file whose schema would not do.
func checkTables(ctx context.Context, c conn) error {
	if got, err := readTexts(ctx, c); err == nil && asWritten(got) {
		return nil
	}
	found, err := differences(ctx, c)
	if err != nil {
		return misread(err)
	}
	var wrong []string
	for _, d := range found {
		if d.harms() {
			wrong = append(wrong, d.String())
		}
	}
	if wrong != nil {
		return fmt.Errorf("%w: %s", ErrDamaged, strings.Join(wrong, ", "))
	}
	return nil
}

// differences compares the schema of a file with that of a new store.
func differences(ctx context.Context, c conn) (found []difference, err error) {
	want, err := freshSchema()
	if err != nil {
		return nil, err
	}
	got, err := readSchema(ctx, c)
	names := maps.Clone(want)
	maps.Copy(names, got)
	for _, key := range slices.SortedFunc(maps.Keys(names), compareDefinitions) {
		d := difference{kind: key.kind, name: key.name}
		has, there := got[key]
		wants, known := want[key]
		switch {
		case !there:
			d.what = isMissing
		case !known:
			d.what = isAdded
		case has != wants:
			d.what = isChanged
		default:
			continue
		}
		found = append(found, d)
	}
	return found, err
}

// asWritten reports whether definitions are those in the text of the migrations,
// none more and none less. SQLite keeps them as they are written. So a new process
// need not make a store of its own first, which takes longer than all else that
// opening does; once a migration has altered a table, it has to.
func asWritten(got []string) bool {
	text := "\n" + strings.Join(migrations, "\n")
	for _, sql := range got {
		if !strings.Contains(text, "\n"+sql+";") {
			return false
		}
	}
	return len(got) == strings.Count(text, "\nCREATE ")
}

// readTexts reads the texts of all definitions in a file.
func readTexts(ctx context.Context, c conn) (texts []string, err error) {
	err = query(ctx, c, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL", func(v []driver.Value) error {
		texts = append(texts, text(v[0]))
		return nil
	})
	return texts, err
}

// definition names what is defined in a schema.
type definition struct{ kind, name string }

func compareDefinitions(a, b definition) int {
	return strings.Compare(a.kind+" "+a.name, b.kind+" "+b.name)
}

// readSchema reads the definitions of all that is in a file, as far as they can
// be read. What SQLite adds by itself, such as statistics for its planner, is
// nobody's damage.
func readSchema(ctx context.Context, c conn) (definitions map[definition]string, err error) {
	definitions = map[definition]string{}
	err = query(ctx, c, `SELECT type, name, sql FROM sqlite_schema
		WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`, func(v []driver.Value) error {
		definitions[definition{kind: text(v[0]), name: text(v[1])}] = text(v[2])
		return nil
	})
	return definitions, err
}

// fresh are the definitions in new stores by the migrations that make them.
var fresh sync.Map

// freshSchema returns the definitions in a new store. It makes one once.
func freshSchema() (map[definition]string, error) {
	key := strings.Join(migrations, "\n")
	if known, ok := fresh.Load(key); ok {
		return known.(map[definition]string), nil
	}
	definitions, err := makeSchema()
	if err == nil {
		fresh.Store(key, definitions)
	}
	return definitions, err
}

// makeSchema makes a store in memory and returns its definitions.
func makeSchema() (definitions map[definition]string, err error) {
	connector, err := sqlite.NewConnector(":memory:")
	if err != nil {
		return nil, err
	}
	opened, err := connector.Connect(background)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: opened.(conn)}
	if err = w.applyMigrations(0); err == nil {
		definitions, err = readSchema(background, w.conn)
	}
	return definitions, errors.Join(err, w.close())
}
