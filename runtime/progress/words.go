package progress

import (
	"fmt"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/internal/terminal"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// look is how a state is shown.
type look struct {
	mark  string
	style terminal.Style
}

var looks = map[cloacina.State]look{
	cloacina.Waiting:   {"·", terminal.Dim},
	cloacina.Ready:     {"○", terminal.Plain},
	cloacina.Running:   {"●", terminal.Cyan},
	cloacina.Retrying:  {"↻", terminal.Yellow},
	cloacina.Deferred:  {"◌", terminal.Dim},
	cloacina.Paused:    {"◌", terminal.Yellow},
	cloacina.Blocked:   {"✗", terminal.Red},
	cloacina.Completed: {"✓", terminal.Green},
	cloacina.Failed:    {"✗", terminal.Red},
	cloacina.Skipped:   {"↷", terminal.Dim},
	cloacina.Cancelled: {"⊘", terminal.Yellow},
}

// states are the states of tasks in the order in which they are counted.
var states = []cloacina.State{
	cloacina.Running, cloacina.Retrying, cloacina.Ready, cloacina.Completed, cloacina.Failed, cloacina.Skipped,
	cloacina.Cancelled, cloacina.Deferred, cloacina.Waiting,
}

// details say what there is to know of a task beyond its state. Without a now
// nothing is said that changes by the second.
func (n *node) details(now time.Time) string {
	switch n.State {
	case cloacina.Ready:
		return "waits for a slot"
	case cloacina.Running:
		var parts []string
		if !now.IsZero() && !n.At.IsZero() {
			parts = append(parts, passed(now.Sub(n.At)))
		}
		return strings.Join(append(parts, again(n.Attempt)...), ", ")
	case cloacina.Retrying:
		when := n.RetryAt.Sub(n.At).String()
		if !now.IsZero() {
			when = left(n.RetryAt.Sub(now))
		}
		return withError(fmt.Sprintf("attempt %d in %s", n.Attempt+1, when), n.Err)
	case cloacina.Completed:
		var parts []string
		if took, ok := n.took(); ok {
			parts = append(parts, short(took))
		}
		return strings.Join(append(parts, again(n.Attempt)...), ", ")
	case cloacina.Failed:
		return withError(fmt.Sprintf("attempt %d", n.Attempt), n.Err)
	case cloacina.Skipped:
		return terminal.Escape(firstLine(strings.TrimPrefix(n.Reason, "trigger rule not satisfied: ")))
	default:
		return ""
	}
}

// again names an attempt that is not the first.
func again(attempt int) []string {
	if attempt < 2 {
		return nil
	}
	return []string{fmt.Sprintf("attempt %d", attempt)}
}

func withError(text, err string) string {
	if err == "" {
		return text
	}
	return text + ": " + terminal.Escape(firstLine(err))
}

// tally counts tasks in words: "4 completed, 1 failed".
func tally(tasks []*node) string {
	counts := count(tasks)
	var parts []string
	for _, s := range states {
		if counts[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[s], s))
		}
	}
	return strings.Join(parts, ", ")
}

// passed is a time that goes on, in seconds.
func passed(d time.Duration) string { return max(d, 0).Truncate(time.Second).String() }

// left is a time that runs out: it is 0s when it has.
func left(d time.Duration) string {
	return (max(d, 0) + time.Second - 1).Truncate(time.Second).String()
}

// short is a time that is over.
func short(d time.Duration) string {
	switch d = max(d, 0); {
	case d < 10*time.Second:
		return d.Round(time.Millisecond * 100).String()
	default:
		return d.Round(time.Second).String()
	}
}
