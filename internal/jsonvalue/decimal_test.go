package jsonvalue

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// numberLiterals draws JSON numbers of every form, with values that crowd
// round the borders of int64, uint64 and float64.
func numberLiterals() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"0", "-0", "0.0", "-0e5", "80", "80.0", "8e1", "0.8e2", "800e-1", "80.00000000000000000001",
			"9007199254740991", "9007199254740992", "9007199254740993", "9007199254740993.0", "9007199254740992.5",
			"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
			"18446744073709551615", "18446744073709551616", "18446744073709551615.5", "1.8446744073709551615e19",
			"1e19", "1e20", "1e21", "1e22", "1e-6", "1e-7", "0.1", "0.10000000000000000555", "1e400", "-1e400", "1e-400",
			"1.7976931348623157e308", "5e-324", "123456789012345678901234567890", "1152921504606846976", "1152921504606847000",
		}),
		rapid.Map(rapid.Float64(), func(f float64) string {
			if math.IsInf(f, 0) || math.IsNaN(f) {
				f = 1.5
			}
			return strconv.FormatFloat(f, 'e', -1, 64)
		}),
		rapid.Map(rapid.Int64(), func(n int64) string { return strconv.FormatInt(n, 10) }),
		rapid.Map(rapid.Uint64(), func(n uint64) string { return strconv.FormatUint(n, 10) }),
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?([eE][-+]?[0-9]{1,2})?`),
	)
}

// rat is the value of a literal as the reference has it.
func rat(t interface{ Fatalf(string, ...any) }, lit string) *big.Rat {
	r, ok := new(big.Rat).SetString(lit)
	if !ok {
		t.Fatalf("big.Rat does not read %q", lit)
	}
	return r
}

func TestParseDecimalAcceptsWhatJSONAccepts(t *testing.T) {
	t.Parallel()
	for _, lit := range []string{
		"", "-", "+1", "01", "-01", "1.", ".1", "1e", "1e+", "1e-", "1 ", " 1", "1.e1", "1x", "1e1x", "0x1", "NaN", "1_0", "--1", "1e1.5",
		"0", "-0", "0e0", "1E5", "1e+05", "1.50e-3",
	} {
		if _, ok := parseDecimal([]byte(lit)); ok != isNumber(lit) {
			t.Errorf("%q: ok %v", lit, ok)
		}
	}
}

// isNumber asks encoding/json.
func isNumber(s string) bool {
	var n json.Number
	return strings.TrimSpace(s) == s && !strings.HasPrefix(s, `"`) && json.Unmarshal([]byte(s), &n) == nil && n != ""
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0", "-1.5e-7", "1e99999999999999999999", "00", "1.", "9223372036854775808"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := parseDecimal([]byte(s))
		if ok != isNumber(s) {
			t.Fatalf("%q: ok %v, encoding/json disagrees", s, ok)
		}
		if !ok || d.huge {
			return
		}
		form := d.append(nil)
		again, ok := parseDecimal(form)
		if !ok || compareDecimals(&d, &again) != 0 || string(again.append(nil)) != string(form) {
			t.Fatalf("%q becomes %q", s, form)
		}
	})
}

func TestDecimalsCompareLikeRationals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x, y := numberLiterals().Draw(t, "x"), numberLiterals().Draw(t, "y")
		a, okA := parseDecimal([]byte(x))
		b, okB := parseDecimal([]byte(y))
		if !okA || !okB {
			t.Fatalf("not read: %q %v, %q %v", x, okA, y, okB)
		}
		if got, want := compareDecimals(&a, &b), rat(t, x).Cmp(rat(t, y)); got != want {
			t.Fatalf("compare %s and %s: got %d, want %d", x, y, got, want)
		}
	})
}

func TestStoredFormOfNumbers(t *testing.T) {
	t.Parallel()
	minInt, maxUint := rat(t, "-9223372036854775808"), rat(t, "18446744073709551615")
	rapid.Check(t, func(t *rapid.T) {
		lit := numberLiterals().Draw(t, "literal")
		d, _ := parseDecimal([]byte(lit))
		form := string(d.append(nil))
		want := rat(t, lit)
		if rat(t, form).Cmp(want) != 0 {
			t.Fatalf("%s became %s", lit, form)
		}
		again, _ := parseDecimal([]byte(form))
		if twice := string(again.append(nil)); twice != form {
			t.Fatalf("%s became %s and then %s", lit, form, twice)
		}
		if want.IsInt() && want.Cmp(minInt) >= 0 && want.Cmp(maxUint) <= 0 && form != want.Num().String() {
			t.Fatalf("integer %s became %s", lit, form)
		}
	})
}

func TestStoredFormIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, "f")
		want, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := parseDecimal(want)
		if form := string(d.append(nil)); form != string(want) && string(want) != "-0" {
			t.Fatalf("%s became %s", want, form)
		}
	})
}
