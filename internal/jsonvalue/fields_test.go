package jsonvalue

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"
)

type (
	inner struct {
		Shared, Inner int
		Tagged        int `json:"name"`
	}
	other struct {
		Shared, Other int
		Untagged      int
	}
	Deep   struct{ Inner, Deepest int }
	Middle struct {
		Deep
		Low int
	}
	tagged struct {
		A int `json:"V"`
	}
	untagged struct{ V int }
	looped   struct {
		*looped
		Value int
	}
	number int
	Number int
)

// shapes are structs with every kind of embedding, shadowing and tag.
var shapes = []any{
	struct{ A, b int }{},
	struct {
		A int `json:"b"`
		B int `json:"-"`
		D int `json:",omitempty"`
		F int `json:"ok name!"`
	}{D: 1},
	struct{ inner }{},
	struct {
		inner
		other
	}{},
	struct {
		inner
		other
		Shared string
		X      int `json:"Other"`
	}{},
	struct {
		inner `json:"named"`
		other
	}{},
	struct {
		*Deep
		Middle
	}{Deep: &Deep{}},
	struct {
		Middle
		Deep Deep
	}{},
	struct {
		number
		Number
	}{},
	struct {
		untagged
		tagged
	}{},
	looped{looped: &looped{Value: 2}, Value: 1},
	reflect.New(reflect.StructOf([]reflect.StructField{ // linters refuse it as a literal
		{Name: "A", Type: reflect.TypeFor[int](), Tag: `json:"x"`},
		{Name: "B", Type: reflect.TypeFor[int](), Tag: `json:"x"`},
		{Name: "C", Type: reflect.TypeFor[int](), Tag: `json:"y"`},
		{Name: "Y", Type: reflect.TypeFor[int]()},
		{Name: "D", Type: reflect.TypeFor[int](), Tag: `json:"-,"`},
		{Name: "E", Type: reflect.TypeFor[int](), Tag: `json:"bad\"name"`},
	})).Elem().Interface(),
	struct {
		inner
		Untagged int `json:"Shared"`
	}{},
}

func TestFieldsAreThoseOfEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, s := range shapes {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(must(json.Marshal(s)), &members); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range fieldsOf(reflect.TypeOf(s)) {
			got = append(got, f.name)
		}
		slices.Sort(got)
		if want := slices.Sorted(maps.Keys(members)); !slices.Equal(got, want) {
			t.Errorf("%T: got %q, want %q", s, got, want)
		}
	}
}

func TestFieldValuesAreThoseOfEncodingJSON(t *testing.T) {
	t.Parallel()
	type base struct{ N, Hidden int }
	v := struct {
		*base
		Hidden string
	}{&base{N: 7, Hidden: 8}, "seen"}
	rv := reflect.ValueOf(v)
	for _, f := range fieldsOf(rv.Type()) {
		got, ok := f.value(rv)
		if want := map[string]any{"N": 7, "Hidden": "seen"}[f.name]; !ok || got.Interface() != want {
			t.Errorf("%s: got %v", f.name, got)
		}
	}
	v.base = nil
	if f := fieldNamed(fieldsOf(rv.Type()), "n"); f == nil || f.name != "N" {
		t.Error("no field for n")
	} else if _, ok := f.value(reflect.ValueOf(v)); ok {
		t.Error("a field behind a nil pointer")
	}
}

func TestShadowedFieldIsNotChecked(t *testing.T) {
	t.Parallel()
	type base struct{ S string }
	v := struct {
		base
		S string
	}{base{"\xff"}, "fine"}
	if out, err := encodeAny(v, wide); err != nil || out != `{"S":"fine"}` {
		t.Errorf("got %s, %v", out, err)
	}
}
