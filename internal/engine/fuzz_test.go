package engine_test

import (
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// FuzzStep feeds a random workflow with any sequence of events, sensible or
// not. The engine must neither panic nor find itself in the wrong, an event
// that changes something must come with decisions, the journal must accept
// them, and the same event again must change nothing.
func FuzzStep(f *testing.F) {
	f.Add(uint64(1), []byte{1, 0, 0, 2, 0, 0, 3, 0, 1})
	f.Add(uint64(2), []byte{1, 0, 0, 2, 0, 0, 4, 0, 1, 7, 0, 1, 2, 0, 0, 5, 0, 2, 2, 0, 0, 6, 0, 2})
	f.Add(uint64(3), []byte{1, 0, 0, 8, 0, 0, 1, 0, 0})
	f.Add(uint64(4), []byte{1, 0, 0, 10, 0, 0, 8, 0, 0})
	f.Fuzz(func(t *testing.T, seed uint64, events []byte) {
		s := newSimulation()
		s.reset(seed)
		p := randomPlan(s.rng)
		s.under(learn(p), prepare(t, p))
		s.run = s.graph.NewRun("run", randomInitial(s.rng), 0)
		s.journal.begin(p, s.run)
		defer func() {
			if broken, ok := recover().(failure); ok {
				t.Fatal(broken.text)
			}
		}()
		s.apply(t, engine.Event{Kind: engine.Begin})
		for now := int64(1); len(events) >= 3; events = events[3:] {
			now++
			s.apply(t, engine.Event{
				Kind: engine.Begin + engine.EventKind(events[0])%engine.Block, Now: now,
				Task: int(events[1]) % len(p.Tasks), Attempt: int(events[2]),
				Retryable: events[0]&1 == 0, MaxInterruptions: int(events[2]>>4) - 1,
			})
		}
	})
}

// apply steps a run and checks the result without knowing what to expect.
func (s *simulation) apply(t *testing.T, e engine.Event) {
	t.Helper()
	cloneInto(s.before, s.run)
	decisions, err := s.graph.Step(s.run, e)
	if err != nil {
		t.Fatal(err)
	}
	if len(decisions) == 0 {
		if diff := difference(s.before, s.run); diff != "" {
			t.Fatalf("event %+v changes the run without a decision: %s", e, diff)
		}
		return
	}
	s.checkStep(&e, decisions)
	s.commit(e, decisions)
	s.expectNothing(e)
}
