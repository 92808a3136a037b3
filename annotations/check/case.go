package check

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// caseTable shows a run as a table: a row for each task that matters, with how
// it ends and what it writes. The third column exists only if a value matters.
// Notes stand in rows of their own at the end, in the last column. It returns
// nil if there is nothing to show.
func (w *workflow) caseTable(run *outcome.Run, notes ...string) *annotations.Table {
	if run == nil && len(notes) == 0 {
		return nil
	}
	var rows caseRows
	if run != nil {
		rows.add(w, run)
	}
	for _, note := range notes {
		rows.list = append(rows.list, []string{"", "", note})
		rows.values = true
	}
	if len(rows.list) == 0 {
		return nil
	}
	t := &annotations.Table{Head: []string{"task", "outcome", "value"}, Rows: rows.list}
	if !rows.values {
		t.Head = t.Head[:2]
		for i := range t.Rows {
			t.Rows[i] = t.Rows[i][:2]
		}
	}
	return t
}

// before cuts a run down to what comes before the given tasks: how they end
// themselves is what the finding says, and the rest does not matter to it.
func (w *workflow) before(run *outcome.Run, tasks ...*task) *outcome.Run {
	if run == nil {
		return nil
	}
	ancestors := map[int]bool{-1: true} // the start of the run
	for _, t := range ancestorsOf(tasks...) {
		ancestors[t.index] = true
	}
	cut := &outcome.Run{Completed: run.Completed}
	for _, t := range run.Tasks {
		if ancestors[t.Task] {
			cut.Tasks = append(cut.Tasks, t)
		}
	}
	for _, v := range run.Values {
		if ancestors[v.Task] {
			cut.Values = append(cut.Values, v)
		}
	}
	return cut
}

// caseRows are the rows of a table while it is being made.
type caseRows struct {
	list [][]string
	// values says that the third column is in use.
	values bool
}

// add adds the tasks of a run in the order of the plan, the start of the run first.
func (r *caseRows) add(w *workflow, run *outcome.Run) {
	values := make(map[int][]string)
	for _, v := range run.Values {
		values[v.Task] = append(values[v.Task], valueText(v))
		r.values = true
	}
	if start := values[-1]; start != nil {
		r.list = append(r.list, []string{"start of the run", "", strings.Join(start, ", ")})
	}
	for _, t := range run.Tasks {
		r.list = append(r.list, []string{
			w.order[t.Task].id, outcomeWords[t.Outcome], strings.Join(values[t.Task], ", "),
		})
	}
}

var outcomeWords = map[outcome.Outcome]string{
	outcome.TaskCompleted: "completed",
	outcome.TaskFailed:    "failed",
	outcome.TaskSkipped:   "skipped",
}

// valueText says what a value is, as in `score = 80.5` or `"raw_data" missing`.
// Of a range of numbers it names one, because one number says it better than
// two bounds.
func valueText(v outcome.Value) string {
	key := strconv.Quote(v.Key)
	switch v.Text {
	case "missing", "not written", "deleted":
		return key + " " + v.Text
	}
	name := strings.Trim(key, `"`)
	sample := string(bytes.TrimSpace(v.Sample))
	switch {
	case isNumber(sample):
		return name + " = " + short(sample)
	case sample == v.Text || sample == "" && strings.HasPrefix(v.Text, `"`):
		return name + " = " + short(v.Text)
	}
	return name + " is " + short(v.Text)
}

// isNumber reports whether a JSON value is a number.
func isNumber(sample string) bool {
	return sample != "" && (sample[0] == '-' || sample[0] >= '0' && sample[0] <= '9')
}
