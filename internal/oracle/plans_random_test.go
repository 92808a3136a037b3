package oracle

import (
	"testing"
)

// Random plans can be linked, run in every way, and are mostly small enough.
func TestRandomPlans(t *testing.T) {
	t.Parallel()
	large, runs := 0, 0
	const count = 1000
	for seed := uint64(1); seed <= count; seed++ {
		s := newPlanGrammar(seed).sketch()
		p, types, err := s.link()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		e, err := newEnumeration(p, types)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		h, err := e.enumerate(maxRuns)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, s)
		}
		if h == nil {
			large++
			continue
		}
		runs += h.runs
	}
	t.Logf("%d plans are too large, the others have %d runs", large, runs)
	if large > count/2 {
		t.Errorf("%d of %d plans have too many runs", large, count)
	}
}
