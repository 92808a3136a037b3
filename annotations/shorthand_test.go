package annotations

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestExpand(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"all_success":  `all(task_success("a"), task_success("b"))`,
		"all_failed":   `all(task_failed("a"), task_failed("b"))`,
		"all_skipped":  `all(task_skipped("a"), task_skipped("b"))`,
		"all_done":     "always",
		"one_success":  `any(task_success("a"), task_success("b"))`,
		"one_failed":   `any(task_failed("a"), task_failed("b"))`,
		"none_failed":  `none(task_failed("a"), task_failed("b"))`,
		"none_skipped": `none(task_skipped("a"), task_skipped("b"))`,
		"none_failed_min_one_success": `all(none(task_failed("a"), task_failed("b")), ` +
			`any(task_success("a"), task_success("b")))`,
		"!one_failed && all(any(none(not(one_success))))": `!any(task_failed("a"), task_failed("b")) && ` +
			`all(any(none(not(any(task_success("a"), task_success("b"))))))`,
		`task_success("x")`: `task_success("x")`,
	} {
		rule := mustParse(t, text)
		if got := Format(Expand(rule, []string{"a", "b"})); got != want {
			t.Errorf("%s expands to %s, want %s", text, got, want)
		}
		if Format(rule) != text {
			t.Errorf("%s was changed into %s", text, Format(rule))
		}
	}
}

func TestExpandWithoutDependenciesIsAlways(t *testing.T) {
	t.Parallel()
	for k := AllSuccess; k <= NoneFailedMinOneSuccess; k++ {
		if _, ok := Expand(&Shorthand{Kind: k}, nil).(*Always); !ok {
			t.Errorf("%s without dependencies is not always", k)
		}
	}
}

func TestExpandKeepsSpans(t *testing.T) {
	t.Parallel()
	rule := mustParse(t, "!(one_failed)")
	inner := Expand(rule, []string{"a"}).(*Not).Rule.(*Any)
	want := rule.(*Not).Rule.Span()
	if inner.Span() != want || inner.Rules[0].Span() != want {
		t.Errorf("spans are %v and %v, want that of the shorthand, %v", inner.Span(), inner.Rules[0].Span(), want)
	}
}

// counts says when a shorthand is true, by counting outcomes.
var counts = map[ShorthandKind]func(success, failed, skipped int) bool{
	AllSuccess:              func(_, f, k int) bool { return f+k == 0 },
	AllFailed:               func(s, _, k int) bool { return s+k == 0 },
	AllSkipped:              func(s, f, _ int) bool { return s+f == 0 },
	AllDone:                 func(_, _, _ int) bool { return true },
	OneSuccess:              func(s, _, _ int) bool { return s > 0 },
	OneFailed:               func(_, f, _ int) bool { return f > 0 },
	NoneFailed:              func(_, f, _ int) bool { return f == 0 },
	NoneSkipped:             func(_, _, k int) bool { return k == 0 },
	NoneFailedMinOneSuccess: func(s, f, _ int) bool { return f == 0 && s > 0 },
}

func TestShorthandsCountOutcomes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		outcomes := rapid.SliceOfN(genOutcome(), 1, 6).Draw(t, "outcomes")
		v := mapView{outcomes: map[string]TaskOutcome{}}
		var deps []string
		n := map[TaskOutcome]int{}
		for i, o := range outcomes {
			id := string(rune('a' + i))
			deps = append(deps, id)
			v.outcomes[id] = o
			n[o]++
		}
		for k := AllSuccess; k <= NoneFailedMinOneSuccess; k++ {
			got := Eval(Expand(&Shorthand{Kind: k}, deps), v)
			if want := counts[k](n[Success], n[Failed], n[Skipped]); got != want {
				t.Fatalf("%s over %v is %t, want %t", k, outcomes, got, want)
			}
		}
	})
}

func TestNamesReadBack(t *testing.T) {
	t.Parallel()
	for o := Success; o <= Skipped; o++ {
		if got, ok := outcomeByFunction(o.function()); !ok || got != o {
			t.Errorf("%s reads back as %s", o, got)
		}
	}
	for o := Equals; o <= NotIn; o++ {
		if got, ok := operatorByName(o.String()); !ok || got != o {
			t.Errorf("%s reads back as %s", o, got)
		}
	}
	for k := AllSuccess; k <= NoneFailedMinOneSuccess; k++ {
		if got, ok := shorthandByName(k.String()); !ok || got != k {
			t.Errorf("%s reads back as %s", k, got)
		}
	}
	unknown := []string{TaskOutcome(0).String(), TaskOutcome(9).String(), Operator(0).String(), Operator(99).String(),
		ShorthandKind(0).String(), ShorthandKind(99).String()}
	want := []string{"unknown", "unknown", "unknown", "unknown", "unknown", "unknown"}
	if diff := gocmp.Diff(want, unknown); diff != "" {
		t.Errorf("names of other values (-want +got):\n%s", diff)
	}
}
