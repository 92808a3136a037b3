package engine

// unblock lets a blocked run go on, if its states could have been reached.
func (c *change) unblock() *Violation {
	c.r.Status = RunRunning
	if v := c.g.restore(c.r, true, true); v != nil {
		return v
	}
	c.decisions = append(c.decisions, Decision{Kind: RunUnblocked, Status: RunRunning})
	return c.begin()
}
