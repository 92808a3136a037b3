package outcome

import (
	"math/rand/v2"
	"slices"
)

// The runs that are looked at before any question is asked: the usual one, ones
// that deviate from it in few places, and ones that are left to chance. They
// answer most questions about what is possible.
const (
	failWords   = 6 // something fails
	valueWords  = 6 // a value is another, or is not there
	randomWords = 4
	// hugeCircuit is from how many nodes a quarter of the runs must do.
	hugeCircuit = 200_000
)

// sampleWords are the words of each kind of run.
func (m *Model) sampleWords() (fail, value, random int) {
	if m.circuit.nodes() < hugeCircuit {
		return failWords, valueWords, randomWords
	}
	return failWords / 3, valueWords / 3, randomWords / 4
}

// deviation is a way in which a run can be unlike the usual one.
type deviation struct {
	task int // at which
	// input is turned round, unless the region on a line is another one.
	input literal
	line  *line
	place int
}

// deviate makes a run of a block deviate.
func (d *deviation) deviate(b *block, lane int) {
	if d.line == nil {
		b.put(d.input, lane, !b.circuit.usual[d.input.node()])
		return
	}
	for i := 1; i < len(d.line.inputs); i++ {
		b.put(d.line.inputs[i], lane, i <= d.place)
	}
}

// valueDeviations lists how values can deviate, by the task that writes them.
func (m *Model) valueDeviations() []deviation {
	var list []deviation
	for _, c := range m.chances {
		list = append(list, deviation{task: c.slot.task, input: c.input})
	}
	for _, s := range m.divided {
		for i := range s.division.lines {
			for j := range s.division.lines[i] {
				l := &s.division.lines[i][j]
				for place := range l.regions {
					if place != l.usual {
						list = append(list, deviation{task: s.task, line: l, place: place})
					}
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b deviation) int { return a.task - b.task })
	return list
}

// look computes the first block of runs.
func (m *Model) look() {
	fail, value, random := m.sampleWords()
	b := m.circuit.newBlock(fail + value + random)
	for i := range m.tasks {
		// The first run of all is the usual one.
		b.put(m.tasks[i].works, 1+i%(fail*64-1), false)
	}
	for i, d := range m.deviations {
		d.deviate(b, fail*64+i%(value*64))
	}
	m.drawRandom(b, fail+value)
	b.evaluate()
	m.blocks = append(m.blocks, b)
	usual := m.usually()
	m.sound = !slices.ContainsFunc(m.tasks, func(t taskLiterals) bool { return usual.holds(t.failed) })
}

// drawRandom leaves the last words of a block to chance, which is the same each time.
func (m *Model) drawRandom(b *block, from int) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.tasks {
		words := b.words(m.tasks[i].works.node())[from:]
		for w := range words {
			// One task of two, four, ... fails.
			failing := ^uint64(0)
			for range w + 1 {
				failing &= r.Uint64()
			}
			words[w] = ^failing
		}
	}
	for i := range m.deviations {
		d := &m.deviations[i]
		if d.line == nil {
			words := b.words(d.input.node())[from:]
			for w := range words {
				words[w] = r.Uint64() | r.Uint64()
			}
		}
	}
	for _, s := range m.divided {
		for i := range s.division.lines {
			for j := range s.division.lines[i] {
				m.drawLine(b, &s.division.lines[i][j], from, r)
			}
		}
	}
}

// fewRegions is up to how many regions whole words are drawn at once. The regions
// are then not all as likely.
const fewRegions = 4

// drawLine picks regions of a line at random.
func (m *Model) drawLine(b *block, l *line, from int, r *rand.Rand) {
	if len(l.regions) < 2 {
		return
	}
	if len(l.regions) <= fewRegions {
		for i := 1; i < len(l.inputs); i++ {
			words := b.words(l.inputs[i].node())[from:]
			for w := range words {
				if words[w] = r.Uint64(); i+1 < len(l.inputs) {
					words[w] |= r.Uint64() // the line goes on
				}
			}
		}
		return
	}
	for lane := from * 64; lane < b.width*64; lane++ {
		place := r.IntN(len(l.regions))
		for i := 1; i < len(l.inputs); i++ {
			b.put(l.inputs[i], lane, i <= place)
		}
	}
}
