package check

import (
	"fmt"
	"go/types"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/jsonvalue"
	"github.com/cloacina-go/cloacina/internal/shape"
)

// twinTypes type-checks the sources of twins and returns their types.
func twinTypes(t *rapid.T, twins ...twin) []types.Type {
	var b strings.Builder
	b.WriteString("package pkg\nimport (\"time\"; \"encoding/json\")\nvar _ time.Time\nvar _ json.Number\n" + wordSource)
	for i, w := range twins {
		fmt.Fprintf(&b, "type T%d struct { V %s }\n", i, w.source)
	}
	pkg, _, _, err := newWorld().check("example.com/pkg", map[string]string{"a.go": b.String()})
	if err != nil {
		t.Fatal(err)
	}
	all := make([]types.Type, len(twins))
	for i := range twins {
		all[i] = pkg.Scope().Lookup(fmt.Sprintf("T%d", i)).Type().Underlying().(*types.Struct).Field(0).Type()
	}
	return all
}

// vary sets a variable to any value, nil and empty ones included.
func vary(t *rapid.T, v reflect.Value) {
	if rapid.IntRange(0, 3).Draw(t, "zero") == 0 && v.Type() != reflect.TypeFor[time.Time]() {
		return
	}
	switch v.Kind() {
	case reflect.Int:
		v.SetInt(rapid.Int64().Draw(t, "int"))
	case reflect.Uint8:
		v.SetUint(uint64(rapid.Uint8().Draw(t, "uint8")))
	case reflect.Uint16:
		v.SetUint(uint64(rapid.Uint16().Draw(t, "uint16")))
	case reflect.Float64:
		v.SetFloat(rapid.Float64().Draw(t, "float"))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		vary(t, v.Elem())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			fill(t, v) // bytes, or the text of a message
			return
		}
		n := rapid.IntRange(0, 2).Draw(t, "length")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			vary(t, v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			vary(t, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 2).Draw(t, "members") {
			elem := reflect.New(v.Type().Elem()).Elem()
			vary(t, elem)
			v.SetMapIndex(reflect.ValueOf(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")), elem)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			fill(t, v)
			return
		}
		for i := range v.NumField() {
			vary(t, v.Field(i))
		}
	default:
		fill(t, v)
	}
}

var noLimits = jsonvalue.Limits{Bytes: 1 << 24, Depth: 1000}

// TestWrittenValuesAreOfTheirDomain draws Go types and values: as JSON they are
// of the domain that the checker has for the type.
func TestWrittenValuesAreOfTheirDomain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of := drawTwin(t, hard, 3)
		var d domains
		within := d.of(domainUse{typ: twinTypes(t, of)[0], dir: writing, null: true})
		for range 10 {
			value := reflect.New(of.typ)
			vary(t, value.Elem())
			raw, err := jsonvalue.Encode(value.Interface(), noLimits)
			if err != nil {
				t.Fatal(err)
			}
			if !within.Holds(raw) {
				t.Fatalf("%s writes %s, which is not of its domain %+v", of.source, raw, within)
			}
		}
	})
}

// TestWrittenKeysAreOfTheirDomain is about whole structs that a task returns,
// where a nil is no null and a tag leaves out what is empty.
func TestWrittenKeysAreOfTheirDomain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of := drawTwin(t, hard, 2)
		presence := rapid.SampledFrom([]Presence{Required, OmitEmpty, OmitZero}).Draw(t, "presence")
		out := &Struct{Fields: []Field{{Key: "k", Type: twinTypes(t, of)[0], Presence: presence}}}
		if p, ok := out.Fields[0].Type.(*types.Pointer); ok {
			out.Fields[0].Type, out.Fields[0].Presence = p.Elem(), PointerNil
		}
		var d domains
		within := d.written(&task{code: &Task{Form: OutOnly, Out: out}}, 0)
		for range 10 {
			value := reflect.New(of.typ)
			vary(t, value.Elem())
			if raw := storedAs(t, value, out.Fields[0].Presence); raw != nil && !within.Holds(raw) {
				t.Fatalf("%s as a key writes %s, which is not of its domain %+v", of.source, raw, within)
			}
		}
	})
}

// storedAs is what the runtime stores for a field of a result; nil for nothing.
func storedAs(t *rapid.T, value reflect.Value, presence Presence) []byte {
	ptr := value.Interface()
	switch {
	case presence == OmitEmpty && jsonvalue.IsEmpty(ptr), presence == OmitZero && jsonvalue.IsZero(ptr),
		presence == PointerNil && value.Elem().IsNil():
		return nil
	case presence == PointerNil:
		ptr = value.Elem().Interface()
	}
	raw, err := jsonvalue.Encode(jsonvalue.Filled(ptr), noLimits)
	if err != nil {
		t.Fatal(err)
	}
	if string(raw) == "null" {
		return nil
	}
	return raw
}

// TestInputsAreOfTheirDomain holds that whatever the shape of an input lets
// through is in its domain.
func TestInputsAreOfTheirDomain(t *testing.T) {
	t.Parallel()
	values := []string{
		"null", "true", "1", "-1", "300", "0.5", "9223372036854775808", "18446744073709551615", "9007199254740993",
		`"a"`, `""`, "[]", "[1]", `["a",null]`, "{}", `{"a":1}`, `{"F0":null,"c":"x"}`, `{"a":{"b":[1]}}`, `[[1],[null]]`,
	}
	rapid.Check(t, func(t *rapid.T) {
		of := drawTwin(t, hard, 3)
		typ := twinTypes(t, of)[0]
		f := Field{Type: typ, Shape: shapeOf(typ)}
		if p, ok := typ.(*types.Pointer); ok {
			f.Type, f.Presence, f.Shape = p.Elem(), PointerNil, shapeOf(p.Elem())
		}
		var d domains
		within := d.input(f)
		for _, text := range values {
			if acceptsInput(f, text) && !within.Holds([]byte(text)) {
				t.Fatalf("an input %s of shape %s may be %s, which is not of its domain %+v", of.source, f.Shape, text, within)
			}
		}
	})
}

// acceptsInput does what the runtime does with an initial context.
func acceptsInput(f Field, text string) bool {
	s := shape.Parse(f.Shape)
	if text == "null" && f.Presence != Required && !s.Any() {
		return false // it counts as missing
	}
	return s.Check([]byte(text)) == nil
}

// TestDomains shows what the domains of some types are.
func TestDomains(t *testing.T) {
	t.Parallel()
	source := `package pkg
import "encoding/json"
type Bytes []byte
type Own int
func (Own) MarshalJSON() ([]byte, error) { return nil, nil }
type Late int
func (*Late) MarshalText() ([]byte, error) { return nil, nil }
type Unset int
func (Unset) IsZero() bool { return false }
type Node struct {
	Next *Node
	Kids []Node ` + "`json:\",omitempty\"`" + `
	None [0]int ` + "`json:\",omitempty\"`" + `
}
type P *P
type Box[T any] struct{ V T; Next *Box[T] }
var (
	Int8 int8; Uint32 uint32; Uint uint; Float32 float32; Raw json.RawMessage; Number json.Number
	B Bytes; O Own; L Late; Ptr *int; Map map[int]bool; Array [3]string; Recursive Node; Itself P; Boxed Box[int]
	Tags struct {
		Quoted int ` + "`json:\",string\"`" + `
		Empty *int ` + "`json:\",omitempty\"`" + `
		EmptyFloat float64 ` + "`json:\",omitempty\"`" + `
		EmptyInt int ` + "`json:\",omitempty\"`" + `
		ZeroList []int ` + "`json:\",omitzero\"`" + `
		EmptyList []int ` + "`json:\",omitempty\"`" + `
		ZeroUnset Unset ` + "`json:\",omitzero\"`" + `
		EmptyStruct struct{} ` + "`json:\",omitempty\"`" + `
	}
)`
	scope := newWorld().load(t, map[string]string{"a.go": source}).Types.Scope()
	for _, c := range []struct {
		name     string
		yes, not []string
	}{
		{"Int8", []string{"-128", "127"}, []string{"128", "0.5", "null"}},
		{"Uint32", []string{"4294967295"}, []string{"-1", "4294967296"}},
		{"Uint", []string{"18446744073709551615"}, []string{"-1", "18446744073709551616"}},
		{"Float32", []string{"0.1"}, []string{"16777217"}},
		{"Raw", []string{"null", "1", `"a"`}, nil},
		{"Number", []string{"1e400"}, []string{`"1"`}},
		{"B", []string{`"AA=="`, "null"}, []string{"[1]"}},
		{"O", []string{`"a"`, "null"}, nil},
		{"L", []string{`"a"`, "1"}, nil},
		{"Ptr", []string{"1", "null"}, []string{`"a"`}},
		{"Map", []string{`{"1":true}`, "null"}, []string{`{"1":1}`}},
		{"Array", []string{`["a","b","c"]`}, []string{`["a","b"]`, "null"}},
		{"Recursive", []string{`{"Next":{"Next":null,"Kids":[{"Next":null}]}}`}, []string{`{"Next":null,"Kids":[]}`, `{}`, `{"Next":null,"None":[]}`}},
		{"Itself", []string{"null", "1"}, nil},
		{"Boxed", []string{`{"V":1,"Next":{"V":2,"Next":null}}`}, []string{`{"V":1,"Next":{"V":"a","Next":null}}`}},
		{"Tags", []string{
			`{"Quoted":"1","EmptyStruct":{}}`,
			`{"Quoted":"1","EmptyStruct":{},"Empty":0,"EmptyFloat":0,"EmptyInt":1,"ZeroList":[],"EmptyList":[0],"ZeroUnset":0}`,
		}, []string{
			`{"Quoted":1,"EmptyStruct":{}}`, `{"Quoted":"1"}`,
			`{"Quoted":"1","EmptyStruct":{},"Empty":null}`, `{"Quoted":"1","EmptyStruct":{},"EmptyInt":0}`,
			`{"Quoted":"1","EmptyStruct":{},"ZeroList":null}`, `{"Quoted":"1","EmptyStruct":{},"EmptyList":[]}`,
		}},
	} {
		var k checker
		of := k.domainOf(scope.Lookup(c.name).Type())
		for _, text := range c.yes {
			if !of.Holds([]byte(text)) {
				t.Errorf("%s cannot be %s: %+v", c.name, text, of)
			}
		}
		for _, text := range c.not {
			if of.Holds([]byte(text)) {
				t.Errorf("%s can be %s: %+v", c.name, text, of)
			}
		}
		if again := k.domainOf(scope.Lookup(c.name).Type()); again != of && of != domain.Any {
			t.Errorf("%s is made twice", c.name)
		}
	}
}
