package annotations

import (
	"math"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// sameTree compares rules but for their spans.
var sameTree = gocmp.Options{
	gocmp.AllowUnexported(Always{}, All{}, Any{}, None{}, Not{}, Outcome{}, ContextValue{}, Shorthand{}),
	cmpopts.IgnoreTypes(node{}, Span{}),
	cmpopts.IgnoreFields(Name{}, "Quoted"),
	cmpopts.EquateEmpty(),
}

// failer is what testing.T and rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func mustParse(t failer, text string) Rule {
	t.Helper()
	r, findings := ParseRule(text)
	for _, f := range findings {
		if f.Code.Severity() == SeverityError {
			t.Fatalf("%s: %s %s: %s", text, f.Span, f.Code, f.Message)
		}
	}
	return r
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"always":                         "always",
		"((always))":                     "always",
		"one_success":                    "one_success",
		" all ( ) ":                      "all()",
		"task_success(a)":                `task_success("a")`,
		"task_failed(`a b`)":             `task_failed("a b")`,
		"all(task_skipped(a),always,)":   `all(task_skipped("a"), always)`,
		"a_ || b":                        "",
		"always&&always||always":         "always && always || always",
		"always&&(always||always)":       "always && (always || always)",
		"(always&&always)||always":       "always && always || always",
		"(always&&always)&&always":       "(always && always) && always",
		"always&&(always&&always)":       "always && (always && always)",
		"always&&always&&always":         "always && always && always",
		"!always":                        "!always",
		"!!always":                       "!!always",
		"!(always||always)":              "!(always || always)",
		"not(always||always)":            "not(always || always)",
		"!any(always)":                   "!any(always)",
		`context_value("k")>3`:           `context_value("k") > 3`,
		`!(context_value("k")>3)`:        `!(context_value("k") > 3)`,
		`always&&context_value("k")!=1`:  `always && context_value("k") != 1`,
		"none(always||always,!always)":   "none(always || always, !always)",
		`context_value("k",equals,0x10)`: `context_value("k", equals, 16)`,
		`context_value("k",in,1_000,-1,1.50,"é\n",` + "`\\`" + `,true,nil)`: `context_value("k", in, 1000, -1, 1.5, "é\n", "\\", true, nil)`,
		`context_value("k",exists)`:                                       `context_value("k", exists)`,
		"all(\n\ttask_success(a) // first\n\t/* second */ ,\r\n\talways)": `all(task_success("a"), always)`,
	} {
		if want == "" {
			if r, _ := ParseRule(text); r != nil {
				t.Errorf("%q is a rule", text)
			}
			continue
		}
		if got := Format(mustParse(t, text)); got != want {
			t.Errorf("Format(%q) = %q, want %q", text, got, want)
		}
	}
}

// Trees that nobody can write in infix are printed as calls.
func TestFormatOfBuiltTrees(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]Rule{
		"always":                      nil,
		"all()":                       &All{Infix: true},
		"any(always)":                 &Any{Infix: true, Rules: []Rule{&Always{}}},
		`context_value("k", exists)`:  &ContextValue{Key: Key{Text: "k"}, Op: Exists, Infix: true},
		`context_value("k", in, nil)`: &ContextValue{Key: Key{Text: "k"}, Op: In, Infix: true, Literals: []Literal{{}}},
		`task_unknown("")`:            &Outcome{},
		"unknown":                     &Shorthand{},
	} {
		if got := Format(r); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestLiteralText(t *testing.T) {
	t.Parallel()
	for want, l := range map[string]Literal{
		"nil":                  {},
		"false":                {Kind: LitBool},
		"-9223372036854775808": {Kind: LitInt, Int: math.MinInt64},
		"18446744073709551615": {Kind: LitUint, Uint: math.MaxUint64},
		"80.0":                 {Kind: LitFloat, Float: 80},
		"-0.0":                 {Kind: LitFloat, Float: math.Copysign(0, -1)},
		"1e+30":                {Kind: LitFloat, Float: 1e30},
		`"a\"\u2028"`:          {Kind: LitString, String: "a\"\u2028"},
	} {
		if got := l.Text(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestFormatParsesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := genRule(4).Draw(t, "rule")
		text := Format(want)
		got := mustParse(t, text)
		if diff := gocmp.Diff(want, got, sameTree); diff != "" {
			t.Fatalf("%s reads differently (-want +got):\n%s", text, diff)
		}
		if again := Format(got); again != text {
			t.Fatalf("%s is printed as %s when it is read", text, again)
		}
	})
}
