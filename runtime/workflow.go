package cloacina

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// GeneratedV1RunGoGenerate is what generated files convert a text to, so that
// a file which does not fit this runtime fails to compile, with the name of
// the type and the text telling what to do.
type GeneratedV1RunGoGenerate string

// Workflow is a compiled workflow: its plan and the program's code for it.
// Generated functions return it, and [Runner.Register] takes it; neither part
// may be changed after that.
type Workflow struct {
	// Plan describes the workflow.
	Plan Plan
	// Code runs parallel to the plan's tasks.
	Code []TaskCode
}

// TaskCode is the program's code for one task.
type TaskCode struct {
	// Call executes the task.
	Call Call
	// When is the compiled trigger rule: it returns the verdict and the truth
	// of every leaf. Nil if and only if the rule is "always".
	When func(v *View) (bool, Leaves)
	// RetryIf says whether an attempt that failed with err may be followed by
	// another. Set if and only if the retry condition is [RetryIf]. It is
	// called once for each failed attempt, which holds its slot until then; a
	// panic in it means no.
	RetryIf func(err error) bool
	// OnSuccess is called after the task completed, at least once; see
	// [TaskEnd]. May be nil.
	OnSuccess func(ctx context.Context, e TaskEnd)
	// OnFailure is called after the last attempt failed, at least once; see
	// [TaskEnd]. May be nil.
	OnFailure func(ctx context.Context, e TaskEnd)
}

// prepare checks that plan and code fit each other and makes the workflow
// ready to be stepped.
func (w *Workflow) prepare() (*engine.Graph, error) {
	if w == nil {
		return nil, errors.New("the workflow is nil; pass what a generated Workflow function returns")
	}
	if err := w.checkCode(); err != nil {
		return nil, fmt.Errorf("workflow %q: plan and code do not fit; run: go generate ./...: %w", w.Plan.Name, err)
	}
	return engine.Prepare(&w.Plan, w.decider())
}

// decider decides by the When functions.
func (w *Workflow) decider() engine.Decider { return deciderOf(&w.Plan, w.Code) }

// checkCode reports every task whose code does not fit its plan.
func (w *Workflow) checkCode() error {
	if len(w.Code) != len(w.Plan.Tasks) {
		return fmt.Errorf("%d tasks in the plan, code for %d", len(w.Plan.Tasks), len(w.Code))
	}
	var errs []error
	for i := range w.Code {
		t := &w.Plan.Tasks[i]
		if err := w.Code[i].check(t); err != nil {
			errs = append(errs, fmt.Errorf("task %q: %w", t.ID, err))
		}
	}
	return errors.Join(errs...)
}

func (c *TaskCode) check(t *plan.Task) error {
	retryIf := t.Retry.Condition == plan.RetryIf
	switch {
	case c.Call == nil:
		return errors.New("no Call")
	case c.When == nil && t.Rule.Tree != nil:
		return fmt.Errorf("no When for the rule %s", t.Rule.Text)
	case c.When != nil && t.Rule.Tree == nil:
		return errors.New("a When, but the rule is always")
	case c.RetryIf == nil && retryIf:
		return errors.New("no RetryIf for its retry condition")
	case c.RetryIf != nil && !retryIf:
		return errors.New("a RetryIf, but another retry condition")
	}
	return nil
}
