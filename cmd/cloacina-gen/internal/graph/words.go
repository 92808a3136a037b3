package graph

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// Words prints a rule of a task as a condition in words, such as
// `fetch failed and score > 80`. A nil rule is "always".
func Words(p *plan.Plan, rule *plan.Node) string {
	t := normal(rule, false)
	if t.op == plan.OpAll && len(t.args) == 0 {
		return "always"
	}
	return words{plan: p}.join(t)
}

// WordsWhen is [Words] for what is left of a rule when the truth of some of its
// conditions is known.
func WordsWhen(p *plan.Plan, rule *plan.Node, truth func(*plan.Node) (holds, known bool)) string {
	t := normal(rule, false).given(truth)
	if t.op == plan.OpAll && len(t.args) == 0 {
		return "always"
	}
	return words{plan: p}.join(t)
}

// never is a condition that no run fulfils.
const never = "never"

// words prints terms.
type words struct {
	plan *plan.Plan
	// onEdge leaves out the name of the dependency whose edge it is.
	onEdge     bool
	dependency int
}

// join prints a term. Within "and", an "or" stands in parentheses, and the other
// way round, so that nobody has to know which one binds tighter.
func (w words) join(t *term) string {
	if t.leaf != nil {
		return w.leaf(t)
	}
	glue := " and "
	if t.op == plan.OpAny {
		glue = " or "
	}
	if len(t.args) == 0 {
		return map[plan.Op]string{plan.OpAll: "always", plan.OpAny: never}[t.op]
	}
	texts := make([]string, len(t.args))
	for i, a := range t.args {
		texts[i] = w.join(a)
		if len(a.args) > 1 && len(t.args) > 1 {
			texts[i] = "(" + texts[i] + ")"
		}
	}
	return strings.Join(texts, glue)
}

// setNames are the names of sets of outcomes, on the edge of the task.
var setNames = map[outcomes]string{
	0: "never", completed: "success", failed: "failed", skipped: "skipped",
	completed | failed: "not skipped", completed | skipped: "not failed", failed | skipped: "no success",
}

// setVerbs say the same of a task that is named.
var setVerbs = map[outcomes]string{
	completed: "completed", failed: "failed", skipped: "was skipped",
	completed | failed: "was not skipped", completed | skipped: "did not fail", failed | skipped: "did not complete",
}

func (w words) leaf(t *term) string {
	switch {
	case t.leaf.Op == plan.OpValue:
		return comparison(t.leaf, t.not)
	case w.onEdge && t.leaf.Task == w.dependency:
		return setNames[t.set()]
	}
	return w.plan.Tasks[t.leaf.Task].ID + " " + setVerbs[t.set()]
}

// comparisons are the words of comparisons and of their negations. For a
// negation without words of its own "not" is put before: !(a > 1) is also true
// of a value that is no number, so it is not a <= 1.
var comparisons = map[plan.Cmp][2]string{
	plan.CmpEquals:         {"%s == %s", "%s != %s"},
	plan.CmpNotEquals:      {"%s != %s", "%s == %s"},
	plan.CmpGreaterThan:    {"%s > %s", "not %s > %s"},
	plan.CmpLessThan:       {"%s < %s", "not %s < %s"},
	plan.CmpGreaterOrEqual: {"%s >= %s", "not %s >= %s"},
	plan.CmpLessOrEqual:    {"%s <= %s", "not %s <= %s"},
	plan.CmpContains:       {"%s contains %s", "%s does not contain %s"},
	plan.CmpNotContains:    {"%s does not contain %s", "%s contains %s"},
	plan.CmpExists:         {"%s exists", "%s is missing"},
	plan.CmpNotExists:      {"%s is missing", "%s exists"},
	plan.CmpIn:             {"%s is one of %s", "%s is none of %s"},
	plan.CmpNotIn:          {"%s is none of %s", "%s is one of %s"},
}

func comparison(n *plan.Node, not bool) string {
	pattern := comparisons[n.Cmp][0]
	if not {
		pattern = comparisons[n.Cmp][1]
	}
	literals := make([]string, len(n.Literals))
	for i, l := range n.Literals {
		literals[i] = l.Text()
	}
	if strings.Count(pattern, "%s") == 1 {
		return fmt.Sprintf(pattern, KeyText(n.Key))
	}
	return fmt.Sprintf(pattern, KeyText(n.Key), strings.Join(literals, ", "))
}

// KeyText is a key as people write it: bare if it is a plain name.
func KeyText(key string) string {
	for _, r := range key {
		if !plain(r) && !strings.ContainsRune("_/-.", r) {
			return strconv.Quote(key)
		}
	}
	if key == "" {
		return `""`
	}
	return key
}

// plain reports whether a character is a letter or figure of ASCII.
func plain(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func decimal(n int) string { return strconv.Itoa(n) }
