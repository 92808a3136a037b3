package oracle

import (
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// numberOf is the exact value of a literal that is a number. A float counts as
// the shortest decimal that identifies it.
func numberOf(l plan.Literal) *big.Rat {
	switch l.Kind {
	case plan.LitInt:
		return new(big.Rat).SetInt64(l.Int)
	case plan.LitUint:
		return new(big.Rat).SetInt(new(big.Int).SetUint64(l.Uint))
	case plan.LitFloat:
		return decimalOf(l.Float, 64)
	}
	return nil
}

// decimalOf is the decimal that encoding/json writes for a float.
func decimalOf(f float64, bits int) *big.Rat {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, bits))
	if !ok {
		panic("not finite")
	}
	return r
}

// numbersAround lists numbers on, beside, between and beyond the given ones, and
// the bounds of the type; so that every interval that holds a number of the type
// is hit, whatever the type is. Only those of the type are returned.
func numbersAround(literals []*big.Rat, n domain.Numbers) []string {
	around := []*big.Rat{new(big.Rat)}
	for _, l := range literals {
		around = append(around, l)
		for _, step := range [][2]int64{{1, 1}, {-1, 1}, {1, 2}, {-1, 2}} {
			around = append(around, new(big.Rat).Add(l, big.NewRat(step[0], step[1])))
		}
		around = append(around, floatsBeside(l)...)
	}
	least, most := new(big.Rat).SetInt64(n.Min), new(big.Rat).SetInt(new(big.Int).SetUint64(n.Max))
	if n.Kind == domain.Integers {
		around = append(around, least, most)
	}
	slices.SortFunc(around, (*big.Rat).Cmp)
	last := len(around) - 1
	beyond := []*big.Rat{decimalOf(-math.MaxFloat32, 32), decimalOf(math.MaxFloat32, 32),
		decimalOf(-math.MaxFloat64, 64), decimalOf(math.MaxFloat64, 64)}
	for i := range last {
		middle := new(big.Rat).Add(around[i], around[i+1])
		beyond = append(beyond, middle.Quo(middle, big.NewRat(2, 1)))
	}
	two := big.NewRat(2, 1)
	beyond = append(beyond, new(big.Rat).Sub(around[0], two), new(big.Rat).Add(around[last], two))
	var texts []string
	for _, r := range append(around, beyond...) {
		if isNumberOf(r, n) {
			texts = append(texts, textOf(r))
		}
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

// floatsBeside are the floats next to a number, of both sizes.
func floatsBeside(r *big.Rat) []*big.Rat {
	var beside []*big.Rat
	f, _ := r.Float64()
	for _, to := range []float64{math.Inf(1), math.Inf(-1)} {
		for x, i := f, 0; i < 3 && !math.IsInf(x, 0); i++ {
			beside = append(beside, decimalOf(x, 64))
			x = math.Nextafter(x, to)
		}
		for x, i := float32(f), 0; i < 3 && !math.IsInf(float64(x), 0); i++ {
			beside = append(beside, decimalOf(float64(x), 32))
			x = math.Nextafter32(x, float32(to))
		}
	}
	return beside
}

// isNumberOf reports whether a Go value of the type is encoded as the number.
func isNumberOf(r *big.Rat, n domain.Numbers) bool {
	switch n.Kind {
	case domain.Integers:
		return r.IsInt() && r.Cmp(new(big.Rat).SetInt64(n.Min)) >= 0 &&
			r.Cmp(new(big.Rat).SetInt(new(big.Int).SetUint64(n.Max))) <= 0
	case domain.Floats:
		f, _ := r.Float64()
		return !math.IsInf(f, 0) && decimalOf(f, 64).Cmp(r) == 0
	case domain.Floats32:
		f, _ := r.Float32()
		return !math.IsInf(float64(f), 0) && decimalOf(float64(f), 32).Cmp(r) == 0
	}
	return true
}

// textOf writes a number, which has finitely many decimals, with all of them, and
// a very large one as encoding/json writes the float.
func textOf(r *big.Rat) string {
	if f, _ := r.Float64(); math.Abs(f) >= 1e21 && !math.IsInf(f, 0) && decimalOf(f, 64).Cmp(r) == 0 {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	if r.IsInt() {
		return r.Num().String()
	}
	decimals, ok := r.FloatPrec()
	if !ok {
		panic("endless decimals")
	}
	return r.FloatString(decimals)
}
