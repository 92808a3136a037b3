package describe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/graph"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/printable"
	"github.com/cloacina-go/cloacina/internal/terminal"
)

// widestTable is how wide the head of the table may be with the ids of the tasks;
// beyond, columns have numbers.
const widestTable = 150

// measuredRows are those that the width of the columns is taken from; they are kept
// until then. The rows behind them are printed as they are found.
const measuredRows = 1000

// Runs prints the text about one workflow: the ways in which its tasks can end
// together, at most limit of them or all if that is 0, and the policies that decide
// how often tasks are tried. It prints while it searches, so that it takes little memory
// and a reader sees how far it is. The error is that of the writer, or says that the
// context has ended.
func Runs(ctx context.Context, out io.Writer, w *check.Workflow, limit int) error {
	t := &simulated{w: w, p: &w.Plan, out: out}
	t.printf("Simulation of workflow %q\n", t.p.Name)
	if about := strings.Join(strings.Fields(t.p.Description), " "); about != "" {
		t.printf("%s\n", about)
	}
	t.printf("\nHow tasks can end together. A task that runs can always fail: FAILED is after the\n" +
		"last attempt, and - is skipped.\n\n")
	if err := t.combinations(ctx, limit); err != nil {
		return err
	}
	t.printf("\nPolicies in effect, defaults included\n\n")
	t.policies()
	return t.flush()
}

// simulated is a simulation in the making.
type simulated struct {
	w   *check.Workflow
	p   *plan.Plan
	out io.Writer
	b   strings.Builder
	// compared says that a rule compares values, which rows then show.
	compared bool
	// perhaps says that a row rests on values that may not occur.
	perhaps bool
}

func (t *simulated) printf(format string, args ...any) { fmt.Fprintf(&t.b, format, args...) }

// flush prints what there is.
func (t *simulated) flush() error {
	if _, err := io.WriteString(t.out, printable.Lines(t.b.String())); err != nil {
		return fmt.Errorf("print the simulation: %w", err)
	}
	t.b.Reset()
	return nil
}

// cells are how a task ended, in the table.
var cells = [...]string{outcome.TaskCompleted: "completed", outcome.TaskFailed: "FAILED", outcome.TaskSkipped: "-"}

// combinations prints the table, with at most limit rows; 0 is no limit.
func (t *simulated) combinations(ctx context.Context, limit int) error {
	m := t.w.Model()
	t.compared = comparesValues(t.p)
	table := table{head: t.head()}
	completed, more := 0, false
	for c := range m.Combinations() {
		if ctx.Err() != nil {
			return errors.New("interrupted while listing the combinations")
		}
		if limit > 0 && table.rows == limit {
			more = true
			break
		}
		if c.Completed {
			completed++
		}
		t.b.WriteString(table.add(t.row(m, c, table.rows+1)))
		if t.b.Len() > printedAtOnce {
			if err := t.flush(); err != nil {
				return err
			}
		}
	}
	t.b.WriteString(table.end())
	t.count(table.rows, completed, more)
	if list := m.GaveUp(); len(list) > 0 {
		ids := make([]string, len(list))
		for k, i := range list {
			ids[k] = t.p.Tasks[i].ID
		}
		t.printf("The search was given up at %s, so that combinations may be missing.\n", strings.Join(ids, ", "))
	}
	return nil
}

// printedAtOnce is about how many bytes are gathered before they are printed.
const printedAtOnce = 64 << 10

// comparesValues reports whether a rule of a plan compares the value of a key.
func comparesValues(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Tasks, func(t plan.Task) bool {
		return t.Rule.Tree != nil && slices.ContainsFunc(t.Rule.Tree.Leaves(), func(n *plan.Node) bool {
			return n.Op == plan.OpValue
		})
	})
}

// row is one combination: its number, the status of the run, the outcomes, and
// the values that lead to them.
func (t *simulated) row(m *outcome.Model, c outcome.Combination, number int) []string {
	row := []string{strconv.Itoa(number), "completed"}
	if !c.Completed {
		row[1] = "FAILED"
	}
	if c.Perhaps {
		row[1] += " ?"
		t.perhaps = true
	}
	tasks := make([]int, len(t.p.Tasks))
	for i := range tasks {
		tasks[i] = i
		row = append(row, cells[c.Outcomes[i]])
	}
	if !t.compared {
		return row
	}
	if values := valuesOf(m.Find(c.Facts(tasks)...).Run); values != "" {
		row = append(row, values)
	}
	return row
}

// head is the head of the table. If ids are too wide, the tasks are listed with
// numbers before it.
func (t *simulated) head() []string {
	head, width := []string{"#", "run"}, 0
	for i := range t.p.Tasks {
		width += max(terminal.Width(t.p.Tasks[i].ID), len(cells[0])) + 2
	}
	for i := range t.p.Tasks {
		id := t.p.Tasks[i].ID
		if width > widestTable {
			t.printf("%s = %s\n", taskNumber(i), id)
			id = taskNumber(i)
		}
		head = append(head, id)
	}
	if width > widestTable {
		t.printf("\n")
	}
	if t.compared {
		head = append(head, "values")
	}
	return head
}

func taskNumber(i int) string { return "t" + strconv.Itoa(i+1) }

// count says what the table shows, and whether that is all.
func (t *simulated) count(rows, completed int, more bool) {
	if t.perhaps {
		t.printf("\n? It is not known whether the values occur that this takes.\n")
	}
	if more {
		t.printf("\nThese are the first %d combinations, in %d of which the run completes."+
			" There are more: see --limit.\n",
			rows, completed)
		return
	}
	noun := "combinations"
	if rows == 1 {
		noun = "combination"
	}
	t.printf("\n%d %s: the run completes in %d and fails in %d.\n", rows, noun, completed, rows-completed)
}

// policies prints what follows a failed attempt of each task.
func (t *simulated) policies() {
	var rows [][]string
	for i := range t.p.Tasks {
		task := &t.p.Tasks[i]
		timing := task.Timing()
		fails := "fails the run"
		if task.AllowFailure {
			fails = "is allowed"
		}
		rows = append(rows, []string{
			task.ID, strconv.Itoa(timing.Executions), delays(&task.Retry), retryCondition(&task.Retry),
			timeoutText(task.Timeout), worstCaseCell(timing), fails,
		})
	}
	head := []string{"task", "attempts", "waits between them", "tried again after", "timeout", "worst case",
		"its failure"}
	t.printf("%s", columns(head, rows, ""))
	if t.p.Timeout > 0 {
		t.printf("\nThe run ends after %s at the latest.\n", graph.Duration(t.p.Timeout))
	}
}

// shownDelays is how many delays stand in the table.
const shownDelays = 4

// delays lists the waits after failed attempts, without the jitter.
func delays(r *plan.Retry) string {
	n := r.Executions() - 1
	if n == 0 {
		return "-"
	}
	plain := *r
	plain.Jitter = false
	var list []string
	for k := 1; k <= min(n, shownDelays); k++ {
		list = append(list, graph.Duration(plain.LongestDelay(k)))
	}
	text := strings.Join(list, ", ")
	switch {
	case n > 1 && plain.LongestDelay(1) == plain.LongestDelay(n):
		text = list[0] + " each"
	case n > shownDelays:
		text += ", ... " + graph.Duration(plain.LongestDelay(n))
	}
	if r.Jitter {
		text += " (±25%)"
	}
	return text
}

// retryCondition says after which errors a task is tried again.
func retryCondition(r *plan.Retry) string {
	if r.Executions() == 1 {
		return "-"
	}
	return retriedErrors(r)
}

// worstCaseCell is how long a task may take, as far as that is bounded.
func worstCaseCell(timing plan.Timing) string {
	switch {
	case timing.Bounded():
		return graph.Duration(timing.WorstCase)
	case timing.Delays == 0:
		return "its attempt"
	default:
		return graph.Duration(timing.Delays) + " and its attempts"
	}
}
