package sqlite_test

import (
	"database/sql"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"pgregory.net/rapid"
)

// sumGroups are the groups of columns that are summed up, by table: a tag, how
// to get the id of a row, and the groups. The code under test has its own list.
var sumGroups = map[string]struct {
	tag    byte
	id     string
	groups []string
}{
	"plan":     {0x10, "id", []string{"name, fingerprint, body"}},
	"worker":   {0x20, "id", []string{"host, version"}},
	"run":      {0x30, "num", []string{"id, plan, created, deadline", "status, cause, ended, error", "keys, vals"}},
	"callback": {0x50, "run * 268435456 + task * 1024", []string{"run, task"}},
	"replan":   {0x60, "id", []string{"at, old, new"}},
	"purged":   {0x70, "id", []string{"last"}},
	"step": {0x40, "id", []string{
		"decided, leaves, interruptions", "state", "worker, started",
		"outcome, ended, due, error", "closed, keys, vals",
	}},
}

// wantSums computes the sum of every row as the comment in sum.go says and
// fails the test if it is another one than the stored.
func wantSums(t *rapid.T, db *sql.DB) {
	for table, g := range sumGroups {
		want := map[int64]uint32{}
		for i, columns := range g.groups {
			for id, values := range tableRows(t, db, "SELECT "+g.id+", "+columns+" FROM "+table) {
				want[id] += groupSum(g.tag+byte(i), id, values)
			}
		}
		for id, values := range tableRows(t, db, "SELECT "+g.id+", sum FROM "+table) {
			if values[0] != int64(int32(want[id])) {
				t.Fatalf("row %d of %s has the sum %v, want %d", id, table, values[0], int32(want[id]))
			}
		}
	}
}

// tableRows returns the values behind the first, by the first.
func tableRows(t *rapid.T, db *sql.DB, query string) map[int64][]any {
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	all := map[int64][]any{}
	for rows.Next() {
		values, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		all[values[0].(int64)] = values[1:]
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// groupSum returns what a group adds to the sum of its row.
func groupSum(tag byte, id int64, values []any) uint32 {
	little := binary.LittleEndian
	b := little.AppendUint64([]byte{tag}, uint64(id))
	empty := true
	for _, value := range values {
		switch v := value.(type) {
		case int64:
			b = little.AppendUint64(append(b, 1), uint64(v))
		case string:
			b = append(little.AppendUint64(append(b, 2), uint64(len(v))), v...)
		case []byte:
			if len(v) == 0 {
				b = append(b, 0)
				continue
			}
			b = append(little.AppendUint64(append(b, 3), uint64(len(v))), v...)
		case nil:
			b = append(b, 0)
			continue
		default:
			panic(fmt.Sprintf("a column of type %T", v))
		}
		empty = false
	}
	if empty {
		return 0
	}
	h := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}
