package shape

import (
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/jsonvalue"
)

func fits(text, raw string) bool { return Parse(text).Check([]byte(raw)) == nil }

func TestKindsOfShapes(t *testing.T) {
	t.Parallel()
	for shape, accepted := range map[string]string{
		"int": "0 -3 9223372036854775807", "uint": "0 18446744073709551615", "float": "0 -3 0.5 1e+300 18446744073709551615",
		"bool": "true false", "string": `"" "x"`, "time": `"2024-01-01T00:00:00Z"`, "bytes": `"aGk=" [1,2] null`,
		"[int]": "[] [1] null", "{id: int}": `{} {"id":1}`, "{*: any}": "{} null",
	} {
		fitting := strings.Fields(accepted)
		for _, raw := range fitting {
			if !fits(shape, raw) {
				t.Errorf("%s does not fit %s", raw, shape)
			}
		}
		for _, raw := range strings.Fields(`0.5 -1 true "x" [] {} null`) {
			if fits(shape, raw) != fitsOne(fitting, raw) {
				t.Errorf("%s fits %s: %t", raw, shape, fits(shape, raw))
			}
		}
	}
	for _, shape := range []string{"any", "...", "", "of the future"} {
		for _, raw := range strings.Fields(`0.5 -1 true "x" [] {} null`) {
			if !fits(shape, raw) {
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

func TestShapesInside(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ shape, raw, want string }{
		{"[string]", `["a",null]`, ""},
		{"[string]", `["a",1]`, "at [1]: want string, have number 1"},
		{"[[int]]", `[[1],[2,"3"]]`, "at [1][1]: want int, have string"},
		{"{*: [uint]}", `{"a":[1],"b":[-1]}`, "at .b[0]: want uint, have number -1"},
		{"{id: int, name?: string}", `{"id":1,"NAME":2}`, "at .NAME: want string, have number 2"},
		{"{id: int, name?: string}", `{"other":true,"name":null}`, ""},
		{"[{at: time, inner: {}, raw: bytes}]", `[{"inner":[]}]`, "at [0].inner: want {}, have array"},
		{"[{a: {b: float}, c: bool}]", `[{"c":true},{"a":{"b":"x"}}]`, "at [1].a.b: want float, have string"},
		{"{A: int, a: string}", `{"a":"x","A":1}`, ""},
		{"{next?: ..., v: any}", `{"next":{"next":1},"v":[]}`, ""},
		{"[new]", `[1,"x"]`, ""},
		// Names that cannot be told from the rest.
		{"{a: b: int}", `{"a":"x"}`, ""}, {"{a: b: int}", `[]`, "want {a: b: int}, have array"},
		{"[{a{b: int}]", `[{"a{b":"x"}]`, ""}, {"{*: {]: int}}", `{"a":1}`, ""}, {"[int", `["x"]`, ""},
	} {
		err := Parse(tt.shape).Check([]byte(tt.raw))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s in %s: got %q, want %q", tt.raw, tt.shape, got, tt.want)
		}
	}
}

func describe(raw []byte) string {
	var s jsonvalue.Scalar
	s.Parse(raw)
	return s.Describe()
}

func TestAny(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"any": true, "": true, "new": true, "int": false, "[any]": false, "{": false} {
		if Parse(text).Any() != want {
			t.Errorf("%q: %t", text, !want)
		}
	}
}
