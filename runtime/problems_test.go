package cloacina

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whoever starts a run learns everything that is wrong with the input at once.
func TestAllProblemsOfAnInput(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", nothing))
		w.Plan.InputDeclared = true
		w.Plan.Input = []PlanInput{{Name: "n", Shape: "int"}, {Name: "m", Shape: "int"}, {Name: "f", Shape: "float"}}
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		open := flow("open", dynamic("a", func(context.Context, *Context) error { return nil }))
		open.Plan.Tasks[0].Writes = []PlanWrite{{Key: "k", Shape: "int"}}
		open.Plan.Fingerprint = open.Plan.ComputeFingerprint()
		r := p.open(t, w, open)
		defer shutdown(t, r)
		for _, test := range []struct {
			workflow string
			input    Values
			want     string
		}{
			{"w", Values{"x": 1, "n": "one", "f": math.NaN(), "y": make(chan int)},
				`start workflow w: input: key "n": wrong type: it is a string, and the workflow accepts int
invalid input key "m" is missing: it is required (int)
input: key "f": cannot store float64: JSON has no form for the number NaN; write what JSON can hold
invalid input key "x" is unknown: the workflow accepts n, m, f
invalid input key "y" is unknown: the workflow accepts n, m, f`},
			{"open", Values{"k": 1, "c": make(chan int), "": 1},
				`start workflow open: input: key "": a key is text in UTF-8 and not empty; choose another
input: key "c": cannot store chan int: JSON has no form for type chan int; write what JSON can hold
invalid input key "k": task a writes it; leave it out, or declare the workflow's input with it`},
		} {
			_, err := r.Start(t.Context(), test.workflow, test.input, StartOptions{})
			if err == nil {
				t.Errorf("%v: no error", test.input)
			} else if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("%v (-want +got):\n%s", test.input, diff)
			}
		}
	})
}

// An error that names no key comes first, and nothing wrong is no error.
func TestProblemsWithoutAKey(t *testing.T) {
	t.Parallel()
	p := newProblems([]error{inputOwner.badKey("k"), errSource, inputOwner.badKey("k")})
	want := errSource.Error() + "\n" + inputOwner.badKey("k").Error()
	if err := p.join(); !errors.Is(err, errSource) || !errors.Is(err, ErrNotStorable) || err.Error() != want {
		t.Errorf("error is %v", err)
	}
	p = newProblems(nil)
	if err := p.join(); err != nil {
		t.Errorf("error is %v", err)
	}
}
