package progress

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/cloacina-go/cloacina/internal/terminal"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// lines shows the run as a line for each change.
func lines(ctx context.Context, w io.Writer, watch watchFunc) error {
	m := &model{}
	for c, err := range watch(ctx) {
		if err != nil {
			return err
		}
		if !m.apply(c) || c.State == cloacina.Waiting {
			continue
		}
		if _, err := io.WriteString(w, m.line(c)+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// line says what has changed, and how long after the start of the run.
func (m *model) line(c cloacina.Change) string {
	at := ""
	if !c.At.IsZero() && !m.started.IsZero() {
		at = short(c.At.Sub(m.started))
	}
	return fmt.Sprintf("%7s  %s", at, m.text(c))
}

func (m *model) text(c cloacina.Change) string {
	if c.Task != "" {
		text := terminal.Escape(c.Task) + " " + string(c.State)
		if details := m.byID[c.Task].details(time.Time{}); details != "" {
			text += ": " + details
		}
		return text
	}
	text := fmt.Sprintf("%s %s", terminal.Escape(m.workflow), c.State)
	if c.State.Ended() {
		text += ": " + tally(m.tasks)
	}
	for _, why := range []string{c.Err, c.Reason} {
		if why != "" {
			text += ": " + terminal.Escape(firstLine(why))
		}
	}
	return text + " (run " + terminal.Escape(m.id) + ")"
}
