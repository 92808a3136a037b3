package domain

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
)

func (n Numbers) set() numberSet {
	switch n.Kind {
	case Integers:
		return integers{
			least: new(big.Rat).SetInt64(n.Min),
			most:  new(big.Rat).SetInt(new(big.Int).SetUint64(n.Max)),
		}
	case Floats:
		return floats(64)
	case Floats32:
		return floats(32)
	}
	return decimals{}
}

// decimals are all numbers that have a finite decimal form.
type decimals struct{}

func (decimals) whole() bool { return false }

// longestDecimal is how many digits behind the point an example may have. The
// middle of two literals has no more than some hundreds.
const longestDecimal = 2000

func (decimals) has(r *big.Rat) []byte {
	if r.IsInt() {
		return []byte(r.Num().String())
	}
	n, exact := r.FloatPrec()
	if !exact || n > longestDecimal {
		return nil
	}
	return []byte(r.FloatString(n))
}

// between has no least and no greatest number to return, so it returns one in
// the middle. Between two decimals there always is one.
func (d decimals) between(low, high *big.Rat) (least, most *big.Rat) {
	all := likely(low, high)
	middle := all[len(all)-1]
	return middle, middle
}

// integers are the integers between two bounds, both inclusive.
type integers struct{ least, most *big.Rat }

func (integers) whole() bool { return true }

func (s integers) has(r *big.Rat) []byte {
	if !r.IsInt() || r.Cmp(s.least) < 0 || r.Cmp(s.most) > 0 {
		return nil
	}
	return []byte(r.Num().String())
}

func (s integers) between(low, high *big.Rat) (least, most *big.Rat) {
	least, most = s.least, s.most
	one := big.NewRat(1, 1)
	if low != nil {
		if first := floor(new(big.Rat).Add(low, one)); first.Cmp(least) > 0 {
			least = first
		}
	}
	if high != nil {
		if last := ceil(new(big.Rat).Sub(high, one)); last.Cmp(most) < 0 {
			most = last
		}
	}
	if least.Cmp(most) > 0 {
		return nil, nil
	}
	return least, most
}

// floats are the finite floats of a size in bits. A float is stored as the
// shortest decimal that identifies it, so it is that decimal which is compared.
type floats int

func (floats) whole() bool { return false }

// decimalOf is the number that stands for a float in JSON.
func decimalOf(f float64, bits int) *big.Rat {
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(f, 'e', -1, bits))
	return r
}

// nearest returns the float nearest to a number, or the outermost one.
func (s floats) nearest(r *big.Rat) float64 {
	if s == 32 {
		f, _ := r.Float32()
		return min(max(float64(f), -math.MaxFloat32), math.MaxFloat32)
	}
	f, _ := r.Float64()
	return min(max(f, -math.MaxFloat64), math.MaxFloat64)
}

func (s floats) has(r *big.Rat) []byte {
	f := s.nearest(r)
	if decimalOf(f, int(s)).Cmp(r) != 0 {
		return nil
	}
	var text []byte
	var err error
	if s == 32 {
		text, err = json.Marshal(float32(f))
	} else {
		text, err = json.Marshal(f)
	}
	if err != nil {
		return nil
	}
	return text
}

func (s floats) between(low, high *big.Rat) (least, most *big.Rat) {
	least = s.beside(low, 1)
	most = s.beside(high, -1)
	if least == nil || most == nil || least.Cmp(most) > 0 {
		return nil, nil
	}
	return least, most
}

// beside returns the float next above a number (sign 1) or next below it (sign
// -1), and the outermost one on the other side without a number.
func (s floats) beside(r *big.Rat, sign int) *big.Rat {
	outermost := math.MaxFloat64
	if s == 32 {
		outermost = math.MaxFloat32
	}
	if r == nil {
		return decimalOf(-float64(sign)*outermost, int(s))
	}
	f := s.nearest(r)
	for {
		back := s.next(f, -sign)
		if math.Abs(back) > outermost || decimalOf(back, int(s)).Cmp(r)*sign <= 0 {
			break
		}
		f = back
	}
	for decimalOf(f, int(s)).Cmp(r)*sign <= 0 {
		f = s.next(f, sign)
		if math.Abs(f) > outermost {
			return nil
		}
	}
	return decimalOf(f, int(s))
}

// next is the neighbour of a float on one side.
func (s floats) next(f float64, sign int) float64 {
	if s == 32 {
		return float64(math.Nextafter32(float32(f), float32(math.Inf(sign))))
	}
	return math.Nextafter(f, math.Inf(sign))
}
