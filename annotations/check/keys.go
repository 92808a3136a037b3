package check

import "github.com/cloacina-go/cloacina/internal/plan"

// checkKeys connects the keys that tasks read and test with the tasks that may
// write them, and reports keys that come from nowhere.
func (c *checker) checkKeys(w *workflow) {
	for _, t := range w.tasks {
		if t.code == nil {
			return // what it writes is not known
		}
	}
	w.connect()
	c.checkOmitted(w)
	if w.input != nil {
		c.checkUndeclared(w)
	} else if !w.decl.Input.Set {
		c.checkPresumed(w)
	}
	if w.input != nil || !w.decl.Input.Set {
		c.checkMistyped(w)
		c.checkTested(w)
	}
	if !w.broken {
		c.checkOutcomes(w)
		c.checkFlow(w)
		c.checkPolicies(w)
		c.checkGivenUp(w)
	}
}

// connect fills in the rules, reads and writes of all tasks.
func (w *workflow) connect() {
	keys := newKeyWriters(w)
	for _, t := range w.order {
		t.rule = t.planRule()
		t.rule.Reads = ruleReads(t.rule.Tree)
		for i := range t.rule.Reads {
			keys.ask(plan.BaseKey(t.rule.Reads[i].Key), t, &t.rule.Reads[i])
		}
		t.reads = t.code.reads()
		for i := range t.reads {
			keys.ask(t.reads[i].Key, t, &t.reads[i])
		}
	}
	keys.answer()
	w.writers = keys.writers
}

// ruleReads lists the keys of a rule's leaves, each once, in the order of their
// first occurrence. A rule accepts that a key is missing.
func ruleReads(tree *plan.Node) []plan.Read {
	if tree == nil {
		return nil
	}
	var reads []plan.Read
	seen := make(map[string]bool)
	for _, leaf := range tree.Leaves() {
		if leaf.Op == plan.OpValue && !seen[leaf.Key] {
			seen[leaf.Key] = true
			reads = append(reads, plan.Read{Key: leaf.Key, Optional: true})
		}
	}
	return reads
}
