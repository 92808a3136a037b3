package annotations

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEvalMeaning(t *testing.T) {
	t.Parallel()
	const missing = ""
	for _, c := range []struct {
		value string // JSON of key k
		rules map[string]bool
	}{
		{missing, map[string]bool{
			"equals, 1": false, "not_equals, 1": true, "equals, nil": false, "not_equals, nil": true,
			"greater_than, 1": false, "less_than, 1": false, "greater_or_equal, 1": false, "less_or_equal, 1": false,
			"contains, 1": false, "not_contains, 1": true, "exists": false, "not_exists": true,
			"in, 1, nil": false, "not_in, 1, nil": true,
		}},
		{"null", map[string]bool{
			"exists": true, "not_exists": false, "equals, nil": true, "not_equals, nil": false,
			"equals, 0": false, `equals, ""`: false, "equals, false": false, "not_equals, 0": true,
			"greater_than, 0": false, "less_than, 0": false, "greater_or_equal, nil": false, "less_or_equal, nil": false,
			"contains, nil": false, "not_contains, nil": true, "in, 1, nil": true, "not_in, nil": false,
		}},
		{"80", map[string]bool{
			"equals, 80": true, "equals, 80.0": true, `equals, "80"`: false, `not_equals, "80"`: true,
			"greater_than, 79.9": true, "greater_than, 80": false, "greater_or_equal, 80": true,
			"less_than, 80.5": true, "less_or_equal, 80": true, "less_than, 80": false, `greater_than, "1"`: false,
			"in, 79, 80": true, "in, 79, 81": false, "contains, 8": false, "equals, true": false, "exists": true,
		}},
		{"80.0", map[string]bool{"equals, 80": true, "equals, 0x50": true, "less_or_equal, 80": true}},
		{"9007199254740993", map[string]bool{
			"equals, 9007199254740993": true, "equals, 9007199254740992": false,
			"greater_than, 9007199254740992": true, "greater_than, 9007199254740992.0": true,
			"less_than, 9007199254740994.0": true,
		}},
		{"9007199254740993.0", map[string]bool{"equals, 9007199254740993": true}},
		{"18446744073709551615", map[string]bool{
			"equals, 18446744073709551615": true, "greater_than, 9223372036854775807": true, "equals, -1": false,
		}},
		{"18446744073709551616", map[string]bool{
			"greater_than, 18446744073709551615": true, "equals, 18446744073709551615": false,
		}},
		{"-9223372036854775809", map[string]bool{"less_than, -9223372036854775808": true}},
		{"0.1", map[string]bool{"equals, 0.1": true, "equals, 1e-1": true, "greater_than, 0": true, "less_than, 1": true}},
		{"1e400", map[string]bool{"greater_than, 1e308": true, "equals, 1e308": false}},
		{`"b"`, map[string]bool{
			`equals, "b"`: true, `greater_than, "a"`: true, `greater_than, "B"`: true, `less_than, "ba"`: true,
			`less_than, "é"`: true, "greater_than, 1": false, "equals, nil": false, `contains, ""`: true,
		}},
		{`"a\u00e9\n"`, map[string]bool{`equals, "aé\n"`: true, `contains, "é"`: true, `contains, "x"`: false, "contains, 1": false}},
		{"true", map[string]bool{
			"equals, true": true, "equals, false": false, "equals, 1": false, `equals, "true"`: false,
			"greater_than, false": false, "less_or_equal, true": false, "in, false, true": true,
		}},
		{`["a", 1, 2.0, null, true, [3], {"b": 4}]`, map[string]bool{
			`contains, "a"`: true, "contains, 1.0": true, "contains, 2": true, "contains, nil": true, "contains, true": true,
			"contains, 3": false, "contains, 4": false, "contains, false": false, `not_contains, "z"`: true,
			"equals, nil": false, "greater_than, 0": false, "exists": true,
		}},
		{`{"a": 1}`, map[string]bool{`contains, "a"`: false, "equals, nil": false, "exists": true, "not_equals, 1": true}},
		{`{broken`, map[string]bool{"exists": true, "equals, nil": false, "not_equals, nil": true, "greater_than, 0": false}},
		{`1 2`, map[string]bool{"exists": true, "equals, 1": false}},
	} {
		v := mapView{values: map[string]string{}}
		if c.value != missing {
			v.values["k"] = c.value
		}
		for condition, want := range c.rules {
			rule := mustParse(t, `context_value("k", `+condition+`)`)
			if got := Eval(rule, v); got != want {
				t.Errorf("with k = %s, %s is %t, want %t", c.value, Format(rule), got, want)
			}
		}
	}
}

func TestEvalPointer(t *testing.T) {
	t.Parallel()
	v := mapView{values: map[string]string{
		"raw": `{"source": "cache", "list": [{"id": 7}, null], "a/b": {"~": 1}, "": 2, "n": null}`,
		"a/b": "5",
		"7":   "8",
	}}
	for text, want := range map[string]bool{
		`context_value("/raw/source") == "cache"`:                true,
		`context_value("/raw/list/0/id") == 7`:                   true,
		`context_value("/raw/list/1", exists)`:                   true,
		`context_value("/raw/list/1", equals, nil)`:              true,
		`context_value("/raw/list/2", exists)`:                   false,
		`context_value("/raw/list/2", not_equals, 1)`:            true,
		`context_value("/raw/list/00/id", exists)`:               false,
		`context_value("/raw/list/-", exists)`:                   false,
		`context_value("/raw/list/+0", exists)`:                  false,
		`context_value("/raw/list/9999999999999999999", exists)`: false,
		`context_value("/raw/a~1b/~0") == 1`:                     true,
		`context_value("/raw/") == 2`:                            true,
		`context_value("/raw/n", exists)`:                        true,
		`context_value("/raw/n/x", exists)`:                      false,
		`context_value("/raw/source/x", not_exists)`:             true,
		`context_value("/gone/x", not_exists)`:                   true,
		`context_value("/a~1b") == 5`:                            true,
		`context_value("a/b") == 5`:                              true,
		`context_value("/7") == 8`:                               true,
		`context_value("/raw", exists)`:                          true,
	} {
		if got := Eval(mustParse(t, text), v); got != want {
			t.Errorf("%s is %t, want %t", text, got, want)
		}
	}
}

func TestEvalOperators(t *testing.T) {
	t.Parallel()
	v := mapView{outcomes: map[string]TaskOutcome{"s": Success, "f": Failed, "k": Skipped}}
	for text, want := range map[string]bool{
		"always": true, "!always": false, "not(always)": false,
		"all()": true, "any()": false, "none()": true, "not(any())": true,
		"task_success(s)": true, "task_success(f)": false, "task_success(k)": false, "task_success(gone)": false,
		"task_failed(f)": true, "task_failed(k)": false,
		"task_skipped(k)": true, "task_skipped(s)": false,
		"all(task_success(s), task_failed(f))": true, "all(task_success(s), task_failed(s))": false,
		"any(task_failed(s), task_failed(f))": true, "any(task_failed(s), task_failed(k))": false,
		"none(task_failed(s), task_failed(k))": true, "none(task_failed(s), task_failed(f))": false,
		"task_failed(s) || task_failed(f) && task_failed(k)":   false,
		"(task_failed(f) || task_failed(s)) && task_failed(f)": true,
		"one_failed": true, "all_success": true, "!all_failed": false,
	} {
		if got := Eval(mustParse(t, text), v); got != want {
			t.Errorf("%s is %t, want %t", text, got, want)
		}
	}
	if !Eval(nil, v) {
		t.Error("no rule is false")
	}
}

// knowing is a view that knows the dependencies.
type knowing struct {
	mapView
	deps []string
}

func (k knowing) Dependencies() []string { return k.deps }

func TestEvalExpandsShorthandsOfAKnowingView(t *testing.T) {
	t.Parallel()
	v := knowing{mapView{outcomes: map[string]TaskOutcome{"a": Failed}}, []string{"a"}}
	if Eval(mustParse(t, "not(one_failed)"), v) {
		t.Error("not(one_failed) is true although a has failed")
	}
}

func TestEvalLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := genView().Draw(t, "view")
		a, b := genRule(3).Draw(t, "a"), genRule(3).Draw(t, "b")
		va, vb := Eval(a, v), Eval(b, v)
		two := []Rule{a, b}
		for name, law := range map[string]bool{
			"all is and":             Eval(&All{Rules: two}, v) == (va && vb),
			"any is or":              Eval(&Any{Rules: two}, v) == (va || vb),
			"none is not any":        Eval(&None{Rules: two}, v) == !Eval(&Any{Rules: two}, v),
			"not negates":            Eval(&Not{Rule: a}, v) == !va,
			"spelling is no matter":  Eval(&All{Rules: two, Infix: true}, v) == Eval(&All{Rules: two}, v),
			"printing is no matter":  Eval(mustParse(t, Format(a)), v) == va,
			"order is no matter":     Eval(&Any{Rules: []Rule{b, a}}, v) == Eval(&Any{Rules: two}, v),
			"expansion is no matter": Eval(Expand(a, nil), v) == va,
		} {
			if !law {
				t.Fatalf("%s: broken by %s and %s", name, Format(a), Format(b))
			}
		}
	})
}

func TestEvalLawsOfComparisons(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := genView().Draw(t, "view")
		key := Key{Text: genKey.Draw(t, "key")}
		l := genLiteral().Draw(t, "literal")
		is := func(op Operator, literals ...Literal) bool {
			return Eval(&ContextValue{Key: key, Op: op, Literals: literals}, v)
		}
		exists := is(Exists)
		for name, law := range map[string]bool{
			"not_equals":       is(NotEquals, l) == !is(Equals, l),
			"not_contains":     is(NotContains, l) == !is(Contains, l),
			"not_exists":       is(NotExists) == !exists,
			"not_in":           is(NotIn, l, l) == !is(In, l, l),
			"in":               is(In, l) == is(Equals, l),
			"at most one":      !is(LessThan, l) || !is(GreaterThan, l) && !is(Equals, l),
			"less or equal":    !is(LessOrEqual, l) || is(LessThan, l) || is(Equals, l),
			"greater or equal": is(GreaterThan, l) && is(GreaterOrEqual, l) || !is(GreaterThan, l),
			"only what exists": exists || !is(Equals, l) && !is(LessOrEqual, l) && !is(GreaterOrEqual, l) && !is(Contains, l),
		} {
			if !law {
				t.Fatalf("%s: broken by %s and %s in %v", name, key.Text, l.Text(), v.values)
			}
		}
	})
}

// A literal is equal to its own JSON form, and only to numbers of the same value.
func TestEvalReadsWhatGoWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := genLiteral().Filter(func(l Literal) bool { return l.Kind != LitString }).Draw(t, "literal")
		text := strings.Replace(l.Text(), "nil", "null", 1)
		v := mapView{values: map[string]string{"k": text}}
		if !Eval(&ContextValue{Key: Key{Text: "k"}, Op: Equals, Literals: []Literal{l}}, v) {
			t.Fatalf("%s is not equal to %s", text, l.Text())
		}
	})
}
