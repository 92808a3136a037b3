package jsonvalue

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"
)

var wide = Limits{Bytes: 1 << 20, Depth: 1000}

// encodeAny encodes as a dynamic write does.
func encodeAny(v any, lim Limits) (string, error) {
	out, err := Encode(&v, lim)
	return string(out), err
}

type point struct {
	X int     `json:"x"`
	Y float64 `json:"y,omitempty"`
}

type byValue struct{ out string }

func (m byValue) MarshalJSON() ([]byte, error) { return []byte(m.out), nil }

type byPointer struct{ text string }

func (m *byPointer) MarshalJSON() ([]byte, error) { return json.Marshal("(" + m.text + ")") }

type asText struct{ text string }

func (m asText) MarshalText() ([]byte, error) {
	if m.text == "fail" {
		return nil, errMarshal
	}
	return []byte(m.text), nil
}

type asTextByPointer struct{ Text string }

func (m *asTextByPointer) MarshalText() ([]byte, error) { return []byte(m.Text), nil }

var errMarshal = errors.New("out of order")

func TestEncode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   any
		want string
	}{
		{"nil", nil, "null"},
		{"bool", true, "true"},
		{"int", math.MinInt64, "-9223372036854775808"},
		{"uint", uint64(math.MaxUint64), "18446744073709551615"},
		{"integral float", 80.0, "80"},
		{"fraction", 80.5, "80.5"},
		{"large float", 1e300, "1e+300"},
		{"small float", 1e-7, "1e-7"},
		{"float of 20 digits", 1e19, "10000000000000000000"},
		{"negative zero", math.Copysign(0, -1), "0"},
		{"html", "<a&b>", `"<a&b>"`},
		{"text", "ä\n\u2028\uFFFD", `"ä\n\u2028` + "\uFFFD" + `"`},
		{"bytes", []byte{0xff, 1}, `"/wE="`},
		{"struct", point{X: 1, Y: 2}, `{"x":1,"y":2}`},
		{"map", map[string]any{"b": 1.0, "a": []any{nil, "x"}}, `{"a":[null,"x"],"b":1}`},
		{"int keys", map[int]string{2: "b", 10: "a"}, `{"10":"a","2":"b"}`},
		{"text keys", map[asText]int{{"k"}: 1}, `{"k":1}`},
		{"number literal", json.Number("8e1"), "80"},
		{"raw", json.RawMessage(" [ 80.0, {\"a\" : 1.50} ]"), `[80,{"a":1.5}]`},
		{"nil raw", json.RawMessage(nil), "null"},
		{"marshaler", byValue{`{"n":1e2}`}, `{"n":100}`},
		{"pointer marshaler, addressable", []byPointer{{"a"}}, `["(a)"]`},
		{"pointer marshaler by pointer", &byPointer{"a"}, `"(a)"`},
		{"pointer marshaler by value", byPointer{"a"}, `{}`},
		{"text marshaler", asText{"t"}, `"t"`},
		{"pointer text marshaler", []asTextByPointer{{"t"}}, `["t"]`},
		{"nil pointer text marshaler", (*asTextByPointer)(nil), `null`},
		{"big int", new(big.Int).Lsh(big.NewInt(1), 100), "1267650600228229401496703205376"},
		{"time", time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), `"2024-01-02T03:04:05Z"`},
		{"nil pointer to a channel", (*chan int)(nil), "null"},
		{"omitted channel", struct {
			C chan int `json:"c,omitzero"`
			S string   `json:"s,omitempty"`
		}{}, "{}"},
		{"ignored field", struct {
			C chan int `json:"-"`
		}{make(chan int)}, "{}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := encodeAny(tt.in, wide)
			if err != nil || got != tt.want {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestEncodeThroughPointerUsesPointerMarshaler(t *testing.T) {
	t.Parallel()
	out, err := Encode(&byPointer{"a"}, wide)
	if err != nil || string(out) != `"(a)"` {
		t.Errorf("got %s, %v", out, err)
	}
}

type ring struct {
	Next *ring `json:"next"`
}

type itself []itself

type pointerCycle *pointerCycle

func cycles() map[string]any {
	r := &ring{}
	r.Next = &ring{Next: r}
	s := make(itself, 1)
	s[0] = s
	m := map[string]any{}
	m["m"] = []any{m}
	var p pointerCycle
	p = &p
	return map[string]any{"ring": r, "slice": s, "map": m, "pointer": p}
}

func TestEncodeRefusesCycles(t *testing.T) {
	t.Parallel()
	for name, v := range cycles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := encodeAny(v, wide)
			var store *StoreError
			if !errors.As(err, &store) || store.Reason != "the value contains itself" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestEncodeAllowsSharing(t *testing.T) {
	t.Parallel()
	leaf := &ring{}
	chain := any("end")
	for range 2 * suspicious {
		chain = []any{chain, leaf, leaf}
	}
	if _, err := encodeAny(chain, wide); err != nil {
		t.Error(err)
	}
}

func TestEncodeErrors(t *testing.T) {
	t.Parallel()
	bad := "a\xffb"
	tests := []struct {
		name string
		in   any
		want string
	}{
		{"string", bad, "the string is not valid UTF-8"},
		{"nested string", map[string]any{"a": []any{1, map[string]string{"x y": bad}}},
			`at .a[1]["x y"]: the string is not valid UTF-8`},
		{"map key", map[string]int{bad: 1}, `at ["a\xffb"]: the string is not valid UTF-8`},
		{"text key", map[asText]int{{bad}: 1}, `at ["{a\xffb}"]: the string is not valid UTF-8`},
		{"text marshaler", []asText{{bad}}, "at [0]: the string is not valid UTF-8"},
		{"pointer text marshaler", []asTextByPointer{{bad}}, "at [0]: the string is not valid UTF-8"},
		{"failing text marshaler", []asText{{"fail"}}, "at [0]: jsonvalue.asText.MarshalText: out of order"},
		{"named string", struct{ N json.Number }{json.Number(bad)}, "at .N: the string is not valid UTF-8"},
		{"raw output", json.RawMessage(`"` + bad + `"`), "a marshaler's output is not valid UTF-8"},
		{"half a surrogate pair", json.RawMessage(`["\ud83d\u0020"]`), `the string contains \ud83d, half a surrogate pair`},
		{"other half", json.RawMessage(`"\udc00"`), `the string contains \udc00, half a surrogate pair`},
		{"NaN", []float64{0, math.NaN()}, "at [1]: JSON has no form for the number NaN"},
		{"infinity", struct{ F float32 }{float32(math.Inf(-1))}, "at .F: JSON has no form for the number -Inf"},
		{"channel", struct{ C chan int }{}, "at .C: JSON has no form for type chan int"},
		{"func", func() {}, "JSON has no form for type func()"},
		{"complex", [2]any{nil, 1i}, "at [1]: JSON has no form for type complex128"},
		{"map key type", map[float64]int{1: 1}, `at .1: JSON has no form for type float64`},
		{"bad number literal", json.Number("x"), `json: invalid number literal "x"`},
		{"endless exponent", json.RawMessage("1e99999999999"), "the number 1e99999999999 is out of range"},
		{"first of several", map[string]float64{"b": math.Inf(1), "a": math.Inf(1), "c": math.Inf(1)},
			"at .a: JSON has no form for the number +Inf"},
		{"bad marshaler", byValue{"{"}, "json: error calling MarshalJSON for type jsonvalue.byValue: unexpected end of JSON input"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := encodeAny(tt.in, wide)
			var store *StoreError
			if !errors.As(err, &store) {
				t.Fatalf("got %s, %v, want a StoreError", got, err)
			}
			if err.Error() != tt.want {
				t.Errorf("got  %v\nwant %v", err, tt.want)
			}
		})
	}
}

func TestEncodeKeepsTheMarshalersError(t *testing.T) {
	t.Parallel()
	if _, err := encodeAny([]any{asText{"fail"}}, wide); !errors.Is(err, errMarshal) {
		t.Errorf("got %v", err)
	}
}

// nested is n arrays inside each other.
func nested(n int) any {
	var v any = []any{}
	for range n - 1 {
		v = []any{v}
	}
	return v
}

func TestEncodeLimits(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 4) + strings.Repeat("]", 4)
	tests := []struct {
		name string
		in   any
		lim  Limits
		want LimitError
	}{
		{"bytes", "abc", Limits{Bytes: 4, Depth: 9}, LimitError{What: Bytes, Size: 5, Limit: 4}},
		{"depth", nested(4), Limits{Bytes: 99, Depth: 3}, LimitError{What: Levels, Limit: 3}},
		{"depth of integers", [][]int{{1}}, Limits{Bytes: 99, Depth: 1}, LimitError{What: Levels, Limit: 1}},
		{"depth of output", json.RawMessage(deep), Limits{Bytes: 99, Depth: 3}, LimitError{What: Levels, Limit: 3}},
		{"depth of a thousand", nested(1001), wide, LimitError{What: Levels, Limit: 1000}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := encodeAny(tt.in, tt.lim)
			var got *LimitError
			if !errors.As(err, &got) || *got != tt.want {
				t.Errorf("got %v, want %v", err, &tt.want)
			}
		})
	}
	for _, ok := range []struct {
		in  any
		lim Limits
	}{{"abc", Limits{Bytes: 5}}, {nested(4), Limits{Bytes: 8, Depth: 4}}, {nested(1000), wide}} {
		if _, err := encodeAny(ok.in, ok.lim); err != nil {
			t.Errorf("%v: %v", ok.lim, err)
		}
	}
}

func TestLimitErrorText(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]LimitError{
		"the value has 5 bytes, at most 4 are allowed":       {What: Bytes, Size: 5, Limit: 4},
		"the value has more than 1000 levels of nesting":     {What: Levels, Limit: 1000},
		"the value has 2000000 bytes, at most 1 are allowed": {What: Bytes, Size: 2_000_000, Limit: 1},
	} {
		if e.Error() != want {
			t.Errorf("got %q, want %q", e.Error(), want)
		}
	}
}
