package outcome

import "github.com/cloacina-go/cloacina/internal/plan"

// maxCertain bounds the memory of what is certain, in words.
const maxCertain = 4 << 20

// certainties knows, for each task that completes, which other tasks must have
// completed then. Keys are often read far below their writers, with nothing but
// rules that ask for success between; a search would go back the whole way for
// each reader.
//
// Only those tasks count that write a key for one that does not directly depend on
// them. What is not known to be certain may still be.
type certainties struct {
	m       *Model
	columns []int // by task: its bit in the rows, -1 if it has none
	words   int
	rows    []uint64 // by task
}

func newCertainties(m *Model) *certainties {
	n := len(m.plan.Tasks)
	c := &certainties{m: m, columns: make([]int, n)}
	for i := range c.columns {
		c.columns[i] = -1
	}
	count := 0
	direct := make([]int, n) // of which task, plus one
	for i := range m.plan.Tasks {
		t := &m.plan.Tasks[i]
		for _, d := range t.DependsOn {
			direct[d] = i + 1
		}
		for _, reads := range [][]plan.Read{t.Reads, t.Rule.Reads} {
			for _, r := range reads {
				for _, w := range r.Writers {
					if direct[w] != i+1 && c.columns[w] < 0 && (count/64+1)*n <= maxCertain {
						c.columns[w] = count
						count++
					}
				}
			}
		}
	}
	c.words = (count + 63) / 64
	c.rows = make([]uint64, n*c.words)
	return c
}

// row is the row of a task.
func (c *certainties) row(task int) []uint64 { return c.rows[task*c.words : (task+1)*c.words] }

// add computes the row of a task from those of its ancestors.
func (c *certainties) add(task int) {
	if c.words == 0 {
		return
	}
	l := c.m.tasks[task].completed
	row := c.row(task)
	for _, o := range c.m.circuit.operands(l.node()) {
		c.union(row, o, maxDepth)
	}
	if at := c.columns[task]; at >= 0 {
		row[at/64] |= 1 << (at % 64)
	}
}

// maxDepth is how deep rules are looked into.
const maxDepth = 40

// union adds to a row what is certain if a literal holds.
func (c *certainties) union(row []uint64, l literal, depth int) {
	node := l.node()
	operands := c.m.circuit.operands(node)
	if t := c.m.taskAt(node); t >= 0 && !l.negated() && node == c.m.tasks[t].completed.node() {
		for i, w := range c.row(t) {
			row[i] |= w
		}
		return
	}
	if depth == 0 || len(operands) == 0 {
		return
	}
	if !l.negated() {
		for _, o := range operands {
			c.union(row, o, depth-1)
		}
		return
	}
	// One of the operands does not hold; certain is what is so for each.
	if t := c.m.taskAt(node); t >= 0 {
		return
	}
	var common []uint64
	for i, o := range operands {
		own := make([]uint64, c.words)
		c.union(own, o.not(), depth-1)
		if i == 0 {
			common = own
			continue
		}
		some := uint64(0)
		for j := range common {
			common[j] &= own[j]
			some |= common[j]
		}
		if some == 0 {
			return
		}
	}
	for i, w := range common {
		row[i] |= w
	}
}

// completed lists, of some tasks, those that must have completed if all literals
// hold.
func (c *certainties) completed(literals []literal, of []int) []literal {
	if c.words == 0 {
		return nil
	}
	var row []uint64
	var list []literal
	for _, t := range of {
		at := c.columns[t]
		if at < 0 {
			continue
		}
		if row == nil {
			row = make([]uint64, c.words)
			for _, l := range literals {
				if l != c.m.runs { // which is about all tasks
					c.union(row, l, maxDepth)
				}
			}
		}
		if row[at/64]>>(at%64)&1 == 1 {
			list = append(list, c.m.tasks[t].completed)
		}
	}
	return list
}
