package check

import (
	"go/types"
	"math"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/domain"
)

// checkFraction reports an order of an integer and a number with a fraction,
// which says the same as one with the next integer.
func (r testedRule) checkFraction(v *annotations.ContextValue, givers []giver) {
	var round func(float64) float64
	switch v.Op {
	case annotations.GreaterOrEqual, annotations.LessThan:
		round = math.Ceil
	case annotations.GreaterThan, annotations.LessOrEqual:
		round = math.Floor
	default:
		return
	}
	l := v.Literals[0]
	if l.Kind != annotations.LitFloat || l.Float == math.Trunc(l.Float) {
		return
	}
	typ := integerPart(v, givers)
	if typ == nil || !within(l.Float, numbersOf(typ, writing)) {
		return
	}
	sign, whole := orderSigns[v.Op], strconv.FormatFloat(round(l.Float), 'f', -1, 64)
	f := found(annotations.CodeFraction, l.Span,
		"%s compares %q with %s, but its type is %s, an integer: %s %s means %s %s",
		r.name, v.Key.Text, l.Text(), short(r.c.typeName(typ)), sign, l.Text(), sign, whole)
	f.Fixes = []annotations.Fix{replace(l.Span, whole, "write %s %s", sign, whole)}
	for _, g := range givers[:min(len(givers), maxListed)] {
		f.Related = append(f.Related, g.place(v.Key.Base()))
	}
	r.c.report(r.w, f)
}

// integerPart is the type of what a condition compares, if it is an integer
// whoever gives the key; nil if not.
func integerPart(v *annotations.ContextValue, givers []giver) types.Type {
	var typ types.Type
	for _, g := range givers {
		p := partOf(g, v.Key.Path())
		if p.missing >= 0 {
			continue
		}
		basic, ok := p.typ.Underlying().(*types.Basic)
		if !ok || p.form != numberForm || basic.Info()&types.IsInteger == 0 {
			return nil
		}
		if typ == nil {
			typ = p.typ
		}
	}
	return typ
}

// within reports whether a number lies between others that an integer can be. The
// order of an integer and a number outside is always the same, which is said of it.
func within(x float64, n domain.Numbers) bool { return x > float64(n.Min) && x < float64(n.Max) }

// orderSigns are the orders as the infix spelling has them.
var orderSigns = map[annotations.Operator]string{
	annotations.GreaterThan:    ">",
	annotations.GreaterOrEqual: ">=",
	annotations.LessThan:       "<",
	annotations.LessOrEqual:    "<=",
}
