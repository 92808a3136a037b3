//go:build linux

package faultvfs

import "math/rand/v2"

// sector is what a disk writes at once.
const sector = 512

// fate is what becomes of a change that is not durable.
type fate uint8

const (
	kept fate = iota
	lost
	torn
)

// fates draws what becomes of n changes in a row. Nothing survives, all does,
// all does up to some change (the disk kept the order), or chance decides for
// each one alone.
func fates(n int, rng *rand.Rand) []fate {
	all := make([]fate, n)
	mode, limit, odds := rng.IntN(4), rng.IntN(n+1), rng.Float64()
	for i := range all {
		switch {
		case mode == 1, mode == 2 && i < limit, mode == 3 && rng.Float64() < odds:
			all[i] = kept
		case mode == 2 && i == limit, mode == 3 && rng.IntN(2) == 0:
			all[i] = torn
		default:
			all[i] = lost
		}
	}
	return all
}

// survivors returns what is left of a file.
func (f *file) survivors(rng *rand.Rand) []byte {
	b := append([]byte{}, f.durable...)
	for i, fate := range fates(len(f.pending), rng) {
		c := &f.pending[i]
		switch {
		case fate == kept:
			b = c.apply(b)
		case c.truncate: // torn and lost are the same
		default:
			b = c.applyTorn(b, fate, rng)
		}
	}
	return b
}

// applyTorn keeps some sectors of a write, or none if it is lost. The file may
// have become longer in any case.
func (c *change) applyTorn(b []byte, fate fate, rng *rand.Rand) []byte {
	end := c.offset + int64(len(c.data))
	if end > int64(len(b)) && rng.IntN(3) == 0 {
		b = extend(b, end, rng)
	}
	for from := c.offset; fate == torn && from < end; {
		to := min(end, (from/sector+1)*sector)
		if rng.IntN(2) == 0 {
			part := change{offset: from, data: c.data[from-c.offset : to-c.offset]}
			b = part.apply(b)
		}
		from = to
	}
	return b
}

// extend makes a file longer by zeros or by garbage.
func extend(b []byte, size int64, rng *rand.Rand) []byte {
	from := len(b)
	b = resize(b, size)
	if rng.IntN(2) == 0 {
		for i := from; i < len(b); i++ {
			b[i] = byte(rng.Uint32())
		}
	}
	return b
}
