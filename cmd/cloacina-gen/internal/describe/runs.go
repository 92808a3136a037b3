package describe

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/graph"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

const (
	// mostWays bounds the ways in which the tasks that a rule is about can end
	// together, mostAsked those tasks, and mostCases the lines they are said in:
	// beyond, one example has to do.
	mostWays  = 243
	mostAsked = 8
	mostCases = 16
)

// outcomeNames are how a task ends, in words.
var outcomeNames = [...]string{
	outcome.TaskCompleted: "completed",
	outcome.TaskFailed:    "failed",
	outcome.TaskSkipped:   "skipped",
}

// way is one way in which the tasks that a rule is about can end.
type way struct {
	tasks []int
	ends  []outcome.Outcome
	// runs and skipped say whether the task can then run, and can be skipped.
	runs, skipped outcome.Answer
}

// runs says when the task runs and when it is skipped.
func (t *explained) runs() {
	t.section("Runs when")
	if t.task.Rule.Tree == nil {
		t.printf("  always\n")
		return
	}
	ways, ok := t.ways()
	runs, skipped := t.cases(ways, false), t.cases(ways, true)
	if ok = ok && max(len(runs), len(skipped)) <= mostCases; !ok {
		t.example(outcome.Ran(t.i), "it never runs")
	} else {
		t.list(ways, runs)
	}
	t.section("Skipped when")
	if !ok {
		t.example(outcome.Skipped(t.i), "never")
	} else {
		t.list(ways, skipped)
	}
}

// asked are the dependencies and the tasks that the rule names, in order.
func (t *explained) asked() []int {
	asked := slices.Clone(t.task.DependsOn)
	for _, leaf := range t.task.Rule.Tree.Leaves() {
		if leaf.Op != plan.OpValue {
			asked = append(asked, leaf.Task)
		}
	}
	slices.Sort(asked)
	return slices.Compact(asked)
}

// ways finds all ways in which the tasks that the rule is about can end together.
func (t *explained) ways() ([]way, bool) {
	asked := t.asked()
	if len(asked) == 0 || len(asked) > mostAsked {
		return nil, false
	}
	var ways []way
	m := t.w.Model()
	for c := range m.Combinations(asked...) {
		if len(ways) > 0 && slices.Equal(ways[len(ways)-1].ends, c.Outcomes) {
			continue // with another status of the run
		}
		if len(ways) == mostWays {
			return nil, false
		}
		facts := c.Facts(asked)[:len(asked)] // without the status of the run
		ways = append(ways, way{
			tasks: asked, ends: c.Outcomes,
			runs:    m.Find(append(slices.Clone(facts), outcome.Ran(t.i))...),
			skipped: m.Find(append(slices.Clone(facts), outcome.Skipped(t.i))...),
		})
	}
	return ways, true
}

// restText is what has to hold besides the outcomes of a way: where they alone do
// not decide, the condition on values, or an example of them for a skip.
func (t *explained) restText(w *way, skipped bool) string {
	a, text := &w.runs, ""
	if skipped {
		a = &w.skipped
	}
	if w.runs.Verdict != outcome.Impossible && w.skipped.Verdict != outcome.Impossible {
		if !skipped {
			text = ", and " + t.valuesText(w)
		} else if v := valuesOf(a.Run); v != "" {
			text = ", for example if " + v
		}
	}
	if a.Verdict == outcome.Perhaps || a.Verdict == outcome.Unknown {
		text += " (perhaps)"
	}
	return text
}

// valuesText is what the rule still asks when it is known how tasks ended.
func (t *explained) valuesText(w *way) string {
	return graph.WordsWhen(t.p, t.task.Rule.Tree, func(n *plan.Node) (holds, known bool) {
		k := slices.Index(w.tasks, n.Task)
		if n.Op == plan.OpValue || k < 0 {
			return false, false
		}
		return map[plan.Op]outcome.Outcome{
			plan.OpTaskSuccess: outcome.TaskCompleted,
			plan.OpTaskFailed:  outcome.TaskFailed,
			plan.OpTaskSkipped: outcome.TaskSkipped,
		}[n.Op] == w.ends[k], true
	})
}

// valuesOf are the values of a run that rules compare.
func valuesOf(run *outcome.Run) string {
	if run == nil {
		return ""
	}
	var texts []string
	for _, v := range run.Values {
		texts = append(texts, valueText(v))
	}
	return strings.Join(texts, ", ")
}

func valueText(v outcome.Value) string {
	key := graph.KeyText(v.Key)
	switch v.Text {
	case "not written", "deleted", "missing":
		return key + " " + v.Text
	case string(bytes.TrimSpace(v.Sample)):
		return key + " = " + v.Text
	}
	return key + " is " + v.Text
}

// example prints a smallest run in which a fact holds.
func (t *explained) example(fact outcome.Fact, none string) {
	a := t.w.Model().Find(fact)
	if a.Run == nil {
		if a.Verdict != outcome.Impossible {
			none = "not known: the search was given up"
		}
		t.printf("  %s\n", none)
		return
	}
	var parts []string
	for _, o := range a.Run.Tasks {
		if o.Task != t.i {
			parts = append(parts, t.p.Tasks[o.Task].ID+" "+outcomeNames[o.Outcome])
		}
	}
	text := strings.Join(parts, ", ")
	if v := valuesOf(a.Run); v != "" {
		text += fmt.Sprintf(" (%s)", v)
	}
	t.printf("  for example: %s\n", text)
}
