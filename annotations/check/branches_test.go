package check

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
)

// manyBranches is a workflow of a task that writes a number and n branches on it.
func manyBranches(n int, rule func(i int) string) string {
	var b strings.Builder
	b.WriteString("//cloacina:workflow\npackage pkg\n\nimport \"context\"\n\n" +
		"type N struct{ N float64 `json:\"n\"` }\n\n//cloacina:task\nfunc A(context.Context) (N, error) { panic(0) }\n")
	for i := range n {
		fmt.Fprintf(&b, "\n//cloacina:task dependencies=a trigger_rules=(%s)\nfunc T%d(context.Context) error { panic(0) }\n", rule(i), i)
	}
	return b.String()
}

// counted counts the rendered findings of a code.
func counted(findings []string, code annotations.Code) int {
	n := 0
	for _, f := range findings {
		if strings.Contains(f, " "+string(code)+": ") {
			n++
		}
	}
	return n
}

// Hundreds of branches that meet, or that are nested, are fine, and take no time.
func TestManyBranches(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]func(i int) string{
		"ranges": func(i int) string {
			return fmt.Sprintf(`context_value("n") > %d && context_value("n") <= %d`, i, i+1)
		},
		"nested": func(i int) string { return fmt.Sprintf(`context_value("n") > %d`, i) },
	} {
		if _, findings := checkText(t, manyBranches(500, rule)); len(findings) > 0 {
			t.Errorf("%s: %v", name, findings[:1])
		}
	}
}

// Of many overlaps of one choice some are reported, and at most one gap.
func TestManyOverlaps(t *testing.T) {
	t.Parallel()
	_, findings := checkText(t, manyBranches(100, func(i int) string {
		return fmt.Sprintf(`context_value("n") > %d && context_value("n") <= %d`, i, i+2)
	}))
	if n := counted(findings, annotations.CodeOverlap); n != maxOverlaps {
		t.Errorf("%d overlaps", n)
	}
	_, findings = checkText(t, manyBranches(3, func(i int) string {
		return [...]string{`context_value("n") < 10`, `context_value("n") > 20 && context_value("n") < 30`, `context_value("n") > 40`}[i]
	}))
	if n := counted(findings, annotations.CodeGap); n != 1 {
		t.Errorf("%d gaps", n)
	}
}

// A rule about very many keys is no branch: it would be compared with others once
// for each key.
func TestRulesWithManyKeysAreNoBranches(t *testing.T) {
	t.Parallel()
	for keys, want := range map[int]int{maxBranchKeys: 1, maxBranchKeys + 1: 0, 4000: 0} {
		var fields, rest strings.Builder
		for i := range keys - 1 {
			fmt.Fprintf(&fields, "\tF%d int `json:\"f%d\"`\n", i, i)
			fmt.Fprintf(&rest, ", context_value(\"f%d\", equals, 0)", i)
		}
		text := "//cloacina:workflow\npackage pkg\n\nimport \"context\"\n\n" +
			"type N struct {\n\tN float64 `json:\"n\"`\n" + fields.String() + "}\n\n" +
			"//cloacina:task\nfunc A(context.Context) (N, error) { panic(0) }\n"
		for i, condition := range []string{"greater_than, 80", "less_than, 81"} {
			text += fmt.Sprintf("\n//cloacina:task dependencies=a trigger_rules=all(context_value(\"n\", %s)%s)\n"+
				"func T%d(context.Context) error { panic(0) }\n", condition, rest.String(), i)
		}
		if _, findings := checkText(t, text); counted(findings, annotations.CodeOverlap) != want {
			t.Errorf("%d keys: %v", keys, findings)
		}
	}
}
