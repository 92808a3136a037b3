package outcome

// readers says of each node which others are made of it. It grows with the circuit.
type readers struct {
	last   []int32 // by node: the last edge that comes from it, plus one
	before []int32 // by edge, a place in the list of operands: the one before it from the same node, plus one
	owner  []int32 // by edge: the node that is made of it
}

// extend takes in the nodes that are new.
func (r *readers) extend(c *circuit) {
	for node := len(r.last); node < c.nodes(); node++ {
		r.last = append(r.last, 0)
		for _, o := range c.operands(node) {
			r.before = append(r.before, r.last[o.node()])
			r.owner = append(r.owner, int32(node))
			r.last[o.node()] = int32(len(r.owner))
		}
	}
}
