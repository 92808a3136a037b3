package check

import (
	"encoding/json"
	"fmt"
	"go/types"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/jsonvalue"
)

// twin is a type twice: as source for the checker, and for the runtime.
type twin struct {
	source string
	typ    reflect.Type
}

// Word has its own text; its twin stands in the source of each pair.
type Word struct{ N int }

// MarshalText writes digits, which are also base64.
func (Word) MarshalText() ([]byte, error) { return []byte(digits), nil }

// UnmarshalText accepts everything.
func (*Word) UnmarshalText([]byte) error { return nil }

const wordSource = `
type Word struct{ N int }
func (Word) MarshalText() ([]byte, error) { return nil, nil }
func (*Word) UnmarshalText([]byte) error { return nil }
`

// digits is the string of all test values: also a number, and base64.
const digits = "1234"

func twinOf[T any](source string) twin { return twin{source, reflect.TypeFor[T]()} }

// easy are types whose test values fit wherever the kinds do.
var easy = []twin{
	twinOf[bool]("bool"), twinOf[int]("int"), twinOf[uint16]("uint16"), twinOf[uint8]("uint8"), twinOf[float64]("float64"),
	twinOf[string]("string"), twinOf[json.Number]("json.Number"), twinOf[[]byte]("[]byte"), twinOf[[2]byte]("[2]byte"),
	twinOf[Word]("Word"), twinOf[struct{}]("struct{}"),
}

// hard are types of which some values fit and others do not.
var hard = append([]twin{
	twinOf[time.Time]("time.Time"), twinOf[any]("any"), twinOf[json.RawMessage]("json.RawMessage"),
}, easy...)

func drawTwin(t *rapid.T, leaves []twin, depth int) twin {
	kind := rapid.IntRange(0, 7).Draw(t, "kind")
	if depth == 0 || kind < 3 {
		return rapid.SampledFrom(leaves).Draw(t, "leaf")
	}
	if kind >= 6 {
		return drawStruct(t, leaves, depth)
	}
	elem := drawTwin(t, leaves, depth-1)
	switch kind {
	case 3:
		return twin{"*" + elem.source, reflect.PointerTo(elem.typ)}
	case 4:
		n := rapid.IntRange(0, 3).Draw(t, "length")
		if n == 3 {
			return twin{"[]" + elem.source, reflect.SliceOf(elem.typ)}
		}
		return twin{fmt.Sprintf("[%d]%s", n, elem.source), reflect.ArrayOf(n, elem.typ)}
	}
	return twin{"map[string]" + elem.source, reflect.MapOf(reflect.TypeFor[string](), elem.typ)}
}

func drawStruct(t *rapid.T, leaves []twin, depth int) twin {
	options := []string{"", ",omitempty", ",omitzero"}
	if len(leaves) == len(hard) {
		options = append(options, ",string")
	}
	var fields []reflect.StructField
	var source strings.Builder
	for i, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "A", "b", "c"}), 1, 3, rapid.ID).Draw(t, "names") {
		inner := drawTwin(t, leaves, depth-1)
		tag := fmt.Sprintf("json:%q", name+rapid.SampledFrom(options).Draw(t, "option"))
		field := fmt.Sprintf("F%d", i)
		fields = append(fields, reflect.StructField{Name: field, Type: inner.typ, Tag: reflect.StructTag(tag)})
		fmt.Fprintf(&source, "%s %s `%s`; ", field, inner.source, tag)
	}
	return twin{"struct{ " + source.String() + "}", reflect.StructOf(fields)}
}

// fill sets a variable to a value without null, with nothing empty in it.
func fill(t *rapid.T, v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(1, 0)
		return
	case *json.Number:
		*p = "12"
		return
	case *json.RawMessage:
		*p = json.RawMessage(rapid.SampledFrom([]string{"1", `"1"`, "[1]", "true", "{}"}).Draw(t, "raw"))
		return
	case *[]byte:
		*p = []byte{0xd7, 0x6d, 0xf8} // digits in base64
		return
	case *any:
		*p = rapid.SampledFrom([]any{1, "1", []int{1}, true, map[string]int{"a": 1}}).Draw(t, "any")
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(rapid.Int64Range(1, 100).Draw(t, "int"))
	case reflect.Uint8, reflect.Uint16:
		v.SetUint(rapid.Uint64Range(1, 100).Draw(t, "uint"))
	case reflect.Float64:
		v.SetFloat(float64(rapid.IntRange(1, 100).Draw(t, "float")))
	case reflect.String:
		v.SetString(digits)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.Map:
		elem := reflect.New(v.Type().Elem()).Elem()
		fill(t, elem)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("no field"), elem)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	}
}

// comparePair draws two types and compares what the checker says of them with
// what the runtime does with some values.
func comparePair(t *rapid.T, leaves []twin) (wrong *mismatch, about string, err error) {
	written, read := drawTwin(t, leaves, 3), drawTwin(t, leaves, 3)
	pkg, _, _, err := newWorld().check("example.com/pkg", map[string]string{"a.go": "package pkg\nimport (\"time\"; \"encoding/json\")\n" +
		"var _ time.Time\nvar _ json.Number\n" + wordSource + "type W struct { V " + written.source + " }\ntype R struct { V " + read.source + " }\n"})
	if err != nil {
		t.Fatal(err)
	}
	typeOf := func(name string) types.Type {
		return pkg.Scope().Lookup(name).Type().Underlying().(*types.Struct).Field(0).Type()
	}
	wrong = newMatcher().compare(typeOf("W"), typeOf("R"))
	value := reflect.New(written.typ)
	fill(t, value.Elem())
	raw, err := jsonvalue.Encode(value.Interface(), jsonvalue.Limits{Bytes: 1 << 20, Depth: 100})
	if err != nil {
		t.Fatal(err)
	}
	about = written.source + " to " + read.source + ": " + string(raw)
	return wrong, about, jsonvalue.Decode(raw, reflect.New(read.typ).Interface())
}

// What is called a mismatch is never read, whatever the value.
func TestMismatchIsNeverRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		wrong, about, err := comparePair(rt, hard)
		if wrong != nil && err == nil {
			rt.Fatalf("%s is read, but there is a mismatch at %q", about, wrong.path)
		}
	})
}

// What is not called one is read, where only the kinds of values matter.
func TestNoMismatchIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		wrong, about, err := comparePair(rt, easy)
		if wrong == nil && err != nil {
			rt.Fatalf("%s is not read: %v", about, err)
		}
	})
}
