package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Stored is a value in a file: which column of which table it is, and where its
// bytes are.
type Stored struct {
	Table, Column string
	Offsets       []int
}

// String names the column.
func (v *Stored) String() string { return v.Table + "." + v.Column }

// StoredValues finds the values of all tables in the bytes of a file, as SQLite
// describes them in "Database File Format". A value that takes no byte is left
// out, unless it is the number 0 or 1, which are one bit of the header apart.
func StoredValues(t *testing.T, path string, file []byte) (values []Stored) {
	t.Helper()
	s, err := Open(context.Background(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, table := range rowsOf(t, s.w.conn, `SELECT name, rootpage, (SELECT wr FROM pragma_table_list AS l
		WHERE l.name = m.name) FROM sqlite_schema AS m WHERE type = 'table' AND name NOT LIKE 'sqlite%'`) {
		name := text(table[0])
		f := &tableFile{file: file, table: name}
		withoutRowID := integer(table[2]) == 1
		for _, pass := range []bool{true, false} { // a table without numbers has its key in front
			columns := rowsOf(t, s.w.conn, fmt.Sprintf("SELECT name, type, pk, hidden FROM pragma_table_xinfo('%s')", name))
			for _, column := range columns {
				if integer(column[3]) == 0 && (!withoutRowID && pass || withoutRowID && pass == (integer(column[2]) > 0)) {
					f.columns = append(f.columns, text(column[0]))
				}
				if !withoutRowID && integer(column[2]) > 0 {
					f.number = text(column[0])
				}
			}
		}
		f.page(int(integer(table[1])))
		values = append(values, f.values...)
	}
	return values
}

// tableFile finds the values of a table.
type tableFile struct {
	file    []byte
	table   string
	columns []string // as they are in a record
	number  string   // the column that is the number of the row
	values  []Stored
}

// The kinds of pages.
const (
	interiorIndex = 0x02
	interiorTable = 0x05
	leafIndex     = 0x0a
	leafTable     = 0x0d
)

// page finds the values of a page and of those below it.
func (f *tableFile) page(number int) {
	start := (number - 1) * pageSize
	page := f.file[start : start+pageSize]
	kind, cells := page[0], int(binary.BigEndian.Uint16(page[3:]))
	pointers := 8
	if kind == interiorIndex || kind == interiorTable {
		pointers = 12
		f.page(int(binary.BigEndian.Uint32(page[8:])))
	}
	for i := range cells {
		at := start + int(binary.BigEndian.Uint16(page[pointers+2*i:]))
		if kind == interiorIndex || kind == interiorTable {
			f.page(int(binary.BigEndian.Uint32(f.file[at:])))
			at += 4
		}
		if kind != interiorTable {
			f.cell(at, kind == leafTable)
		}
	}
}

// cell finds the values of a row.
func (f *tableFile) cell(at int, numbered bool) {
	size, n := varint(f.file[at:])
	at += n
	if numbered {
		_, n := varint(f.file[at:])
		v := Stored{Table: f.table, Column: f.number}
		for i := range n {
			v.Offsets = append(v.Offsets, at+i)
		}
		f.values = append(f.values, v)
		at += n
	}
	f.record(f.payload(at, size, numbered))
}

// payload returns where the bytes of a record are.
func (f *tableFile) payload(at, size int, numbered bool) (offsets []int) {
	most := pageSize - 35
	if !numbered {
		most = (pageSize-12)*64/255 - 23
	}
	local := size
	if size > most {
		least := (pageSize-12)*32/255 - 23
		if local = least + (size-least)%(pageSize-4); local > most {
			local = least
		}
	}
	for i := range local {
		offsets = append(offsets, at+i)
	}
	for at += local; len(offsets) < size; {
		page := (int(binary.BigEndian.Uint32(f.file[at:])) - 1) * pageSize
		for i := range min(size-len(offsets), pageSize-4) {
			offsets = append(offsets, page+4+i)
		}
		at = page
	}
	return offsets
}

// record finds the values of a record.
func (f *tableFile) record(offsets []int) {
	b := make([]byte, len(offsets))
	for i, at := range offsets {
		b[i] = f.file[at]
	}
	body, at := varint(b)
	for i := 0; at < len(b) && i < len(f.columns); i++ {
		kind, n := varint(b[at:])
		v := Stored{Table: f.table, Column: f.columns[i], Offsets: offsets[body : body+sizeOf(kind)]}
		if kind == 8 || kind == 9 { // the numbers 0 and 1
			v.Offsets = offsets[at : at+1]
		}
		if len(v.Offsets) > 0 {
			f.values = append(f.values, v)
		}
		at, body = at+n, body+sizeOf(kind)
		if body > len(b) || at >= offsetOfBody(b) {
			return
		}
	}
}

// offsetOfBody is the size of the header of a record.
func offsetOfBody(record []byte) int {
	size, _ := varint(record)
	return size
}

// sizeOf is how many bytes a value of some kind takes.
func sizeOf(kind int) int {
	if kind >= 12 {
		return (kind - 12) / 2
	}
	return [...]int{0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0}[kind]
}

// varint reads a number and returns how many bytes it has.
func varint(b []byte) (value, n int) {
	for n < 8 {
		value = value<<7 | int(b[n]&0x7f)
		if n++; b[n-1] < 0x80 {
			return value, n
		}
	}
	return value<<8 | int(b[n]), n + 1
}

// SummedColumns are the columns that a checksum protects, such as "run.id".
func SummedColumns() (columns []string) {
	for _, l := range summed {
		for _, name := range slices.Concat(l.groups...) {
			columns = append(columns, l.table+"."+name)
		}
	}
	return columns
}

// UsedBytes are the offsets of what the pages behind the first hold, values and
// structure.
func UsedBytes(file []byte) []int { return usedBytes(file) }

// Contents returns all that is stored in a file, or what is wrong with it.
func Contents(t *testing.T, file []byte) (all, problems string) {
	t.Helper()
	file = bytes.Clone(file)
	file[18], file[19] = 1, 1 // no WAL in memory
	return contents(t, file)
}

// TestStoredValuesAreFound finds the bytes of values that are known.
func TestStoredValuesAreFound(t *testing.T) {
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
	values := StoredValues(t, path, file)
	found := map[string]bool{}
	texts := map[string]bool{}
	for _, v := range values {
		found[v.String()] = true
		var b []byte
		for _, at := range v.Offsets {
			b = append(b, file[at])
		}
		texts[v.String()+" "+string(b)] = true
	}
	for _, column := range SummedColumns() {
		if !found[column] {
			t.Errorf("column %s was not found", column)
		}
	}
	for _, text := range []string{"run.id run-3", "run.error too late", "worker.host host", "plan.name two", "step.error went wrong"} {
		if !texts[text] {
			t.Errorf("%q was not found", text)
		}
	}
}
