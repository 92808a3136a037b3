// Package tape records the statements that a store executes and executes them
// again on another file, with the same driver, the same settings and the same
// transactions, and nothing else. What that takes is the floor: no engine that
// stores the same rows through the same driver can be faster.
package tape

import (
	"bytes"
	"database/sql/driver"
	"slices"

	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// Tape is what the connection of a store that writes has executed. It is filled
// by one store at a time, and read when that is closed.
type Tape struct {
	dsn     string
	texts   []string // each text once
	numbers map[string]int32
	steps   []step
	values  [][]driver.Value // the arguments of all statements, in pieces
}

// step is one statement, or the end of one.
type step struct {
	text     int32
	reads    bool
	prepared bool
	closes   bool           // the rows of a prepared one that reads
	args     []driver.Value // part of the values
}

// pieceSize is how many arguments are allocated at once.
const pieceSize = 1 << 14

var _ sqlite.Recorder = (*Tape)(nil)

// Record returns a tape of the store that is opened next; stop ends the
// recording of stores that are opened later.
func Record() (t *Tape, stop func()) {
	t = &Tape{numbers: map[string]int32{}}
	return t, sqlite.Record(t)
}

// Opened implements [sqlite.Recorder].
func (t *Tape) Opened(dsn string) { t.dsn = dsn }

// Statement implements [sqlite.Recorder].
func (t *Tape) Statement(text string, args []driver.NamedValue, reads, prepared bool) {
	t.steps = append(t.steps, step{text: t.number(text), reads: reads, prepared: prepared, args: t.keep(args)})
}

// Closed implements [sqlite.Recorder].
func (t *Tape) Closed(text string) {
	t.steps = append(t.steps, step{text: t.number(text), closes: true})
}

// number returns the number of a text.
func (t *Tape) number(text string) int32 {
	n, ok := t.numbers[text]
	if !ok {
		n = int32(len(t.texts))
		t.texts = append(t.texts, text)
		t.numbers[text] = n
	}
	return n
}

// keep copies arguments; the bytes of a blob are the caller's only.
func (t *Tape) keep(args []driver.NamedValue) []driver.Value {
	if len(args) == 0 {
		return nil
	}
	if last := len(t.values) - 1; last < 0 || cap(t.values[last])-len(t.values[last]) < len(args) {
		t.values = append(t.values, make([]driver.Value, 0, max(pieceSize, len(args))))
	}
	piece := &t.values[len(t.values)-1]
	begin := len(*piece)
	for _, a := range args {
		v := a.Value
		if b, ok := v.([]byte); ok {
			v = bytes.Clone(b)
		}
		*piece = append(*piece, v)
	}
	return slices.Clip((*piece)[begin:])
}

// Statements returns how many statements were executed after a mark.
func (t *Tape) Statements(mark int) int {
	n := 0
	for _, s := range t.steps[mark:] {
		if !s.closes {
			n++
		}
	}
	return n
}

// Len returns how much is on the tape, which is also a mark: what was executed so far
// is before it.
func (t *Tape) Len() int { return len(t.steps) }
