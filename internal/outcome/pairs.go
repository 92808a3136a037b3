package outcome

// pairs finds the conjunction of two literals, as a table with open places: a plan
// has hundreds of thousands of them.
type pairs struct {
	keys   []uint64
	values []literal
	count  int
}

// place returns where a pair is, or would be, and whether it is there.
func (p *pairs) place(key uint64) (at int, ok bool) {
	mask := len(p.keys) - 1
	for at = int((key*0x9e3779b97f4a7c15)>>20) & mask; ; at = (at + 1) & mask {
		switch p.keys[at] {
		case key:
			return at, true
		case 0:
			return at, false
		}
	}
}

// find returns the conjunction of a pair; false if there is none yet.
func (p *pairs) find(a, b literal) (literal, bool) {
	if p.count*2 >= len(p.keys) {
		p.grow()
	}
	at, ok := p.place(keyOf(a, b))
	if !ok {
		return 0, false
	}
	return p.values[at], true
}

// add notes the conjunction of a pair that [pairs.find] has not found.
func (p *pairs) add(a, b, l literal) {
	key := keyOf(a, b)
	at, _ := p.place(key)
	p.keys[at], p.values[at] = key, l
	p.count++
}

// keyOf is never zero, for no pair has the constant.
func keyOf(a, b literal) uint64 { return uint64(uint32(a))<<32 | uint64(uint32(b)) }

func (p *pairs) grow() {
	old := *p
	size := max(256, 4*len(old.keys))
	p.keys, p.values = make([]uint64, size), make([]literal, size)
	for i, key := range old.keys {
		if key != 0 {
			at, _ := p.place(key)
			p.keys[at], p.values[at] = key, old.values[i]
		}
	}
}
