package memory

import (
	"fmt"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// changeRun checks one change of a run as a whole with the ledger and makes it.
func (s *Store) changeRun(num int64, c store.Change) error {
	if _, _, err := s.ledger.Run(c); err != nil {
		return err
	}
	r := s.find(num)
	before := *r
	s.undo = append(s.undo, func() { *r = before })
	r.info.Cause, r.info.Error = 0, ""
	switch c := c.(type) {
	case *store.RunBlocked:
		r.info.Status, r.info.Cause, r.info.Error = engine.RunBlocked, c.Cause, c.Reason
	case *store.RunUnblocked:
		r.info.Status = engine.RunRunning
	case *store.RunReplanned:
		r.info = before.info
		return s.replan(r, c)
	case *store.RunEnded:
		r.info.Status, r.info.Error, r.info.Ended = c.Status, c.Error, c.At
	}
	return nil
}

// replan gives a run another plan. Slices that are kept for an undo are left
// as they are.
func (s *Store) replan(r *run, c *store.RunReplanned) error {
	p, err := s.plan(c.Plan)
	if err != nil {
		return fmt.Errorf("%s: %w", store.Describe(c), err)
	}
	var pending []int
	for old, now := range c.Tasks {
		if key := (callbackKey{c.Run, old}); now >= 0 && s.pending(key) {
			s.setCallback(key, false)
			pending = append(pending, now)
		}
	}
	for _, task := range pending {
		s.setCallback(callbackKey{c.Run, task}, true)
	}
	tasks := newTasks(len(p.Tasks))
	for old, now := range c.Tasks {
		if now >= 0 {
			tasks[now] = r.tasks[old]
		}
	}
	r.replans = append(slices.Clip(r.replans), store.Replan{At: c.At, From: r.plan, To: p})
	r.tasks, r.plan, r.info.Fingerprint = tasks, p, p.Fingerprint
	return nil
}
