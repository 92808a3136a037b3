// Package progress shows how a run goes: on a terminal a tree of its tasks that
// is redrawn in place, with states, attempts and the time until the next attempt,
// and elsewhere a line for each change.
//
//	run, err := r.Start(ctx, "orders", input, cloacina.StartOptions{})
//	err = progress.Show(ctx, os.Stderr, r, run.ID())
//	result, err := run.Wait(ctx)
//
// On a terminal it looks like this:
//
//	● orders running 12s  2 of 5 tasks ended  run 42
//	✓ fetch                 completed 800ms
//	├─ ↷ cached             skipped   task_failed("fetch") is false
//	└─ ● process            running   11s
//	   ├─ ↻ store           retrying  attempt 2 in 3s: connection refused
//	   └─ · report          waiting
//
// A task stands below the dependency that has the longest way behind it. When the
// window is too short for all tasks, those are shown about which there is most to
// know (failed, retrying and running ones, then ready ones and those that have
// just ended), and the others are counted.
//
// Nothing else should be written to the terminal meanwhile: a log that goes there
// tears the tree apart. Colours follow NO_COLOR and FORCE_COLOR.
package progress

import (
	"context"
	"io"
	"iter"

	"github.com/cloacina-go/cloacina/internal/terminal"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Show shows a run on w until it has ended, however that is, and returns nil then;
// what became of it is on w and in the result that [cloacina.Runner.Wait] returns.
// A run that has ended before is shown as it ended. The errors are those of
// [cloacina.Runner.Watch], of ctx, which ends the showing and not the run, and of w.
//
// If w is a terminal, which only an [os.File] is, the tree is drawn in place, at
// most every 50 ms and at least every second, and what was drawn last stays. It
// follows the size of the window. Else, and on a terminal that cannot move its
// cursor (TERM is dumb), each change is a line of plain text.
// Control characters in errors and reasons are escaped. It never slows the run
// down, however slow w is, and may be called by several goroutines for different
// writers.
func Show(ctx context.Context, w io.Writer, r *cloacina.Runner, id string) error {
	watch := func(ctx context.Context) iter.Seq2[cloacina.Change, error] { return r.Watch(ctx, id) }
	if !terminal.Redraws(w) {
		return lines(ctx, w, watch)
	}
	return tree(ctx, &screen{
		w: terminal.Writer(w), painted: terminal.WantsColor(true),
		size: func() (columns, rows int) {
			columns, rows, ok := terminal.Size(w)
			if !ok {
				return 80, 24
			}
			return columns, rows
		},
	}, watch)
}

// watchFunc yields the changes of a run.
type watchFunc func(ctx context.Context) iter.Seq2[cloacina.Change, error]
