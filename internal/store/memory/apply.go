package memory

import (
	"encoding/json"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
)

// apply checks one change with the ledger and makes it.
func (s *Store) apply(c store.Change) error {
	switch c := c.(type) {
	case *store.RunCreated:
		return s.create(c)
	case *store.RunBlocked:
		return s.changeRun(c.Run, c)
	case *store.RunUnblocked:
		return s.changeRun(c.Run, c)
	case *store.RunReplanned:
		return s.changeRun(c.Run, c)
	case *store.RunEnded:
		return s.changeRun(c.Run, c)
	case *store.CallbackDone:
		s.setCallback(callbackKey{c.Run, c.Task}, false)
		return nil
	default:
		return s.change(c)
	}
}

func (s *Store) create(c *store.RunCreated) error {
	if _, err := s.ledger.Create(c); err != nil {
		return err
	}
	if _, ok := s.byID[c.ID]; ok {
		return &store.ExistsError{Change: c}
	}
	p, err := s.plan(c.Plan)
	if err != nil {
		return fmt.Errorf("%s: %w", store.Describe(c), err)
	}
	r := newRun(c, p)
	s.runs = append(s.runs, r)
	s.byID[c.ID] = r
	s.undo = append(s.undo, func() {
		s.runs = s.runs[:len(s.runs)-1]
		delete(s.byID, c.ID)
	})
	return nil
}

// plan returns the stored copy of a plan, storing it on first sight.
func (s *Store) plan(p *plan.Plan) (*plan.Plan, error) {
	key := planKey{p.Name, p.Fingerprint}
	if known, ok := s.plans[key]; ok {
		return known, nil
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode plan %q: %w", p.Name, err)
	}
	known := new(plan.Plan)
	if err := json.Unmarshal(text, known); err != nil {
		return nil, fmt.Errorf("decode plan %q: %w", p.Name, err)
	}
	s.plans[key] = known
	return known, nil
}

// pending reports whether a callback is pending.
func (s *Store) pending(key callbackKey) bool {
	_, ok := s.callbacks[key]
	return ok
}

// setCallback makes a callback pending, or not pending any more.
func (s *Store) setCallback(key callbackKey, pending bool) {
	if s.pending(key) == pending {
		return
	}
	set := func(pending bool) {
		if pending {
			s.callbacks[key] = struct{}{}
		} else {
			delete(s.callbacks, key)
		}
	}
	s.undo = append(s.undo, func() { set(!pending) })
	set(pending)
}

func (s *Store) change(c store.Change) error {
	_, before, after, err := s.ledger.Task(c)
	if err != nil {
		return err
	}
	run, index := ledger.Subject(c)
	t := &s.find(run).tasks[index]
	saved := t.save()
	s.undo = append(s.undo, func() { t.restore(saved) })
	t.state = after
	switch c := c.(type) {
	case *store.TaskDecided:
		t.detail.Decided = c.At
		t.detail.Leaves = c.Leaves
	case *store.AttemptStarted:
		t.start(before, c)
	case *store.AttemptEnded:
		t.end(c.AttemptEnd, c.At, c.Due)
	case *store.TaskEnded:
		if c.Last.Attempt > 0 {
			t.end(c.Last, c.At, 0)
		}
		t.detail.Ended = c.At
		t.detail.Writes = clone(c.Writes)
		if c.Callback {
			s.setCallback(callbackKey{run, index}, true)
		}
	}
	t.detail.Status = after.Status
	if after.Status == engine.TaskSkipped {
		t.detail.Ended = t.detail.Decided
	}
	return nil
}
