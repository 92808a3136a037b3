package jsonvalue

import (
	"encoding/json"
	"reflect"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSplitPointer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		key, base string
		path      []string
	}{
		{"score", "score", nil},
		{"", "", nil},
		{"a/b", "a/b", nil},
		{"/score", "score", nil},
		{"/a/b/0", "a", []string{"b", "0"}},
		{"/a~1b/c~0d/~01", "a/b", []string{"c~d", "~1"}},
		{"/a/", "a", []string{""}},
		{"/", "", nil},
	}
	for _, tt := range tests {
		base, path := SplitPointer(tt.key)
		if base != tt.base || len(path) != len(tt.path) || len(path) > 0 && !reflect.DeepEqual(path, tt.path) {
			t.Errorf("%q: got %q %q", tt.key, base, path)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	const doc = ` { "a" : [ 1 , {"b":"x]}\"" , "":null}, [ ] ] , "k\u0065y" : true , "twice":1, "twice":[2],
		"\ud83d\ude00": 3, "~": {"/": 4}, "last":-1.5e3} `
	tests := []struct {
		path []string
		want string // empty: not found
	}{
		{[]string{"a", "0"}, "1"},
		{[]string{"a", "1"}, `{"b":"x]}\"" , "":null}`},
		{[]string{"a", "1", "b"}, `"x]}\""`},
		{[]string{"a", "1", ""}, "null"},
		{[]string{"a", "2"}, "[ ]"},
		{[]string{"a", "2", "0"}, ""},
		{[]string{"a", "3"}, ""},
		{[]string{"a", "-"}, ""},
		{[]string{"a", "00"}, ""},
		{[]string{"a", "+1"}, ""},
		{[]string{"a", ""}, ""},
		{[]string{"a", "99999999999999999999"}, ""},
		{[]string{"a", "0", "0"}, ""},
		{[]string{"key"}, "true"},
		{[]string{"twice"}, "[2]"},
		{[]string{"😀"}, "3"},
		{[]string{"~", "/"}, "4"},
		{[]string{"last"}, "-1.5e3"},
		{[]string{"none"}, ""},
		{[]string{"0"}, ""},
	}
	for _, tt := range tests {
		got, ok := Find([]byte(doc), tt.path)
		if string(got) != tt.want || ok != (tt.want != "") {
			t.Errorf("%q: got %q %v, want %q", tt.path, got, ok, tt.want)
		}
	}
}

// documents draws nested JSON values as Go has them.
func documents(depth int) *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.Just[any](nil), rapid.Map(rapid.Bool(), toAny[bool]), rapid.Map(rapid.Int64(), toAny[int64]),
		rapid.Map(rapid.Uint64Min(1<<63), toAny[uint64]),
		rapid.Map(rapid.Float64Range(0.001, 0.999), toAny[float64]),
		rapid.Map(names(), toAny[string]),
	)
	if depth == 0 {
		return leaf
	}
	inner := documents(depth - 1)
	return rapid.OneOf(leaf,
		rapid.Map(rapid.SliceOfN(inner, 0, 4), toAny[[]any]),
		rapid.Map(rapid.MapOfN(names(), inner, 0, 4), toAny[map[string]any]))
}

func toAny[T any](v T) any { return v }

func names() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"a", "b", "", "0", "1", "a\"b", "\n", "[", "}"}), rapid.String())
}

// follow is the reference for Find: it walks the decoded value.
func follow(v any, path []string) (any, bool) {
	for _, token := range path {
		switch in := v.(type) {
		case map[string]any:
			next, ok := in[token]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || strconv.Itoa(i) != token || i < 0 || i >= len(in) {
				return nil, false
			}
			v = in[i]
		default:
			return nil, false
		}
	}
	return v, true
}

func TestFindAgreesWithDecodedValues(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := documents(3).Draw(t, "document")
		path := rapid.SliceOfN(names(), 0, 3).Draw(t, "path")
		raw, err := Encode(&doc, wide)
		if err != nil {
			t.Fatal(err)
		}
		want, wantOK := follow(doc, path)
		part, ok := Find(raw, path)
		if ok != wantOK {
			t.Fatalf("%q in %s: found %v", path, raw, ok)
		}
		var got any
		if ok {
			if err := Decode(part, &got); err != nil {
				t.Fatal(err)
			}
		}
		if ok && !cmp.Equal(got, want) {
			t.Fatalf("%q in %s: %s", path, raw, cmp.Diff(want, got))
		}
	})
}

func TestFindAllocatesNothing(t *testing.T) {
	raw := []byte(`{"first":{"x":[1,2,{"n\u0061me":"v"}]},"last":0}`)
	path := []string{"first", "x", "2", "name"}
	if n := testing.AllocsPerRun(100, func() {
		if v, ok := Find(raw, path); !ok || string(v) != `"v"` {
			t.Error("not found")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzFind(f *testing.F) {
	f.Add(`{"a":[1,{"b":2}]}`, "a", "1")
	f.Add(`{"a`, "a", "1")
	f.Add(`[[],}`, "1", "x")
	f.Fuzz(func(t *testing.T, raw, first, second string) {
		part, ok := Find([]byte(raw), []string{first, second})
		if ok && json.Valid([]byte(raw)) && !json.Valid(part) {
			t.Fatalf("%q in %s is %q", []string{first, second}, raw, part)
		}
	})
}
