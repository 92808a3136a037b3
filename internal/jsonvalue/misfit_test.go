package jsonvalue

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// One wrong value in a nest of arrays, objects and structs is found wherever it is.
func TestMisfitIsFound(t *testing.T) {
	t.Parallel()
	type list []map[string]*struct{ Vals [2]int }
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "length")
		at, in := rapid.IntRange(0, n-1).Draw(t, "element"), rapid.IntRange(0, 1).Draw(t, "value")
		name := rapid.SampledFrom([]string{"a", "b c"}).Draw(t, "name")
		var doc []map[string]map[string][]any
		for range n {
			doc = append(doc, map[string]map[string][]any{"a": {"Vals": {1, 2}}, "b c": {"vals": {3}, "other": {"x"}}})
		}
		doc[at][name] = map[string][]any{"Vals": {1, 2}}
		doc[at][name]["Vals"][in] = rapid.SampledFrom([]any{"x", 1.5, true, []int{}}).Draw(t, "wrong")
		raw, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		want := "[" + string(rune('0'+at)) + "]" + step(name) + ".Vals[" + string(rune('0'+in)) + "]"
		e, ok := errors.AsType[*TypeError](Decode(raw, new(list)))
		if !ok || e.Path != want || e.Want != "int" || e.Err != nil {
			t.Fatalf("%s: got %v, want it at %s", raw, e, want)
		}
	})
}

func TestTypeName(t *testing.T) {
	t.Parallel()
	for want, typ := range map[string]reflect.Type{
		"any": reflect.TypeFor[any](), "map[string][]any": reflect.TypeFor[map[string][]any](),
		"error": reflect.TypeFor[error](), "interface { M() }": reflect.TypeFor[interface{ M() }](),
		"func(...any)": reflect.TypeFor[func(...any)](), "jsonvalue.record": reflect.TypeFor[record](),
	} {
		if got := TypeName(typ); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
