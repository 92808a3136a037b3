package jsonvalue

import (
	"cmp"
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func scalarOf(raw string) *Scalar {
	s := new(Scalar)
	s.Parse([]byte(raw))
	return s
}

// three turns the answers of an ordering into the result of a comparison and
// checks that they go together.
func three(t interface{ Fatalf(string, ...any) }, o Ordering) int {
	if o.Equal() == o.NotEqual() {
		t.Fatalf("%b is equal and not equal", o)
	}
	if o.GreaterOrEqual() != (o.Greater() || o.Equal()) || o.LessOrEqual() != (o.Less() || o.Equal()) {
		t.Fatalf("%b has no clear order", o)
	}
	switch {
	case o.Less() && !o.Greater() && !o.Equal():
		return -1
	case o.Greater() && !o.Less() && !o.Equal():
		return +1
	case o.Equal() && !o.Less() && !o.Greater():
		return 0
	}
	t.Fatalf("%b is no order", o)
	return 9
}

func TestNumbersCompareLikeRationals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lit := numberLiterals().Draw(t, "stored")
		s, value := scalarOf(lit), rat(t, lit)

		n := rapid.OneOf(rapid.Int64(), near(lit)).Draw(t, "int")
		if got, want := three(t, s.CompareInt(n)), value.Cmp(new(big.Rat).SetInt64(n)); got != want {
			t.Fatalf("%s against int %d: got %d, want %d", lit, n, got, want)
		}
		u := rapid.OneOf(rapid.Uint64(), rapid.Map(near(lit), func(n int64) uint64 { return uint64(n) })).Draw(t, "uint")
		if got, want := three(t, s.CompareUint(u)), value.Cmp(new(big.Rat).SetUint64(u)); got != want {
			t.Fatalf("%s against uint %d: got %d, want %d", lit, u, got, want)
		}
		f := rapid.OneOf(rapid.Float64Range(-1e300, 1e300), rapid.Just(nearest(lit)),
			rapid.SampledFrom([]float64{0, 1 << 53, 1 << 60, 1 << 63, 1 << 64, -1 << 63, 0.1, 80, 1e19, 1e23})).Draw(t, "float")
		shortest := strconv.FormatFloat(f, 'e', -1, 64)
		if got, want := three(t, s.CompareFloat(f)), value.Cmp(rat(t, shortest)); got != want {
			t.Fatalf("%s against float %s: got %d, want %d", lit, shortest, got, want)
		}
	})
}

// nearest is the float64 closest to a literal.
func nearest(lit string) float64 {
	f, _ := strconv.ParseFloat(lit, 64)
	return max(min(f, math.MaxFloat64), -math.MaxFloat64)
}

// near draws integers round the value of a literal.
func near(lit string) *rapid.Generator[int64] {
	base := int64(0)
	if f := nearest(lit); math.Abs(f) < 1<<62 {
		base = int64(f)
	}
	return rapid.Map(rapid.Int64Range(-2, 2), func(d int64) int64 { return base + d })
}

func TestKindsDoNotMix(t *testing.T) {
	t.Parallel()
	stored := map[string][]string{
		"number": {"1", "0", "18446744073709551615", "1.5", "1e400"},
		"string": {`"1"`, `""`, `"true"`, `"null"`},
		"bool":   {"true", "false"},
		"null":   {"null"},
		"none":   {"[]", "[1]", "{}", `{"a":1}`, "", "x", "tru", `"open`, `"a" `[:3] + `x"`, "-", "1 2", "01"},
	}
	for kind, values := range stored {
		for _, raw := range values {
			s := scalarOf(raw)
			for other, order := range map[string][]Ordering{
				"number": {s.CompareInt(1), s.CompareUint(math.MaxUint64), s.CompareFloat(1.5)},
				"string": {s.CompareString("1")},
			} {
				for _, o := range order {
					if ordered := o != 0; ordered != (kind == other) {
						t.Errorf("%s against a %s: %b", raw, other, o)
					}
				}
			}
			if kind != "bool" && (s.CompareBool(true) != 0 || s.CompareBool(false) != 0) || kind != "null" && s.CompareNil() != 0 {
				t.Errorf("%s equals a bool or nil", raw)
			}
		}
	}
}

func TestBoolsAndNullHaveNoOrder(t *testing.T) {
	t.Parallel()
	for _, o := range []Ordering{scalarOf("true").CompareBool(true), scalarOf("false").CompareBool(false), scalarOf(" null ").CompareNil()} {
		if !o.Equal() || o.NotEqual() || o.GreaterOrEqual() || o.LessOrEqual() || o.Greater() || o.Less() {
			t.Errorf("got %b", o)
		}
	}
	if scalarOf("true").CompareBool(false).Equal() {
		t.Error("true equals false")
	}
}

func TestMissingValue(t *testing.T) {
	t.Parallel()
	s := scalarOf("1")
	s.Reset()
	if s.Exists() || s.CompareInt(0) != 0 || s.CompareNil().Equal() || s.ContainsNil() || !s.CompareInt(1).NotEqual() {
		t.Error("a missing value is something")
	}
	if !scalarOf("null").Exists() || !scalarOf("broken").Exists() {
		t.Error("null or broken is missing")
	}
}

func TestStringsCompareBytewise(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		// Few different characters, so that common prefixes are frequent.
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab\"\\\n\u2028é😀\x00")))
		x, y := text.Draw(t, "x"), text.Draw(t, "y")
		for _, raw := range [][]byte{must(json.Marshal(x)), []byte(escapeAll(x))} {
			s := scalarOf(string(raw))
			if got, want := three(t, s.CompareString(y)), cmp.Compare(x, y); got != want {
				t.Fatalf("%s against %q: got %d, want %d", raw, y, got, want)
			}
			if got, want := s.ContainsString(y), strings.Contains(x, y); got != want {
				t.Fatalf("%s contains %q: got %v", raw, y, got)
			}
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// escapeAll writes a JSON string in which every character is escaped.
func escapeAll(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if r >= 0x10000 {
			r -= 0x10000
			b.WriteString(hexEscape(0xd800 + r>>10))
			r = 0xdc00 + r&0x3ff
		}
		b.WriteString(hexEscape(r))
	}
	b.WriteByte('"')
	return b.String()
}

func hexEscape(r rune) string {
	h := strconv.FormatInt(int64(r), 16)
	return `\u` + strings.Repeat("0", 4-len(h)) + h
}

func TestContains(t *testing.T) {
	t.Parallel()
	arr := scalarOf(`[1, 2.50, "a\u0062", true, null, [7], {"x":8}, 18446744073709551615, "[9]", 80.0]`)
	checks := map[string]bool{
		"int": arr.ContainsInt(1), "integral float": arr.ContainsInt(80), "float": arr.ContainsFloat(2.5),
		"int as float": arr.ContainsFloat(1), "string": arr.ContainsString("ab"), "bool": arr.ContainsBool(true),
		"nil": arr.ContainsNil(), "uint": arr.ContainsUint(math.MaxUint64),
		"not nested int": !arr.ContainsInt(7), "not a member": !arr.ContainsInt(8), "not in a string": !arr.ContainsInt(9),
		"not part of an element": !arr.ContainsString("a"), "not false": !arr.ContainsBool(false),
		"object": !scalarOf(`{"a":1}`).ContainsInt(1), "object name": !scalarOf(`{"a":1}`).ContainsString("a"),
		"number": !scalarOf("11").ContainsInt(1), "empty array": !scalarOf("[]").ContainsNil(),
		"substring": scalarOf(`"say \"hi\""`).ContainsString(`"h`), "empty substring": scalarOf(`""`).ContainsString(""),
		"no substring": !scalarOf(`"abc"`).ContainsString("ac"), "null holds nothing": !scalarOf("null").ContainsNil(),
	}
	for name, ok := range checks {
		if !ok {
			t.Errorf("%s: wrong", name)
		}
	}
}

func TestContainsInLongEscapedString(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\n", 2000) + "end"
	if s := scalarOf(string(must(json.Marshal(long)))); !s.ContainsString("\nend") || s.ContainsString("end\n") {
		t.Error("wrong")
	}
}

func TestScalarsAllocateNothing(t *testing.T) {
	for raw, ask := range map[string]func(s *Scalar) bool{
		"85":                   func(s *Scalar) bool { return s.CompareInt(80).Greater() },
		"85.5":                 func(s *Scalar) bool { return s.CompareFloat(85.5).Equal() },
		"85.25":                func(s *Scalar) bool { return s.CompareInt(85).Greater() },
		"9007199254740993.5":   func(s *Scalar) bool { return s.CompareInt(9007199254740993).Greater() },
		"18446744073709551615": func(s *Scalar) bool { return s.CompareUint(math.MaxUint64).Equal() },
		"9007199254740993":     func(s *Scalar) bool { return s.CompareFloat(1 << 53).Greater() },
		"true":                 func(s *Scalar) bool { return s.CompareBool(true).Equal() },
		"null":                 func(s *Scalar) bool { return s.CompareNil().Equal() },
		`"premium"`:            func(s *Scalar) bool { return s.CompareString("premium").Equal() },
		`"line\nwith \u00e9scape"`: func(s *Scalar) bool {
			return s.CompareString("line\nwith éscape").Equal() && s.ContainsString("\nwith é")
		},
		`"plain text"`:      func(s *Scalar) bool { return s.ContainsString("text") },
		`[1,"x",{"a":[2]}]`: func(s *Scalar) bool { return s.ContainsString("x") && s.ContainsInt(1) },
	} {
		b := []byte(raw)
		var s Scalar
		ok := true
		n := testing.AllocsPerRun(100, func() {
			s.Parse(b)
			ok = ok && ask(&s)
		})
		if n != 0 || !ok {
			t.Errorf("%s: %v allocations, answer %v", raw, n, ok)
		}
	}
}

func FuzzScalar(f *testing.F) {
	for _, s := range []string{`"a\u00e9"`, `[1,[2,{"a":3}]]`, `{"a":{"b":[1,2]}}`, "-1.5e-7", `"\ud83d\ude00"`, `"\`, "[[[", `{"a"`, `{"a":`, "\"\\u12"} {
		f.Add(s, "a")
	}
	f.Fuzz(func(t *testing.T, raw, text string) {
		s := scalarOf(raw)
		_ = s.Describe()
		for _, o := range []Ordering{s.CompareInt(3), s.CompareUint(math.MaxUint64), s.CompareFloat(0.5), s.CompareBool(true), s.CompareNil()} {
			if o.Equal() && o.NotEqual() {
				t.Fatal("no logic")
			}
		}
		_, _ = s.ContainsInt(1), s.ContainsNil()
		Find([]byte(raw), []string{text, "0"})
		var want string
		if json.Unmarshal([]byte(raw), &want) != nil || strings.TrimSpace(raw) == "null" {
			s.CompareString(text)
			s.ContainsString(text)
			return
		}
		if strings.ToValidUTF8(raw, "") == raw && s.CompareString(want) != equal {
			t.Fatalf("%s is not %q", raw, want)
		}
	})
}

func BenchmarkScalar(b *testing.B) {
	for _, raw := range []string{"85", "85.5", "true", `"premium"`} {
		b.Run(raw, func(b *testing.B) {
			data := []byte(raw)
			b.ReportAllocs()
			for b.Loop() {
				var s Scalar
				s.Parse(data)
				if s.CompareInt(100).Greater() {
					b.Fatal("greater")
				}
			}
		})
	}
}
