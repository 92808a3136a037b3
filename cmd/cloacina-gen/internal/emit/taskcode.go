package emit

import (
	"go/types"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// taskCode returns the functions behind one task.
func (f *file) taskCode(c *constants, w *check.Workflow, i int) doc {
	t := w.Tasks[i]
	s := fields{f: f}
	s.add("Call", f.taskCall(w, t))
	if when := f.whenFunc(c, &w.Plan.Tasks[i].Rule); when != nil {
		s.add("When", when)
	}
	s.function("RetryIf", w, t.RetryIf)
	s.function("OnSuccess", w, t.OnSuccess)
	s.function("OnFailure", w, t.OnFailure)
	return list{open: "{", close: "}", items: s.out, broken: true}
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
	return seq{f.receiver(w), op("."), f.id(fn.Name())}
}

// calls are the constructors for the forms of signatures.
var calls = map[check.Form]string{
	check.Dynamic: "CallDynamic",
	check.InOut:   "CallInOut",
	check.InOnly:  "CallIn",
	check.OutOnly: "CallOut",
	check.Plain:   "CallPlain",
}

// taskCall returns the task's function with the adapters of its signature.
func (f *file) taskCall(w *check.Workflow, t *check.Task) doc {
	args := []doc{f.function(w, t.Func)}
	if t.Form == check.InOut || t.Form == check.InOnly {
		args = append(args, f.reader(t.In))
	}
	if t.Form == check.InOut || t.Form == check.OutOnly {
		if t.ResultKey != "" {
			args = append(args, f.wholeResult(t))
		} else {
			args = append(args, f.writer(t.Out))
		}
	}
	return seq{f.rt(calls[t.Form]), list{open: "(", close: ")", items: args, style: hang}}
}
