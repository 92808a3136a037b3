package check

import (
	"go/doc"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// build turns a checked workflow into its plan and the Go side of it.
func (c *checker) build(w *workflow) *Workflow {
	out := &Workflow{
		Plan: plan.Plan{
			Name:          w.name,
			Description:   w.description(),
			Timeout:       w.decl.Timeout.V,
			Retention:     w.decl.Retention.V,
			InputDeclared: w.input != nil,
			Tasks:         make([]plan.Task, 0, len(w.order)),
		},
		Receiver: w.recv,
		Span:     w.decl.Target,
		Input:    w.input,
	}
	if w.input != nil {
		for _, f := range w.input.Fields {
			out.Plan.Input = append(out.Plan.Input, plan.Input{
				Name: f.Key, Shape: f.Shape, Optional: f.Presence != Required, Default: f.Default,
			})
		}
	}
	for _, t := range w.order {
		out.Plan.Tasks = append(out.Plan.Tasks, t.plan())
		out.Tasks = append(out.Tasks, t.code)
	}
	out.Result = c.resultFields(w, &out.Plan)
	out.Plan.Fingerprint = out.Plan.ComputeFingerprint()
	return out
}

func (w *workflow) description() string {
	if w.decl.Description.Set {
		return w.decl.Description.V
	}
	return new(doc.Package).Synopsis(w.decl.Doc)
}

func (t *task) plan() plan.Task {
	p := plan.Task{
		ID:           t.id,
		Func:         t.fn.Name(),
		Doc:          t.decl.Doc,
		Rule:         t.rule,
		Retry:        t.retry(),
		Timeout:      t.policy.Timeout.V,
		AllowFailure: t.policy.AllowFailure.V,
		Open:         t.open(),
		Reads:        t.reads,
		Writes:       t.writes,
	}
	for _, d := range t.deps {
		p.DependsOn = append(p.DependsOn, d.index)
	}
	return p
}
