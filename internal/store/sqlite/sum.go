package sqlite

import (
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

// Every row carries a checksum in its column sum, so that a change which is not
// this program's is found, be it a flipped bit or an update by hand.
//
// The columns of a row that change together are a group; see the layouts below.
// The sum of a row is
//
//	the sum of mix(crc32c(bytes of g)) over its groups g, modulo 2^32,
//
// stored as a signed integer of 32 bits. The bytes of a group are
//
//	a byte that says which table and which group it is,
//	the id of the row, 8 bytes,
//	each column: 0 for NULL and for an empty blob,
//	             1 and 8 bytes for an integer,
//	             2, 8 bytes with the length, and the bytes for a text,
//	             3, 8 bytes with the length, and the bytes for a blob,
//
// with integers in little-endian order. A group of nothing but NULLs counts 0.
//
// Because the groups are added up, an update that sets a group does not have
// to read the row: it adds the difference between the group's new and its old
// number. It goes without saying what the old values were where the rules of
// the ledger leave no choice, such as the end of an attempt that goes on. So an
// update never makes damage elsewhere in the row look right.
//
// A changed byte within a group is always found, unless all it does is to turn a
// NULL into an empty blob, which means the same; and any other damage with a
// probability of 1 - 2^-32: crc32c tells apart what differs in up to 32
// consecutive bits, and mix maps different numbers to different numbers. It
// also breaks the linearity of crc32c, so that equal changes of two groups do
// not cancel each other out.

// layout is a table with its columns in groups.
type layout struct {
	table string
	tag   byte
	// id is the expression for the id of a row.
	id     string
	groups [][]string
}

// The layouts of the tables. The tags are part of the format.
var (
	layoutPlan     = layout{"plan", 0x10, "plan.id", [][]string{{"name", "fingerprint", "body"}}}
	layoutWorker   = layout{"worker", 0x20, "worker.id", [][]string{{"host", "version"}}}
	layoutCallback = layout{
		"callback", 0x50, "(callback.run << 28) | (callback.task << 10)", [][]string{{"run", "task"}},
	}
	layoutReplan = layout{"replan", 0x60, "replan.id", [][]string{{"at", "old", "new"}}}
	layoutPurged = layout{"purged", 0x70, "purged.id", [][]string{{"last"}}}
	layoutRun    = layout{"run", 0x30, "run.num", [][]string{
		runMade:    {"id", "plan", "created", "deadline"},
		runState:   {"status", "cause", "ended", "error"},
		runInitial: {"keys", "vals"},
	}}
	layoutStep = layout{"step", 0x40, "step.id", [][]string{
		stepMade:    {"decided", "leaves", "interruptions"},
		stepState:   {"state"},
		stepStart:   {"worker", "started"},
		stepAttempt: {"outcome", "ended", "due", "error"},
		stepEnd:     {"closed", "keys", "vals"},
	}}
)

// The groups of a run.
const (
	runMade = iota
	runState
	runInitial
)

// The groups of a step.
const (
	stepMade = iota
	stepState
	stepStart
	stepAttempt
	stepEnd
)

// names returns the columns in the order of the groups.
func (l *layout) names() string {
	return strings.Join(slices.Concat(l.groups...), ", ")
}

// columns returns what to select for [summer.check]: the id of the row, its
// sum, and its columns in the order of the groups.
func (l *layout) columns() string {
	return l.id + ", " + l.table + ".sum, " + l.table + "." + strings.ReplaceAll(l.names(), ", ", ", "+l.table+".")
}

// castagnoli is the polynomial that processors compute in hardware.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// summer computes sums. It is not safe for concurrent use. The values pass
// through a buffer because what is handed to the package crc32 is allocated.
type summer struct {
	crc uint32
	n   int
	buf [512]byte
}

// group returns the number of one group of a row.
func (s *summer) group(l *layout, index int, id int64, values ...driver.Value) int64 {
	if allNull(values) || teeth.Has(teeth.AttemptUnsummed) && l == &layoutStep && index == stepAttempt {
		return 0
	}
	s.crc, s.n = 0, 0
	s.byte(l.tag + byte(index))
	s.integer(id)
	for _, value := range values {
		switch v := value.(type) {
		case int64:
			s.byte(1)
			s.integer(v)
		case string:
			s.byte(2)
			s.integer(int64(len(v)))
			addBytes(s, v)
		case []byte:
			if len(v) == 0 {
				s.byte(0)
				continue
			}
			s.byte(3)
			s.integer(int64(len(v)))
			addBytes(s, v)
		default:
			s.byte(0)
		}
	}
	s.flush()
	return int64(mix(s.crc))
}

// row returns the sum of a row from its columns in the order of the groups.
func (s *summer) row(l *layout, id int64, values []driver.Value) int64 {
	sum := int64(0)
	for i, group := range l.groups {
		sum += s.group(l, i, id, values[:len(group)]...)
		values = values[len(group):]
	}
	return signed(sum)
}

// check compares the sum of a row that was selected with [layout.columns] with
// what is stored, and returns the columns behind the sum.
func (s *summer) check(l *layout, v []driver.Value) (columns []driver.Value, err error) {
	columns = v[2:]
	fits := s.row(l, integer(v[0]), columns) == integer(v[1]) && v[1] != nil
	if !fits && !teeth.Has(teeth.SumsNotCompared) {
		err = fmt.Errorf("%w: %s does not fit its checksum", ErrDamaged, l.row(integer(v[0])))
	}
	return columns, err
}

// row names a row for whoever knows the run and the task that it is about.
func (l *layout) row(id int64) string {
	switch number := id & stepMask; {
	case l != &layoutStep:
		return fmt.Sprintf("row %d of table %s", id, l.table)
	case number == 0:
		return "the row of a task without attempts"
	default:
		return fmt.Sprintf("the row of attempt %d", number)
	}
}

// signed returns a sum as it is stored.
func signed(sum int64) int64 { return int64(int32(uint32(sum))) }

// addend returns the argument by which an update changes a sum; see addToSum.
func addend(delta int64) int64 { return delta + 1<<31 }

// addToSum is how an update adds a number to a sum, keeping it within 32 bits.
const addToSum = "sum = ((sum + ?) & 4294967295) - 2147483648"

// mix scatters the bits of a number. It is the finalizer of MurmurHash3, which
// is invertible.
func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	h ^= h >> 16
	return h
}

// allNull reports whether there is no value.
func allNull(values []driver.Value) bool {
	for _, v := range values {
		if b, isBlob := v.([]byte); v != nil && (!isBlob || len(b) > 0) {
			return false
		}
	}
	return true
}

func (s *summer) byte(b byte) {
	if s.n == len(s.buf) {
		s.flush()
	}
	s.buf[s.n] = b
	s.n++
}

func (s *summer) integer(v int64) {
	if s.n+8 > len(s.buf) {
		s.flush()
	}
	binary.LittleEndian.PutUint64(s.buf[s.n:], uint64(v))
	s.n += 8
}

func addBytes[T string | []byte](s *summer, v T) {
	for len(v) > 0 {
		if s.n == len(s.buf) {
			s.flush()
		}
		n := copy(s.buf[s.n:], v)
		s.n += n
		v = v[n:]
	}
}

// flush hands over what is buffered.
func (s *summer) flush() {
	s.crc = crc32.Update(s.crc, castagnoli, s.buf[:s.n])
	s.n = 0
}
