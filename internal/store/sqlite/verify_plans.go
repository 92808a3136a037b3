package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checkedPlan is a plan with what is wrong with it.
type checkedPlan struct {
	plan  *plan.Plan    // nil if it cannot be decoded
	graph *engine.Graph // nil if runs cannot be restored with it
	wrong string
}

// plan returns a plan by its number, which it reads once.
func (v *verifier) plan(id int64) *checkedPlan {
	if known, ok := v.plans[id]; ok {
		return known
	}
	p := &checkedPlan{wrong: "it is not there"}
	decode := func(values []driver.Value) error {
		p.decode(text(values[0]), text(values[1]), text(values[2]))
		return nil
	}
	err := query(v.ctx, v.c, "SELECT name, fingerprint, body FROM plan WHERE id = ?", decode, id)
	if err != nil {
		p.wrong = err.Error()
	}
	v.plans[id] = p
	return p
}

// decode reads a plan and checks that it is the one that it says it is.
func (p *checkedPlan) decode(name, fingerprint, body string) {
	decoded := new(plan.Plan)
	if err := json.Unmarshal([]byte(body), decoded); err != nil {
		p.wrong = fmt.Sprintf("it cannot be decoded: %v", err)
		return
	}
	p.plan = decoded
	graph, err := engine.Prepare(decoded, nil)
	switch {
	case err != nil:
		p.wrong = err.Error()
	case decoded.Name != name || decoded.Fingerprint != fingerprint:
		p.wrong = fmt.Sprintf("it is filed as %q with fingerprint %q, but is %q with %q",
			name, fingerprint, decoded.Name, decoded.Fingerprint)
	case decoded.ComputeFingerprint() != fingerprint:
		p.wrong = fmt.Sprintf("its content has another fingerprint than the stored %q", fingerprint)
	default:
		p.wrong = ""
	}
	p.graph = graph
}

// checkPlans checks every plan, also one that no run has.
func (v *verifier) checkPlans() {
	for _, id := range v.ids("plan", "SELECT id FROM plan ORDER BY id") {
		p := v.plan(id)
		if p.wrong == "" {
			continue
		}
		name := fmt.Sprintf("plan %d", id)
		if p.plan != nil {
			name += fmt.Sprintf(" of workflow %q", legible(p.plan.Name, mostText))
		}
		runs, _ := number(v.ctx, v.c, "SELECT count(*) FROM run WHERE plan = ?", id) // 0 if it cannot be read
		have := fmt.Sprintf("%d runs have", runs)
		if runs == 1 {
			have = "1 run has"
		}
		v.add(Problem{Table: "plan", Text: fmt.Sprintf("%s, which %s, is damaged: %s",
			name, have, legible(p.wrong, mostText))})
	}
}

// taskName returns the ID of a task, or its number if it cannot be read.
func (p *checkedPlan) taskName(task int) string {
	if p.plan != nil && task < len(p.plan.Tasks) {
		return p.plan.Tasks[task].ID
	}
	return fmt.Sprintf("number %d", task)
}
