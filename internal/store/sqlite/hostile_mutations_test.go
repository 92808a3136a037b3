//go:build linux

package sqlite_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// mutation is what was done to the files of a store.
type mutation struct {
	name, what string
	file, log  []byte
	// complete says that a store that opens has all that was stored.
	complete bool
	// holes says that rows may be missing as a whole, which a read does not miss.
	holes bool
	// plausible says that checksums do not tell: what is stored may be what
	// another history would have left.
	plausible bool
}

// String says what was done.
func (m *mutation) String() string { return m.name + " " + m.what }

// mutate does something to copies of the files.
func (h *hostile) mutate(t *testing.T, rng *rand.Rand) *mutation {
	t.Helper()
	m := &mutation{}
	switch rng.IntN(8) {
	case 0, 1, 2:
		m.file = slices.Clone(h.closed)
		h.mutateFile(rng, m)
	case 3, 4, 5:
		m.file, m.log = slices.Clone(h.file), slices.Clone(h.log)
		h.mutateLog(rng, m)
	case 6:
		m.file = h.rewriteSchema(t, rng, m)
	default:
		m.file = h.rewriteRows(t, rng, m)
	}
	return m
}

// mutateFile changes a file.
func (h *hostile) mutateFile(rng *rand.Rand, m *mutation) {
	b := m.file
	m.holes = true
	page := rng.IntN(len(b) / sqlite.PageSize)
	switch rng.IntN(7) {
	case 0:
		m.name = "bytes of the file"
		for range 1 + rng.IntN(32) {
			b[h.used[rng.IntN(len(h.used))]] ^= byte(1 + rng.IntN(255))
		}
	case 1:
		m.name = "a block of the file"
		scribble(rng, b)
	case 2:
		m.name = "the header of the file"
		for range 1 + rng.IntN(3) {
			extreme(rng, b[rng.IntN(100):])
		}
	case 3:
		m.name = "the length of the file"
		if rng.IntN(2) == 0 {
			m.file = b[:rng.IntN(len(b))]
		} else {
			m.file = slices.Concat(b, b[:rng.IntN(len(b))])
		}
	case 4:
		m.name = "pages in the place of others"
		for range 1 + rng.IntN(3) {
			other := rng.IntN(len(b) / sqlite.PageSize)
			copy(b[page*sqlite.PageSize:][:sqlite.PageSize], slices.Clone(b[other*sqlite.PageSize:][:sqlite.PageSize]))
			page = rng.IntN(len(b) / sqlite.PageSize)
		}
	case 5:
		m.name = "the header of a page"
		at := page * sqlite.PageSize
		if page == 0 {
			at = 100
		}
		for range 1 + rng.IntN(3) {
			extreme(rng, b[at+rng.IntN(40):])
		}
	default:
		v := h.values[rng.IntN(len(h.values))]
		m.name, m.what = "a value of a row", v.String()
		m.holes = v.Column == "id" && v.Table == "step" // which puts it among others
		extreme(rng, b[v.Offsets[rng.IntN(len(v.Offsets))]:])
	}
	m.what += fmt.Sprintf(" (page %d)", page+1)
}

// mutateLog changes a log, or puts another one in its place.
func (h *hostile) mutateLog(rng *rand.Rand, m *mutation) {
	b := m.log
	const header, frame = 32, 24 + sqlite.PageSize
	frames := (len(b) - header) / frame
	one := func() []byte { return b[header+frame*rng.IntN(frames):][:frame] }
	switch rng.IntN(8) {
	case 0:
		m.name = "bytes of the log"
		for range 1 + rng.IntN(16) {
			b[rng.IntN(len(b))] ^= byte(1 + rng.IntN(255))
		}
	case 1:
		m.name, m.complete = "the header of the log", true
		b[rng.IntN(header)] ^= byte(1 + rng.IntN(255))
	case 2:
		m.name = "the length of the log"
		m.log = b[:rng.IntN(len(b))]
	case 3:
		m.name = "frames in the place of others"
		for range 1 + rng.IntN(3) {
			copy(one(), slices.Clone(one()))
		}
		h.sumAgain(rng, m)
	case 4:
		m.name = "pages in the log"
		for range 1 + rng.IntN(3) {
			extreme(rng, one()[24+rng.IntN(60):])
		}
		h.sumAgain(rng, m)
	case 5:
		m.name = "numbers of pages in the log"
		for range 1 + rng.IntN(3) {
			extreme(rng, one()[4*rng.IntN(2):])
		}
		h.sumAgain(rng, m)
	case 6:
		m.name = "a block of the log"
		scribble(rng, b)
	default:
		m.name, m.holes = "the log of another file", true
		m.file = slices.Clone(h.closed[:len(h.closed)-sqlite.PageSize*rng.IntN(4)])
		h.sumAgain(rng, m)
	}
}

// sumAgain makes the checksums of a log fit, in most cases.
func (h *hostile) sumAgain(rng *rand.Rand, m *mutation) {
	if rng.IntN(4) > 0 {
		sqlite.SumLog(m.log)
		m.what, m.holes = "with right checksums", true
	}
}

// scribble writes over a part of a file.
func scribble(rng *rand.Rand, b []byte) {
	from := rng.IntN(len(b))
	part := b[from:min(from+1+rng.IntN(2*sqlite.PageSize), len(b))]
	switch rng.IntN(3) {
	case 0:
		clear(part)
	case 1:
		copy(part, bytes.Repeat([]byte{0xff}, len(part)))
	default:
		for i := range part {
			part[i] = byte(rng.Uint32())
		}
	}
}

// extreme writes a number that is likely to be too much.
func extreme(rng *rand.Rand, b []byte) {
	var number [4]byte
	list := []uint32{0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xffff, 0x7fff, 0x0d000000, 0x05000000, rng.Uint32()}
	binary.BigEndian.PutUint32(number[:], list[rng.IntN(len(list))])
	copy(b, number[rng.IntN(4):])
}
