package progress

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/internal/terminal"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// span is a piece of a line in one style.
type span struct {
	text  string
	style terminal.Style
}

// row is a line of the screen.
type row []span

// cut bounds a line to so many columns.
func (r row) cut(columns int) row {
	var short row
	for _, s := range r {
		whole := s.text
		s.text = terminal.Cut(whole, columns)
		columns -= terminal.Width(s.text)
		short = append(short, s)
		if columns <= 0 || s.text != whole {
			break
		}
	}
	return short
}

// frame is what a window of that size shows: a line about the run, and those about
// its tasks. The last line of the window stays free for the cursor.
func (m *model) frame(now time.Time, columns, rows int) []row {
	frame := []row{m.header(now)}
	if room := rows - 2; len(m.tasks) <= room {
		frame = append(frame, taskRows(m.tree(), now, columns)...)
	} else if room > 0 {
		shown, rest := m.pick(room - 1)
		frame = append(frame, taskRows(shown, now, columns)...)
		frame = append(frame, row{{fmt.Sprintf("… and %d more: %s", len(rest), tally(rest)), terminal.Dim}})
	}
	for i := range frame {
		frame[i] = frame[i].cut(max(1, columns-1))
	}
	return frame
}

func (m *model) header(now time.Time) row {
	l := looks[m.run.State]
	header := row{
		{l.mark + " ", l.style}, {terminal.Escape(m.workflow) + " ", terminal.Bold}, {string(m.run.State), l.style},
	}
	end := now
	if m.run.State.Ended() {
		end = m.run.At
	}
	if !m.started.IsZero() && m.run.State != cloacina.Blocked {
		header = append(header, span{" " + elapsed(m.run.State, end.Sub(m.started)), terminal.Plain})
	}
	if m.run.State.Ended() {
		header = append(header, span{"  " + tally(m.tasks), terminal.Plain})
	} else {
		header = append(header, span{fmt.Sprintf("  %d of %d tasks ended", m.ended(), len(m.tasks)), terminal.Plain})
	}
	if why := cmp.Or(m.run.Err, m.run.Reason); why != "" {
		header = append(header, span{"  " + terminal.Escape(firstLine(why)), terminal.Red})
	}
	return append(header, span{"  run " + terminal.Escape(m.id), terminal.Dim})
}

func elapsed(s cloacina.State, d time.Duration) string {
	if s.Ended() {
		return short(d)
	}
	return passed(d)
}

// taskRows are the lines of tasks, with what is said of them aligned.
func taskRows(tasks []branch, now time.Time, columns int) []row {
	most, names := max(columns/2, 1), make([]row, len(tasks))
	wide, word := 0, 0
	for i, t := range tasks {
		guide, l := lastColumns(t.guide, columns/3/levelWidth*levelWidth), looks[t.State]
		name := row{{guide, terminal.Dim}, {l.mark + " ", l.style}, {terminal.Escape(t.Task), terminal.Plain}}
		names[i] = name.cut(most)
		wide, word = max(wide, names[i].width()), max(word, len(t.State))
	}
	for i, t := range tasks {
		gap := strings.Repeat(" ", wide-names[i].width()+2)
		names[i] = append(names[i], span{gap, terminal.Plain},
			span{terminal.Pad(string(t.State), word) + " ", looks[t.State].style},
			span{t.details(now), detailStyle(t.State)})
	}
	return names
}

func detailStyle(s cloacina.State) terminal.Style {
	if s == cloacina.Skipped {
		return terminal.Dim
	}
	return terminal.Plain
}

func (r row) width() int {
	n := 0
	for _, s := range r {
		n += terminal.Width(s.text)
	}
	return n
}

// levelWidth is how far each level of the tree is indented.
const levelWidth = 3

// lastColumns returns the end of a guide, whose characters take a column each.
func lastColumns(guide string, n int) string {
	runes := []rune(guide)
	return string(runes[max(0, len(runes)-n):])
}

// ranks say how much there is to know of a task in a state. Those that are not
// among them come last.
var ranks = map[cloacina.State]int{
	cloacina.Failed: 1, cloacina.Retrying: 2, cloacina.Running: 3, cloacina.Ready: 4,
	cloacina.Completed: 5, cloacina.Skipped: 5, cloacina.Cancelled: 5, cloacina.Deferred: 6, cloacina.Waiting: 7,
}

// pick returns the tasks that are shown if there is room for n, in the order of the
// workflow, and the others. What changed last comes first, and failed tasks get half
// of the room, so that there is some for what goes on.
func (m *model) pick(n int) (shown []branch, rest []*node) {
	order := make([]int, len(m.tasks))
	for i := range order {
		order[i] = i
	}
	failed := 0
	rank := make([]int, len(m.tasks))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(m.tasks[b].seq, m.tasks[a].seq) })
	for _, i := range order {
		if rank[i] = ranks[m.tasks[i].State]; m.tasks[i].State == cloacina.Failed {
			if failed++; failed > (n+1)/2 {
				rank[i] = ranks[cloacina.Completed]
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if rank[a] == ranks[cloacina.Waiting] && rank[b] == rank[a] {
			return cmp.Compare(a, b) // the next ones first
		}
		return cmp.Compare(rank[a], rank[b])
	})
	chosen := make([]bool, len(m.tasks))
	for _, i := range order[:min(n, len(order))] {
		chosen[i] = true
	}
	for i, t := range m.tasks {
		if chosen[i] {
			shown = append(shown, branch{node: t})
		} else {
			rest = append(rest, t)
		}
	}
	return shown, rest
}
