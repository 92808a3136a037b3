package plan

import (
	"encoding/binary"
	"slices"
)

// Leaves are the truth values of a rule's leaves at the moment of decision,
// one bit per leaf. The zero value has every bit unset. Values are immutable
// and may be shared.
type Leaves struct {
	_     [0]func() // they are compared with Equal
	first uint64
	// rest are leaves 64 and up, without a zero word at the end; nil if there are
	// none. It is a pointer because hardly a rule has them, and every task has leaves.
	rest *[]uint64
}

// LeavesOf packs truth values, the first argument into bit 0. It allocates
// only for more than 64 leaves.
func LeavesOf(bits ...bool) Leaves {
	if len(bits) > 64 {
		return manyLeaves(bits)
	}
	var w uint64
	for i, b := range bits {
		if b {
			w |= 1 << (i & 63)
		}
	}
	return Leaves{first: w}
}

func manyLeaves(bits []bool) Leaves {
	words := make([]uint64, (len(bits)+63)/64)
	for i, b := range bits {
		if b {
			words[i/64] |= 1 << (i % 64)
		}
	}
	return leavesOfWords(words)
}

func leavesOfWords(words []uint64) Leaves {
	for len(words) > 0 && words[len(words)-1] == 0 {
		words = words[:len(words)-1]
	}
	switch len(words) {
	case 0:
		return Leaves{}
	case 1:
		return Leaves{first: words[0]}
	}
	rest := words[1:]
	return Leaves{first: words[0], rest: &rest}
}

// more returns the words of leaves 64 and up.
func (l Leaves) more() []uint64 {
	if l.rest == nil {
		return nil
	}
	return *l.rest
}

// Bit returns the truth value of leaf i; a bit that was never set is false.
func (l Leaves) Bit(i int) bool {
	if i < 64 {
		return l.first>>i&1 == 1
	}
	w, more := i/64-1, l.more()
	return w < len(more) && more[w]>>(i%64)&1 == 1
}

// Equal reports whether both hold the same truth values.
func (l Leaves) Equal(other Leaves) bool {
	return l.first == other.first && slices.Equal(l.more(), other.more())
}

// AppendBytes appends the form in which stores keep leaves: bit i is bit i%8
// of byte i/8, and zero bytes at the end are left out, so that equal leaves
// have equal bytes. No bit set gives no byte.
func (l Leaves) AppendBytes(to []byte) []byte {
	start := len(to)
	to = binary.LittleEndian.AppendUint64(to, l.first)
	for _, w := range l.more() {
		to = binary.LittleEndian.AppendUint64(to, w)
	}
	for len(to) > start && to[len(to)-1] == 0 {
		to = to[:len(to)-1]
	}
	return to
}

// LeavesFromBytes reads what [Leaves.AppendBytes] wrote. Every sequence of
// bytes is valid; the slice is not kept.
func LeavesFromBytes(from []byte) Leaves {
	words := make([]uint64, 0, len(from)/8+1)
	for chunk := range slices.Chunk(from, 8) {
		var full [8]byte
		copy(full[:], chunk)
		words = append(words, binary.LittleEndian.Uint64(full[:]))
	}
	return leavesOfWords(words)
}
