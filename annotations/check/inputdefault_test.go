package check

import (
	"bytes"
	"encoding/json"
	"go/types"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// defaults are types by their source, with the same type for encoding/json.
var defaults = map[string]reflect.Type{
	"int8":             reflect.TypeFor[int8](),
	"uint8":            reflect.TypeFor[uint8](),
	"int64":            reflect.TypeFor[int64](),
	"uint64":           reflect.TypeFor[uint64](),
	"float32":          reflect.TypeFor[float32](),
	"float64":          reflect.TypeFor[float64](),
	"bool":             reflect.TypeFor[bool](),
	"string":           reflect.TypeFor[string](),
	"[]byte":           reflect.TypeFor[[]byte](),
	"[]int8":           reflect.TypeFor[[]int8](),
	"map[int8]bool":    reflect.TypeFor[map[int8]bool](),
	"map[string][]int": reflect.TypeFor[map[string][]int](),
	"struct{ A int8 }": reflect.TypeFor[struct{ A int8 }](),
	"time.Time":        reflect.TypeFor[time.Time](),
	"any":              reflect.TypeFor[any](),
}

// What fits a type is what encoding/json decodes into it.
func TestFits(t *testing.T) {
	t.Parallel()
	text := "package pkg\nimport \"time\"\nvar _ time.Time\n"
	var names []string
	for _, name := range sortedKeys(defaults) {
		text += "var " + "V" + string(rune('a'+len(names))) + " " + name + "\n"
		names = append(names, name)
	}
	scope := newWorld().load(t, map[string]string{"a.go": text}).Types.Scope()
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(names)-1).Draw(t, "type")
		typ := scope.Lookup("V" + string(rune('a'+i))).Type()
		literal := drawJSON(t, 2)
		value, err := decodeLiteral(literal)
		if err != nil {
			t.Fatal(err)
		}
		if names[i] == "[]byte" && literal[0] == '[' {
			return // encoding/json reads an array of numbers as bytes, too
		}
		d := json.NewDecoder(bytes.NewReader([]byte(literal)))
		d.DisallowUnknownFields()
		want := d.Decode(reflect.New(defaults[names[i]]).Interface())
		if got := fits(value, typ, ""); (got == nil) != (want == nil) {
			t.Fatalf("%s for %s: %v, encoding/json says %v", literal, names[i], got, want)
		}
	})
}

// drawJSON draws a JSON value without null and without whole numbers that are
// written as fractions, which encoding/json refuses and contexts accept.
func drawJSON(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	if depth == 0 {
		kind %= 4
	}
	switch kind {
	case 0:
		return rapid.SampledFrom([]string{"0", "-1", "127", "128", "255", "256", "-128", "-129", "1.5", "-0.25", "3e38", "1e39", "1e308", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616"}).Draw(t, "number")
	case 1:
		return rapid.SampledFrom([]string{"true", "false"}).Draw(t, "bool")
	case 2:
		return rapid.SampledFrom([]string{`""`, `"x"`, `"aGk="`, `"aGk"`, `"2006-01-02T15:04:05Z"`, `"2006-01-02"`}).Draw(t, "string")
	case 3:
		return rapid.SampledFrom([]string{"[]", "{}", `{"A":1}`, `{"A":200}`, `{"B":1}`, `{"1":true}`, `{"300":true}`}).Draw(t, "object")
	case 4:
		return "[" + drawJSON(t, depth-1) + "]"
	}
	return `{"` + rapid.SampledFrom([]string{"A", "B", "7", "x"}).Draw(t, "key") + `":` + drawJSON(t, depth-1) + "}"
}

func TestFitsWholeFractions(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"80.0": true, "80.000": true, "80.5": false, "8e1": false, "-0.0": true} {
		value, err := decodeLiteral(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := fits(value, types.Typ[types.Int], ""); (got == nil) != ok {
			t.Errorf("%s: %v", text, got)
		}
	}
}
