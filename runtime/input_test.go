package cloacina

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A value that no task could read is refused before the run exists.
func TestInputOfTheWrongKind(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", nothing))
		w.Plan.InputDeclared = true
		w.Plan.Input = []PlanInput{{Name: "n", Shape: "int"}, {Name: "list", Shape: "[string]", Optional: true}}
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		defer shutdown(t, r)
		_, err := r.Start(t.Context(), "w", Values{"n": 80.5, "list": "x"}, StartOptions{})
		const want = `start workflow w: input: key "n": wrong type: it is a number 80.5, and the workflow accepts int` + "\n" +
			`input: key "list": wrong type: it is a string, and the workflow accepts [string]`
		if !errors.Is(err, ErrWrongType) || err.Error() != want {
			t.Errorf("error is %v", err)
		}
		if key, ok := errors.AsType[*KeyError](err); !ok || key.Key != "n" || key.Want != "int" || key.Got != "number 80.5" {
			t.Errorf("fields are %+v", key)
		}
		if _, err := r.Execute(t.Context(), "w", Values{"n": 80.0, "list": []string{"a"}}); err != nil {
			t.Error(err)
		}
	})
}

// A default is stored as a value that was given would be.
func TestDefaultsAreStoredInTheirStoredForm(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", nothing))
		w.Plan.InputDeclared = true
		w.Plan.Input = []PlanInput{
			{Name: "n", Shape: "int", Optional: true, Default: "80.0"},
			{Name: "o", Shape: "{a: float}", Optional: true, Default: ` { "a" : 1E2 } `},
		}
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		defer shutdown(t, r)
		for _, input := range []Values{nil, {"n": 80}, {"o": map[string]int{"a": 100}}} {
			if _, err := r.Start(t.Context(), "w", input, StartOptions{ID: "x"}); err != nil {
				t.Errorf("%v: %v", input, err)
			}
		}
		if _, err := r.Wait(t.Context(), "x"); err != nil {
			t.Error(err)
		}
	})
}

// Null given for a declared key is what a nil pointer is in typed input.
func TestNullInInput(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", nothing))
		w.Plan.InputDeclared = true
		w.Plan.Input = []PlanInput{
			{Name: "any", Shape: "any"}, {Name: "int", Shape: "int"}, {Name: "list", Shape: "[int]"},
			{Name: "map", Shape: "{*: int}"}, {Name: "struct", Shape: "{n: int}"},
			{Name: "may", Shape: "int", Optional: true}, {Name: "mayAny", Shape: "any", Optional: true},
			{Name: "mayList", Shape: "[int]", Optional: true},
			{Name: "has", Shape: "int", Optional: true, Default: "7"},
			{Name: "hasAny", Shape: "any", Optional: true, Default: "8"},
		}
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		defer shutdown(t, r)
		nulls := Values{"any": nil, "int": 1, "list": nil, "map": nil, "struct": map[string]int{},
			"may": nil, "mayAny": nil, "mayList": nil, "has": nil, "hasAny": nil}
		result, err := r.Execute(t.Context(), "w", nulls)
		if err != nil {
			t.Fatal(err)
		}
		want := Values{"any": nil, "int": int64(1), "list": nil, "map": nil, "struct": map[string]any{},
			"mayAny": nil, "has": int64(7), "hasAny": int64(8)}
		if got, err := result.Values(); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%v\n%s", err, cmp.Diff(want, got))
		}
		nulls["int"], nulls["struct"] = nil, nil
		const text = `start workflow w: input: key "int": wrong type: it is a null, and the workflow accepts int` + "\n" +
			`input: key "struct": wrong type: it is a null, and the workflow accepts {n: int}`
		if _, err := r.Start(t.Context(), "w", nulls, StartOptions{}); !errors.Is(err, ErrWrongType) || err.Error() != text {
			t.Errorf("error is %v", err)
		}
	})
}

func TestInputOfTheWrongKindInside(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", nothing))
		w.Plan.InputDeclared = true
		w.Plan.Input = []PlanInput{{Name: "list", Shape: "[string]"}}
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		defer shutdown(t, r)
		_, err := r.Start(t.Context(), "w", Values{"list": []any{"a", 1}}, StartOptions{})
		const want = `start workflow w: input: key "list": wrong type: at [1]: want string, have number 1; the workflow accepts [string]`
		if !errors.Is(err, ErrWrongType) || err.Error() != want {
			t.Errorf("error is %v", err)
		}
		if key, ok := errors.AsType[*KeyError](err); !ok || key.Want != "[string]" || key.Got != "array" || key.Cause == nil {
			t.Errorf("fields are %+v", key)
		}
	})
}
