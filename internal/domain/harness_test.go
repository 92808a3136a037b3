package domain

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// holds is the truth of a condition on the JSON of a value, by the reference.
func holds(c Condition, text []byte) bool {
	key := "k"
	if len(c.Path) > 0 {
		key = "/k"
		for _, token := range c.Path {
			key += "/" + escapeToken.Replace(token)
		}
	}
	rule := &annotations.ContextValue{Key: annotations.Key{Text: key}, Op: annotations.Operator(c.Cmp)}
	for _, l := range c.Literals {
		rule.Literals = append(rule.Literals, annotations.Literal{
			Kind: annotations.LiteralKind(l.Kind), Bool: l.Bool, Int: l.Int, Uint: l.Uint, Float: l.Float, String: l.String,
		})
	}
	return annotations.Eval(rule, view(text))
}

// view is a context with the one key k.
type view []byte

func (view) Outcome(string) annotations.TaskOutcome { return 0 }
func (v view) Value(string) ([]byte, bool)          { return v, true }

// Literals and what stands around them.
var (
	someInts    = []int64{math.MinInt64, -128, -1, 0, 1, 2, 80, 81, 127, 255, 256, 1 << 53, 1<<53 + 1, math.MaxInt64}
	someUints   = []uint64{math.MaxInt64 + 1, math.MaxUint64 - 1, math.MaxUint64}
	someFloats  = []float64{-math.MaxFloat64, -0.5, 0.1, 0.5, 80, 80.5, math.Nextafter(80.5, 81), 1e300, math.MaxFloat32, 16777217, 5e-324}
	someStrings = []string{"", "\x00", "a", "a\x00", "ab", "abc", "b", "gold", "\u00e9"}
	someNames   = []string{"a", "b", "0", "1", "a/b"}
)

func drawLiteral() *rapid.Generator[plan.Literal] {
	return rapid.Custom(func(t *rapid.T) plan.Literal {
		l := plan.Literal{Kind: plan.LiteralKind(rapid.IntRange(int(plan.LitNil), int(plan.LitString)).Draw(t, "kind"))}
		switch l.Kind {
		case plan.LitBool:
			l.Bool = rapid.Bool().Draw(t, "bool")
		case plan.LitInt:
			l.Int = rapid.SampledFrom(someInts).Draw(t, "int")
		case plan.LitUint:
			l.Uint = rapid.SampledFrom(someUints).Draw(t, "uint")
		case plan.LitFloat:
			l.Float = rapid.SampledFrom(someFloats).Draw(t, "float")
		case plan.LitString:
			l.String = rapid.SampledFrom(someStrings).Draw(t, "string")
		}
		return l
	})
}

var positive = []plan.Cmp{
	plan.CmpEquals, plan.CmpGreaterThan, plan.CmpLessThan, plan.CmpGreaterOrEqual, plan.CmpLessOrEqual,
	plan.CmpContains, plan.CmpExists, plan.CmpIn,
}

func drawConditions() *rapid.Generator[[]Condition] {
	path := rapid.SliceOfN(rapid.SampledFrom(someNames), 0, 2)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Condition {
		c := Condition{Cmp: rapid.SampledFrom(positive).Draw(t, "cmp"), Path: path.Draw(t, "path")}
		switch c.Cmp {
		case plan.CmpExists:
		case plan.CmpIn:
			c.Literals = rapid.SliceOfN(drawLiteral(), 1, 3).Draw(t, "literals")
		default:
			c.Literals = []plan.Literal{drawLiteral().Draw(t, "literal")}
		}
		return c
	}), 0, 5)
}

func drawType(depth int) *rapid.Generator[*Type] {
	return rapid.Custom(func(t *rapid.T) *Type {
		of := &Type{Len: -1, Kinds: Kinds(rapid.IntRange(1, int(AllKinds)).Draw(t, "kinds"))}
		if rapid.IntRange(0, 3).Draw(t, "one") > 0 {
			of.Kinds = Null << rapid.IntRange(0, 5).Draw(t, "kind")
		}
		if depth == 0 {
			if of.Kinds &^= Array | Object; of.Kinds == 0 {
				of.Kinds = String
			}
		}
		of.Numbers = rapid.SampledFrom([]Numbers{
			{}, {Kind: Floats}, {Kind: Floats32},
			{Kind: Integers, Min: math.MinInt64, Max: math.MaxInt64}, {Kind: Integers, Min: -128, Max: 127},
			{Kind: Integers, Max: 255}, {Kind: Integers, Max: math.MaxUint64},
		}).Draw(t, "numbers")
		of.NonZero = of.Kinds != Null && rapid.IntRange(0, 3).Draw(t, "nonzero") == 0
		if of.Kinds&Array != 0 && rapid.IntRange(0, 3).Draw(t, "fixed") == 0 {
			of.Len = rapid.IntRange(0, 2).Draw(t, "length")
			of.NonZero = false
		}
		if depth > 0 && rapid.Bool().Draw(t, "elem") {
			of.Elem = drawType(depth-1).Draw(t, "of")
		}
		if of.Kinds&Object != 0 && rapid.Bool().Draw(t, "struct") {
			of.Struct = true
			for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(someNames), 0, 3, rapid.ID).Draw(t, "names") {
				of.Fields = append(of.Fields, Field{
					Name: name, Type: drawType(depth-1).Draw(t, name), Optional: rapid.Bool().Draw(t, "optional"),
				})
			}
		}
		return of
	})
}

// drawValue draws the JSON of a value of a type.
func drawValue(of *Type, depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var kinds []Kinds
		for k := Null; k <= Object; k <<= 1 {
			if of.Kinds&k != 0 && (k != Null || !of.NonZero) && (depth > 0 || k&(Array|Object) == 0 || of.Kinds&^(Array|Object) == 0) {
				kinds = append(kinds, k)
			}
		}
		switch rapid.SampledFrom(kinds).Draw(t, "kind") {
		case Null:
			return "null"
		case Bool:
			return strconv.FormatBool(of.NonZero || rapid.Bool().Draw(t, "bool"))
		case Number:
			return rapid.Custom(func(t *rapid.T) string { return drawNumber(of, t) }).Filter(func(s string) bool { return !of.NonZero || number(s).Sign() != 0 }).Draw(t, "number")
		case String:
			s := rapid.SampledFrom(someStrings).Draw(t, "start") + rapid.SampledFrom([]string{"", "\x00", "a", "z"}).Draw(t, "end")
			if of.NonZero && s == "" {
				s = "x"
			}
			return string(quoteJSON(s))
		case Array:
			return drawArray(of, t, depth)
		}
		return drawObject(of, t, depth)
	})
}

func drawNumber(of *Type, t *rapid.T) string {
	near := rapid.Int64Range(-1, 1).Draw(t, "near")
	i := rapid.SampledFrom(someInts).Draw(t, "int")
	if (near < 0) == (i+near < i) {
		i += near
	}
	f := rapid.SampledFrom(someFloats).Draw(t, "float")
	switch near {
	case 0:
		f = float64(i)
	case 1:
		if f = math.Nextafter(f, math.Inf(1)); math.IsInf(f, 0) {
			f = 1
		}
	}
	switch of.Numbers.Kind {
	case Integers:
		if of.Numbers.Max > math.MaxInt64 && near == 0 {
			return strconv.FormatUint(rapid.SampledFrom(someUints).Draw(t, "uint"), 10)
		}
		most := int64(min(of.Numbers.Max, math.MaxInt64))
		return strconv.FormatInt(min(max(i, of.Numbers.Min), most), 10)
	case Floats:
		return marshal(f)
	case Floats32:
		return marshal(float32(min(max(f, -math.MaxFloat32), math.MaxFloat32)))
	}
	if rapid.Bool().Draw(t, "whole") {
		return strconv.FormatInt(i, 10)
	}
	return marshal(f)
}

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func drawArray(of *Type, t *rapid.T, depth int) string {
	n := of.Len
	if n < 0 {
		n = rapid.IntRange(0, 3).Draw(t, "length")
		if of.NonZero {
			n = max(n, 1)
		}
	}
	elements := make([]string, n)
	for i := range elements {
		elements[i] = drawValue(of.elem(), depth-1).Draw(t, "element")
	}
	return "[" + strings.Join(elements, ",") + "]"
}

func drawObject(of *Type, t *rapid.T, depth int) string {
	var members []string
	add := func(name string, typ *Type) {
		value := drawValue(orAny(typ), depth-1).Draw(t, name)
		members = append(members, string(quoteJSON(name))+":"+value)
	}
	for _, f := range of.Fields {
		if !f.Optional || rapid.Bool().Draw(t, "has") {
			add(f.Name, f.Type)
		}
	}
	if of.Struct {
		return "{" + strings.Join(members, ",") + "}"
	}
	least := 0
	if of.NonZero {
		least = 1
	}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(someNames), least, 3, rapid.ID).Draw(t, "members") {
		add(name, of.Elem)
	}
	return "{" + strings.Join(members, ",") + "}"
}

func number(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("no number: " + text)
	}
	return r
}

func decode(text []byte) any {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

func kindOf(v any) Kinds {
	switch v.(type) {
	case nil:
		return Null
	case bool:
		return Bool
	case json.Number:
		return Number
	case string:
		return String
	case []any:
		return Array
	}
	return Object
}

// at returns what a path leads to.
func at(v any, path []string) (part any, ok bool) {
	for _, token := range path {
		switch outer := v.(type) {
		case map[string]any:
			if v, ok = outer[token]; !ok {
				return nil, false
			}
		case []any:
			i, isIndex := elementIndex(token)
			if !isIndex || i >= len(outer) {
				return nil, false
			}
			v = outer[i]
		default:
			return nil, false
		}
	}
	return v, true
}
