package cloacina

import (
	"errors"
	"strings"
	"testing"
)

func TestFits(t *testing.T) {
	t.Parallel()
	for shape, accepted := range map[string]string{
		"int": "0 -3 9223372036854775807", "uint": "0 18446744073709551615", "float": "0 -3 0.5 1e+300 18446744073709551615",
		"bool": "true false", "string": `"" "x"`, "time": `"2024-01-01T00:00:00Z"`, "bytes": `"aGk=" [1,2]`,
		"[int]": "[] [1]", "{id: int}": `{} {"id":1}`, "{*: any}": "{}",
	} {
		fitting := strings.Fields(accepted)
		for _, raw := range fitting {
			if !fits(shape, []byte(raw)) {
				t.Errorf("%s does not fit %s", raw, shape)
			}
		}
		for _, raw := range strings.Fields(`0.5 -1 true "x" [] {}`) {
			if fits(shape, []byte(raw)) != fitsOne(fitting, raw) {
				t.Errorf("%s fits %s: %t", raw, shape, fits(shape, []byte(raw)))
			}
		}
		if !fits(shape, []byte("null")) {
			t.Errorf("null does not fit %s", shape)
		}
	}
	for _, shape := range []string{"any", "...", "", "of the future"} {
		for _, raw := range strings.Fields(`0.5 -1 true "x" [] {} null`) {
			if !fits(shape, []byte(raw)) {
				t.Errorf("%s does not fit %s", raw, shape)
			}
		}
	}
}

// fitsOne reports whether a value is of the kind of one of the others.
func fitsOne(others []string, raw string) bool {
	for _, other := range others {
		negative, fraction := strings.HasPrefix(raw, "-"), strings.Contains(raw, ".")
		switch {
		case describe([]byte(raw))[:4] != describe([]byte(other))[:4]:
		case negative && !strings.HasPrefix(other, "-"):
		case fraction && !strings.Contains(other, "."):
		default:
			return true
		}
	}
	return false
}

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
		if _, err := r.Execute(t.Context(), "w", Values{"n": 80.0, "list": nil}); err != nil {
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
