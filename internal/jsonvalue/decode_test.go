package jsonvalue

import (
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// decodeTo decodes into a new variable of the type of want.
func decodeTo(raw string, want any) (any, error) {
	p := reflect.New(reflect.TypeOf(want))
	err := Decode([]byte(raw), p.Interface())
	return p.Elem().Interface(), err
}

type embedded struct{ Any any }

type record struct {
	ID    int            `json:"id"`
	Score *float64       `json:"score"`
	Tags  []string       `json:"tags"`
	Extra map[string]any `json:"extra"`
	Boxes map[string]struct{ V any }
	embedded
}

type celsius float64

func (c *celsius) UnmarshalJSON(b []byte) error {
	if string(b) == `"hot"` {
		return errTooHot
	}
	*c = 37
	return nil
}

var errTooHot = errors.New("too hot")

// maybe is null in JSON unless it is valid, as the null types of databases are.
type maybe struct {
	N     int
	Valid bool
}

func (m maybe) MarshalJSON() ([]byte, error) {
	if !m.Valid {
		return []byte("null"), nil
	}
	return json.Marshal(m.N)
}

func (m *maybe) UnmarshalJSON(b []byte) error {
	*m = maybe{}
	if string(b) == "null" {
		return nil
	}
	m.Valid = true
	return json.Unmarshal(b, &m.N)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	score := 1.5
	tests := []struct {
		name, raw string
		want      any
	}{
		{"int", "80", 80},
		{"integral fraction", "80.0", 80},
		{"integral exponent", "8e1", int8(80)},
		{"negative zero", "-0", 0},
		{"int64", "-9223372036854775808", int64(math.MinInt64)},
		{"uint64", "18446744073709551615", uint64(math.MaxUint64)},
		{"named int", "1000000000.0", time.Second},
		{"float", "80", 80.0},
		{"float of a large integer", "9007199254740993", float64(9007199254740992)},
		{"float32", "0.1", float32(0.1)},
		{"string", `"a\u00e9\ud83d\ude00\n"`, "aé😀\n"},
		{"bool", "true", true},
		{"bytes", `"/wE="`, []byte{0xff, 1}},
		{"raw", `[80.0]`, json.RawMessage("[80.0]")},
		{"number", "1.50", json.Number("1.50")},
		{"nested integral", `[1.0,2e0]`, []int{1, 2}},
		{"nested in a struct", `{"id":7.0}`, record{ID: 7}},
		{"null slice", "null", []int(nil)},
		{"null map", "null", map[string]int(nil)},
		{"null pointer", "null", (*int)(nil)},
		{"null raw", "null", json.RawMessage("null")},
		{"nulls where they fit", `{"id":1,"score":null,"tags":null,"extra":{"a":null},"Boxes":{"b":{"V":null}},"Any":null}`,
			record{ID: 1, Extra: map[string]any{"a": nil}, Boxes: map[string]struct{ V any }{"b": {}}}},
		{"any everywhere", `{"id":1,"score":1.5,"extra":{"n":9007199254740993,"l":[18446744073709551615]},"Boxes":{"b":{"V":3}},"Any":{"x":-1.5}}`,
			record{ID: 1, Score: &score,
				Extra:    map[string]any{"n": int64(9007199254740993), "l": []any{uint64(math.MaxUint64)}},
				Boxes:    map[string]struct{ V any }{"b": {int64(3)}},
				embedded: embedded{map[string]any{"x": -1.5}}}},
		{"array", "[1,2]", [2]any{int64(1), int64(2)}},
		{"pointer to any", "[null,1]", []*any{nil, ptr[any](int64(1))}},
		{"int keys", `{"1":2}`, map[int]any{1: int64(2)}},
		{"unmarshaler", "0", celsius(37)},
		{"unmarshaler inside", `{"c":1}`, map[string]celsius{"c": 37}},
		{"null of what is written as null", "null", maybe{}},
		{"null inside of what is written as null", `[{"M":null}]`, []struct{ M maybe }{{}}},
		{"null pointer to an unmarshaler", `[null]`, []*time.Time{nil}},
		{"text unmarshaler", `"10.0.0.1"`, netip.MustParseAddr("10.0.0.1")},
		{"any integer", "80.0", any(int64(80))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeTo(tt.raw, tt.want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(record{}), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

func TestDecodeAny(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]any{
		"null": nil, "true": true, `"s"`: "s", "1": int64(1), "-1": int64(-1), "80.0": int64(80),
		"9223372036854775807": int64(math.MaxInt64), "9223372036854775808": uint64(1 << 63),
		"18446744073709551616": float64(1 << 64), "1.5": 1.5, "1e300": 1e300,
		"[]": []any{}, `{"a":[1,{"b":2.5}]}`: map[string]any{"a": []any{int64(1), map[string]any{"b": 2.5}}},
	} {
		var got any
		if err := Decode([]byte(raw), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %#v, %v", raw, got, err)
		}
	}
}

type quotedField struct {
	N int `json:",string"`
	V int
}

func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, raw string
		into      any
		want      TypeError
	}{
		{"fraction into int", "80.5", 0, TypeError{Want: "int", Got: "number 80.5"}},
		{"too large", "300", int8(0), TypeError{Want: "int8", Got: "number 300"}},
		{"negative into uint", "-1", uint(0), TypeError{Want: "uint", Got: "number -1"}},
		{"beyond int64", "9223372036854775808", int64(0), TypeError{Want: "int64", Got: "number 9223372036854775808"}},
		{"beyond float32", "1e+300", float32(0), TypeError{Want: "float32", Got: "number 1e+300"}},
		{"beyond float64", "1e+400", 0.0, TypeError{Want: "float64", Got: "number 1e+400"}},
		{"string into int", `"80"`, 0, TypeError{Want: "int", Got: "string"}},
		{"number into string", "80", "", TypeError{Want: "string", Got: "number 80"}},
		{"number into bool", "1", false, TypeError{Want: "bool", Got: "number 1"}},
		{"object into slice", "{}", []int{}, TypeError{Want: "[]int", Got: "object"}},
		{"null into int", "null", 0, TypeError{Want: "int", Got: "null"}},
		{"null into string", " null", "", TypeError{Want: "string", Got: "null"}},
		{"null into struct", "null", record{}, TypeError{Want: "jsonvalue.record", Got: "null"}},
		{"null into array", "null", [1]int{}, TypeError{Want: "[1]int", Got: "null"}},
		{"null in text", "null", netip.Addr{}, TypeError{Want: "netip.Addr", Got: "null"}},
		{"null member", `{"id":null}`, record{}, TypeError{Path: ".id", Want: "int", Got: "null"}},
		{"null element", `{"tags":["a",null]}`, record{}, TypeError{Path: ".tags[1]", Want: "string", Got: "null"}},
		{"null in a map", `{"a b":null}`, map[string]int{}, TypeError{Path: `["a b"]`, Want: "int", Got: "null"}},
		{"null in an embedded pointer", `[null,{"id":null}]`, []*record{}, TypeError{Path: "[1].id", Want: "int", Got: "null"}},
		{"null into a time", "null", time.Time{}, TypeError{Want: "time.Time", Got: "null"}},
		{"null into a big number", "null", big.Int{}, TypeError{Want: "big.Int", Got: "null"}},
		{"null into a database's null type", "null", sql.NullString{}, TypeError{Want: "sql.NullString", Got: "null"}},
		{"null into an unmarshaler", "null", celsius(0), TypeError{Want: "jsonvalue.celsius", Got: "null"}},
		{"null time inside", `[{"At":null}]`, []struct{ At time.Time }{}, TypeError{Path: "[0].At", Want: "time.Time", Got: "null"}},
		{"null big number inside", `{"a":[1,null]}`, map[string][]big.Int{}, TypeError{Path: ".a[1]", Want: "big.Int", Got: "null"}},
		{"nested", `{"Boxes":3}`, record{}, TypeError{Path: ".Boxes", Want: "map[string]struct { V any }", Got: "number 3"}},
		{"element", `[1,"2"]`, []int{}, TypeError{Path: "[1]", Want: "int", Got: "string"}},
		{"in a map", `{"a":[1,2.5]}`, map[string][]int{}, TypeError{Path: ".a[1]", Want: "int", Got: "number 2.5"}},
		{"deep", `[{},{"Vals":[1,2,{}]}]`, []*struct{ Vals [3]int }{}, TypeError{Path: "[1].Vals[2]", Want: "int", Got: "object"}},
		{"byte", `[1,300]`, []byte{}, TypeError{Path: "[1]", Want: "uint8", Got: "number 300"}},
		{"name in a map", `{"x":1}`, map[int]int{}, TypeError{Want: "map[int]int", Got: "object"}},
		{"unmarshaler inside", `{"C":["hot"]}`, struct{ C []celsius }{}, TypeError{Path: ".C[0]", Want: "jsonvalue.celsius", Got: "string"}},
		{"time inside", `["soon"]`, []time.Time{}, TypeError{Path: "[0]", Want: "time.Time", Got: "string"}},
		{"behind a quoted field", `{"N":"5","V":"x"}`, quotedField{}, TypeError{Path: ".V", Want: "int", Got: "string"}},
		{"quoted field", `{"N":"x","V":1}`, quotedField{}, TypeError{Want: "jsonvalue.quotedField", Got: "object"}},
		{"behind a number in another form", `[[1.0],[true]]`, [][]int{}, TypeError{Path: "[1][0]", Want: "int", Got: "bool"}},
		{"any beside it", `[{"V":1,"N":[]}]`, []struct {
			V any
			N int
		}{}, TypeError{Path: "[0].N", Want: "int", Got: "array"}},
		{"huge number in any", `{"a":[1e400]}`, map[string]any{}, TypeError{Path: ".a[0]", Want: "float64", Got: "number 1e400"}},
		{"huge number in a struct", `{"Any":1e400}`, record{}, TypeError{Path: ".Any", Want: "float64", Got: "number 1e400"}},
		{"huge number in a map of structs", `{"b":{"V":1e400}}`, map[string]struct{ V any }{}, TypeError{Path: ".b.V", Want: "float64", Got: "number 1e400"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := decodeTo(tt.raw, tt.into)
			var got *TypeError
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want a TypeError", err)
			}
			if got.Path != tt.want.Path || got.Want != tt.want.Want || got.Got != tt.want.Got {
				t.Errorf("got %v, want %v", got, &tt.want)
			}
		})
	}
}

func TestDecodeHugeNumberIntoAnyItself(t *testing.T) {
	t.Parallel()
	var v any
	err := Decode([]byte("1e400"), &v)
	if _, ok := errors.AsType[*TypeError](err); !ok {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestDecodeMalformed(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", " ", "{", "[1,", "tru", "1 2", `"a" "b"`, "01", "\x00", `{"a":1}}`} {
		for _, into := range []any{0, "", 1.5, false, int64(0), []any{}, record{}, map[string]int{}} {
			_, err := decodeTo(raw, into)
			if e, ok := errors.AsType[*TypeError](err); !ok || e.Want != TypeName(reflect.TypeOf(into)) {
				t.Errorf("%q into %T: got %v", raw, into, err)
			}
		}
	}
}

func TestDecodeKeepsTheUnmarshalersError(t *testing.T) {
	t.Parallel()
	_, err := decodeTo(`"hot"`, celsius(0))
	if !errors.Is(err, errTooHot) || err.Error() != "want jsonvalue.celsius, have string: too hot" {
		t.Errorf("got %v", err)
	}
}

func TestDecodeBigInt(t *testing.T) {
	t.Parallel()
	want := new(big.Int).Lsh(big.NewInt(3), 200)
	raw, err := Encode(&want, wide)
	if err != nil {
		t.Fatal(err)
	}
	var got big.Int
	if err := Decode(raw, &got); err != nil || got.Cmp(want) != 0 {
		t.Errorf("got %v, %v", &got, err)
	}
}

func TestDecodedValueSharesNoMemory(t *testing.T) {
	t.Parallel()
	raw := []byte(`"abc"`)
	var s string
	var m json.RawMessage
	if err := errors.Join(Decode(raw, &s), Decode(raw, &m)); err != nil {
		t.Fatal(err)
	}
	raw[1] = 'X'
	if s != "abc" || string(m) != `"abc"` {
		t.Errorf("changed to %s and %s", s, m)
	}
}

func TestRoundTripOfDocuments(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := documents(4).Draw(t, "document")
		raw, err := Encode(&doc, wide)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := Canonical(raw, wide)
		if err != nil || string(stored) != string(raw) {
			t.Fatalf("%s is not in the stored form %s, %v", raw, stored, err)
		}
		var got any
		if err := Decode(raw, &got); err != nil || !reflect.DeepEqual(got, doc) {
			t.Fatalf("%s: %v\n%s", raw, err, cmp.Diff(doc, got))
		}
	})
}

type everything struct {
	I8   int8
	U64  uint64
	F32  float32
	F64  float64
	S    string `json:"s,omitempty"`
	B    []byte
	P    *int64
	M    map[string][]uint16
	A    [2]bool
	D    time.Duration
	Any  any
	Self []everything
}

func TestRoundTripOfStructs(t *testing.T) {
	t.Parallel()
	leaf := rapid.Custom(func(t *rapid.T) everything {
		return everything{
			I8: rapid.Int8().Draw(t, "i8"), U64: rapid.Uint64().Draw(t, "u64"),
			F32: rapid.Float32Range(-1e30, 1e30).Draw(t, "f32"), F64: rapid.Float64Range(-1e300, 1e300).Draw(t, "f64"),
			S: rapid.String().Draw(t, "s"), B: rapid.SliceOf(rapid.Byte()).Draw(t, "b"),
			P: rapid.Ptr(rapid.Int64(), true).Draw(t, "p"),
			M: rapid.MapOfN(names(), rapid.SliceOfN(rapid.Uint16(), 0, 3), 0, 3).Draw(t, "m"),
			A: [2]bool{true, false}, D: time.Duration(rapid.Int64().Draw(t, "d")),
			Any: documents(2).Draw(t, "any"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		want := leaf.Draw(t, "root")
		want.Self = rapid.SliceOfN(leaf, 0, 2).Draw(t, "self")
		raw, err := Encode(&want, wide)
		if err != nil {
			t.Fatal(err)
		}
		var got everything
		if err := Decode(raw, &got); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s\n%s", raw, diff)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"id":1.0,"Any":[null,1e400],"extra":{"a":-0}}`, "[[", "null", `{"ID":null}`, `{"Boxes":{"":{"v":1}}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, into := range []any{0, "", record{}, []record{}, map[string]any{}, []any{}, [2]*any{}} {
			got, err := decodeTo(raw, into)
			if err != nil {
				if _, ok := errors.AsType[*TypeError](err); !ok {
					t.Fatalf("%q into %T: %v", raw, into, err)
				}
				continue
			}
			if !json.Valid([]byte(raw)) {
				t.Fatalf("%q is %v", raw, got)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	raw := []byte(`{"id":1,"score":1.5,"tags":["a","b"],"extra":{"n":9007199254740993}}`)
	b.ReportAllocs()
	for b.Loop() {
		var r record
		if err := Decode(raw, &r); err != nil {
			b.Fatal(err)
		}
	}
}
