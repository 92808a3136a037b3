package annotations

import (
	"encoding/json"
	"fmt"
	"math"

	"pgregory.net/rapid"
)

// Generators of random rules and of the states they are decided in.

var (
	genTask = rapid.SampledFrom([]string{"a", "b", "c", "all", "ü \"x\"", "type"})
	genKey  = rapid.SampledFrom([]string{"k", "n", "s", "/o/n", "/o/list/0", "/o/a~1b", "gone", "a\\b\n"})
)

func genLiteral() *rapid.Generator[Literal] {
	return rapid.Custom(func(t *rapid.T) Literal {
		switch kind := rapid.SampledFrom([]LiteralKind{LitNil, LitBool, LitInt, LitUint, LitFloat, LitString}).Draw(t, "kind"); kind {
		case LitBool:
			return Literal{Kind: kind, Bool: rapid.Bool().Draw(t, "bool")}
		case LitInt:
			return Literal{Kind: kind, Int: rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 3)).Draw(t, "int")}
		case LitUint:
			return Literal{Kind: kind, Uint: rapid.Uint64Min(math.MaxInt64+1).Draw(t, "uint")}
		case LitFloat:
			return Literal{Kind: kind, Float: rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, -2, 0.5, 1e30})).Draw(t, "float")}
		case LitString:
			return Literal{Kind: kind, String: rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a", "b", "ab"})).Draw(t, "string")}
		}
		return Literal{}
	})
}

func genContextValue() *rapid.Generator[Rule] {
	return rapid.Custom(func(t *rapid.T) Rule {
		r := &ContextValue{Key: Key{Text: genKey.Draw(t, "key")}}
		r.Op = Operator(rapid.IntRange(int(Equals), int(NotIn)).Draw(t, "op"))
		least, most := r.Op.arity()
		if most < 0 {
			most = 3
		}
		if most > 0 {
			r.Literals = rapid.SliceOfN(genLiteral(), least, most).Draw(t, "literals")
		}
		if _, ok := r.Op.Symbol(); ok {
			r.Infix = rapid.Bool().Draw(t, "infix")
		}
		return r
	})
}

func genLeaf() *rapid.Generator[Rule] {
	return rapid.OneOf(
		rapid.Just[Rule](&Always{}),
		rapid.Custom(func(t *rapid.T) Rule {
			return &Outcome{Want: genOutcome().Draw(t, "want"), ID: Name{Text: genTask.Draw(t, "task"), Quoted: true}}
		}),
		rapid.Custom(func(t *rapid.T) Rule {
			return &Shorthand{Kind: ShorthandKind(rapid.IntRange(int(AllSuccess), int(NoneFailedMinOneSuccess)).Draw(t, "kind"))}
		}),
		genContextValue(),
	)
}

func genOutcome() *rapid.Generator[TaskOutcome] {
	return rapid.SampledFrom([]TaskOutcome{Success, Failed, Skipped})
}

// genRule generates rules that nest up to the depth.
func genRule(depth int) *rapid.Generator[Rule] {
	if depth == 0 {
		return genLeaf()
	}
	return rapid.Custom(func(t *rapid.T) Rule {
		sub := genRule(depth - 1)
		infix := rapid.Bool().Draw(t, "infix")
		least := 0
		if infix {
			least = 2
		}
		operands := func() []Rule { return rapid.SliceOfN(sub, least, 3).Draw(t, "rules") }
		switch rapid.IntRange(0, 4).Draw(t, "node") {
		case 0:
			return &All{Rules: operands(), Infix: infix}
		case 1:
			return &Any{Rules: operands(), Infix: infix}
		case 2:
			return &None{Rules: operands()}
		case 3:
			return &Not{Rule: sub.Draw(t, "rule"), Infix: infix}
		}
		return genLeaf().Draw(t, "leaf")
	})
}

// mapView is a View over maps.
type mapView struct {
	outcomes map[string]TaskOutcome
	values   map[string]string
}

func (v mapView) Outcome(id string) TaskOutcome { return v.outcomes[id] }

func (v mapView) Value(key string) ([]byte, bool) {
	value, ok := v.values[key]
	return []byte(value), ok
}

func genView() *rapid.Generator[mapView] {
	return rapid.Custom(func(t *rapid.T) mapView {
		v := mapView{map[string]TaskOutcome{}, map[string]string{}}
		for _, id := range []string{"a", "b", "c", "all", "ü \"x\"", "type"} {
			v.outcomes[id] = genOutcome().Draw(t, id)
		}
		for _, key := range []string{"k", "n", "s"} {
			if rapid.Bool().Draw(t, "has "+key) {
				v.values[key] = genJSON().Draw(t, key)
			}
		}
		v.values["o"] = fmt.Sprintf(`{"n": %s, "list": [%s], "a/b": null}`, genJSON().Draw(t, "n"), genJSON().Draw(t, "first"))
		return v
	})
}

// genJSON generates JSON texts that often meet the literals of genLiteral.
func genJSON() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"null", "true", "false", "0", "1.0", "-2e0", "0.5", `""`, `"a"`, `"ab"`, "[]", `["a", 1, null]`, "{}"}),
		rapid.Custom(func(t *rapid.T) string {
			l := genLiteral().Draw(t, "literal")
			values := []any{nil, l.Bool, l.Int, l.Uint, l.Float, l.String}
			text, err := json.Marshal(values[l.Kind])
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}),
	)
}
