package check

import (
	"go/doc"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// build turns a checked workflow into its plan and the Go side of it.
func (c *checker) build(w *workflow) *Workflow {
	out := &Workflow{
		Plan:     *w.planned(),
		Receiver: w.recv,
		Span:     w.decl.Target,
		Input:    w.input,
		model:    w.model,
	}
	for _, t := range w.order {
		out.Tasks = append(out.Tasks, t.code)
	}
	out.Result = c.resultFields(w)
	out.Plan.Fingerprint = out.Plan.ComputeFingerprint()
	return out
}

// planned returns the plan of a workflow whose keys are connected, without its
// fingerprint. It is made once.
func (w *workflow) planned() *plan.Plan {
	if w.plan != nil {
		return w.plan
	}
	w.plan = &plan.Plan{
		Name:          w.name,
		Description:   w.description(),
		Timeout:       w.decl.Timeout.V,
		Retention:     w.decl.Retention.V,
		InputDeclared: w.input != nil,
		Tasks:         make([]plan.Task, 0, len(w.order)),
	}
	if w.input != nil {
		for _, f := range w.input.Fields {
			w.plan.Input = append(w.plan.Input, plan.Input{
				Name: f.Key, Shape: f.Shape, Optional: f.Presence != Required, Default: f.Default,
			})
		}
	}
	for _, t := range w.order {
		w.plan.Tasks = append(w.plan.Tasks, t.plan())
	}
	return w.plan
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
