package emit

import (
	"go/types"

	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// taskCode returns the functions behind one task.
func (f *file) taskCode(c *constants, w *check.Workflow, i int) (doc, error) {
	t := w.Tasks[i]
	execute, err := f.taskCall(w, t, &w.Plan.Tasks[i])
	if err != nil {
		return nil, err
	}
	s := fields{f: f}
	s.add("Call", execute)
	if when := f.whenFunc(c, &w.Plan.Tasks[i].Rule); when != nil {
		s.add("When", when)
	}
	s.function("RetryIf", w, t.RetryIf)
	s.function("OnSuccess", w, t.OnSuccess)
	s.function("OnFailure", w, t.OnFailure)
	return list{open: "{", close: "}", items: s.out, broken: true}, nil
}

func (s *fields) function(name string, w *check.Workflow, fn *types.Func) {
	if fn != nil {
		s.add(name, s.f.function(w, fn))
	}
}

// function returns a function of the package, or a method of the receiver as a value.
func (f *file) function(w *check.Workflow, fn *types.Func) doc {
	if fn.Signature().Recv() == nil {
		return f.id(fn.Name())
	}
	return seq{f.local("w"), op("."), f.id(fn.Name())}
}

// taskCall returns the task's function with the adapters of its signature.
func (f *file) taskCall(w *check.Workflow, t *check.Task, p *plan.Task) (doc, error) {
	constructor := "CallPlain"
	args := []doc{f.function(w, t.Func)}
	if t.Form == check.InOut || t.Form == check.InOnly {
		constructor = "CallIn"
		read, err := f.reader(t.In)
		if err != nil {
			return nil, err
		}
		args = append(args, read)
	}
	switch t.Form {
	case check.Dynamic:
		constructor = "CallDynamic"
	case check.InOut:
		constructor = "CallInOut"
	case check.OutOnly:
		constructor = "CallOut"
	}
	if t.Form == check.InOut || t.Form == check.OutOnly {
		write, err := f.taskWriter(t, p)
		if err != nil {
			return nil, err
		}
		args = append(args, write)
	}
	return seq{f.rt(constructor), list{open: "(", close: ")", items: args, style: hang}}, nil
}

func (f *file) taskWriter(t *check.Task, p *plan.Task) (doc, error) {
	if t.ResultKey != "" {
		optional := len(p.Writes) > 0 && p.Writes[0].Optional
		return f.wholeResult(t, optional)
	}
	return f.writer(t.Out)
}
