package oracle

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/jsonvalue"
)

// goType is a Go type of random sources, with the values that it is known to write.
type goType struct {
	text string
	typ  *domain.Type
	// goes is the type itself.
	goes reflect.Type
	// literals are some that fit it, and paths what can be looked at within.
	literals []annotations.Literal
	paths    []string
	// nilText is what a nil of it is stored as by a dynamic task; "" if it has none.
	nilText string
	// input is the type for a declared input; nil if it is the same, loose ones
	// are not used.
	input *domain.Type
}

// Inner, Level and the others are declared in every random source, too.
type (
	Inner struct {
		A int     `json:"a"`
		B *string `json:"b,omitempty"`
	}
	Level string
)

const goTypeDeclarations = `
type Inner struct {
	A int     ` + "`json:\"a\"`" + `
	B *string ` + "`json:\"b,omitempty\"`" + `
}

type Level string
`

var (
	wholes = []annotations.Literal{
		{Kind: annotations.LitInt, Int: 79}, {Kind: annotations.LitInt, Int: 80}, {Kind: annotations.LitInt, Int: 81},
		{Kind: annotations.LitInt}, {Kind: annotations.LitFloat, Float: 80.5}, {Kind: annotations.LitFloat, Float: 80},
		{Kind: annotations.LitInt, Int: 255}, {Kind: annotations.LitUint, Uint: math.MaxUint64},
	}
	words = []annotations.Literal{
		{Kind: annotations.LitString, String: "a"}, {Kind: annotations.LitString, String: "b"}, {Kind: annotations.LitString},
		{Kind: annotations.LitString, String: "ab"},
	}
	bools = []annotations.Literal{{Kind: annotations.LitBool, Bool: true}, {Kind: annotations.LitBool}}
	text  = &domain.Type{Kinds: domain.String, Len: -1}
)

// scalarTypes is how many of the types come first that are no lists or structs.
const scalarTypes = 7

var goTypes = []*goType{
	{text: "int", typ: integers(math.MinInt64, math.MaxInt64), goes: reflect.TypeFor[int](), literals: wholes},
	{text: "uint8", typ: integers(0, math.MaxUint8), goes: reflect.TypeFor[uint8](), literals: wholes,
		input: integers(0, math.MaxUint64)},
	{text: "float64", typ: numbers(domain.Floats), goes: reflect.TypeFor[float64](), literals: wholes,
		input: numbers(domain.Decimals)},
	{text: "float32", typ: numbers(domain.Floats32), goes: reflect.TypeFor[float32](), literals: wholes,
		input: numbers(domain.Decimals)},
	{text: "string", typ: text, goes: reflect.TypeFor[string](), literals: words},
	{text: "Level", typ: text, goes: reflect.TypeFor[Level](), literals: words},
	{text: "bool", typ: &domain.Type{Kinds: domain.Bool, Len: -1}, goes: reflect.TypeFor[bool](), literals: bools},
	{text: "[]int", typ: &domain.Type{Kinds: domain.Array, Len: -1, Elem: integers(math.MinInt64, math.MaxInt64)},
		goes: reflect.TypeFor[[]int](), literals: wholes, paths: []string{"/0", "/1"}, nilText: "null"},
	{text: "[2]string", typ: &domain.Type{Kinds: domain.Array, Len: 2, Elem: text},
		goes: reflect.TypeFor[[2]string](), literals: words, paths: []string{"/0", "/1"}},
	{text: "map[string]int", typ: &domain.Type{Kinds: domain.Object, Len: -1, Elem: integers(math.MinInt64, math.MaxInt64)},
		goes: reflect.TypeFor[map[string]int](), literals: wholes, paths: []string{"/a"}, nilText: "null"},
	{text: "Inner", typ: structOf(
		domain.Field{Name: "a", Type: integers(math.MinInt64, math.MaxInt64)},
		domain.Field{Name: "b", Type: text, Optional: true},
	), goes: reflect.TypeFor[Inner](), literals: slices.Concat(wholes, words), paths: []string{"/a", "/b"}},
	{text: "any", typ: domain.Any, goes: reflect.TypeFor[any](), literals: slices.Concat(wholes, words, bools)},
}

// Every value that is taken for one of a Go type can be read into it and is
// written by it again, and what its zero value is written as is such a value.
func TestGoTypes(t *testing.T) {
	t.Parallel()
	for _, g := range goTypes {
		var conditions []comparison
		for _, l := range g.literals {
			for _, path := range append(slices.Clone(g.paths), "") {
				c := comparison{literals: literalsOf(l)}
				if path != "" {
					c.path = []string{path[1:]}
				}
				conditions = append(conditions, c)
			}
		}
		var s samples
		for _, v := range s.of(g.typ, conditions) {
			if got, want := again(t, g, v), canonical(t, v); got != want && g.text != "any" {
				t.Errorf("%s is written as %s by %s", want, got, g.text)
			}
		}
	}
}

// again reads a value into the Go type and writes it.
func again(t *testing.T, g *goType, v string) string {
	t.Helper()
	ptr := reflect.New(g.goes)
	if err := jsonvalue.Decode([]byte(v), ptr.Interface()); err != nil {
		t.Errorf("%s is no %s: %v", v, g.text, err)
		return ""
	}
	raw, err := jsonvalue.Encode(ptr.Interface(), jsonvalue.Limits{Bytes: 1 << 20, Depth: 100})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// canonical is the stored form of a value.
func canonical(t *testing.T, v string) string {
	t.Helper()
	raw, err := jsonvalue.Canonical([]byte(v), jsonvalue.Limits{Bytes: 1 << 20, Depth: 100})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
