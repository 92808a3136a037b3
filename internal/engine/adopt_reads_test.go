package engine_test

import (
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// A rule that tests a part of a value walks for it, too, if an ancestor has
// written the value that the new plan knows no writer of.
func TestAdoptWalksForPointers(t *testing.T) {
	t.Parallel()
	rule := func(p *plan.Plan) *plan.Plan {
		t := &p.Tasks[len(p.Tasks)-1]
		t.Rule.Tree = &plan.Node{Op: plan.OpValue, Key: "/k/x", Cmp: plan.CmpExists}
		rd := readOf(p, len(p.Tasks)-1, "k")
		rd.Key = "/k/x"
		t.Rule.Reads = []plan.Read{rd}
		p.Fingerprint = p.ComputeFingerprint()
		return p
	}
	old := rule(workflow("a | w:k=any", "b: a", "c: b"))
	now := rule(workflow("a", "b: a", "c: b"))
	r := after(t, old, "a:k={\"x\":1}")
	adoption, obstacles := engine.Adopt(old, r, now, false)
	if len(obstacles) > 0 {
		t.Fatal(obstacles)
	}
	rd := adoption.Plan.Tasks[2].Rule.Reads[0]
	g := prepare(t, adoption.Plan)
	if err := g.RestoreAdopted(adoption.Run); err != nil {
		t.Fatal(err)
	}
	if raw, ok := g.LookupRead(adoption.Run, 2, &rd); !ok || string(raw) != `{"x":1}` {
		t.Errorf("the rule finds %s %t by %+v", raw, ok, rd)
	}
}
