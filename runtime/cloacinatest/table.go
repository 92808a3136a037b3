package cloacinatest

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// outcomes is a run as it is stored, one task a line.
func outcomes(d *cloacina.RunDetail) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  workflow %s: %s", d.Workflow, d.State)
	if d.State.Ended() {
		fmt.Fprintf(&b, " after %v", d.Ended.Sub(d.Started))
	}
	if d.Error != "" {
		b.WriteString(", " + d.Error)
	}
	b.WriteByte('\n')
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for i := range d.Tasks {
		t := &d.Tasks[i]
		fmt.Fprintf(w, "    %s\t%s\t%s\t%s\n", t.ID, t.State, attempts(len(t.Attempts)), remark(t))
	}
	_ = w.Flush() // to a strings.Builder
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// attempts counts in words.
func attempts(n int) string {
	switch n {
	case 0:
		return "not run"
	case 1:
		return "1 attempt"
	default:
		return fmt.Sprintf("%d attempts", n)
	}
}

// remark is why a task was skipped, or the errors of its attempts: alike ones
// that follow each other once. Every line of text stands in one line.
func remark(t *cloacina.TaskDetail) string {
	if t.Reason != "" {
		return oneLine(t.Reason)
	}
	var remarks []string
	last, times := "", 0
	flush := func() {
		if times > 1 {
			last += fmt.Sprintf(" (%d times)", times)
		}
		if times > 0 {
			remarks = append(remarks, last)
		}
	}
	for _, a := range t.Attempts {
		switch e := oneLine(a.Error); {
		case a.Error == "":
		case e == last:
			times++
		default:
			flush()
			last, times = e, 1
		}
	}
	flush()
	if n := len(t.Attempts); n > 0 && t.State == cloacina.Retrying && !t.Attempts[n-1].NextAt.IsZero() {
		delay := t.Attempts[n-1].NextAt.Sub(t.Attempts[n-1].Ended)
		remarks = append(remarks, fmt.Sprintf("next attempt after %v", delay.Round(time.Millisecond)))
	}
	return strings.Join(remarks, ", then ")
}

// oneLine is the first line of a text. The text of a panic has a stack behind it.
func oneLine(text string) string {
	text = strings.ReplaceAll(text, "\t", " ") // which would begin another column
	line, _, cut := strings.Cut(text, "\n")
	if cut {
		line += " ..."
	}
	return line
}
