package cloacina

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// blockage is why nothing of a run goes on, for those who do not own it.
type blockage struct {
	err    error  // for whoever waits for the run
	reason string // the same, for a list of runs
	// unstored says that nothing of the run can be stored, so that the store does
	// not have the reason.
	unstored bool
}

// newBlockage is that of a run which is stored as blocked.
func newBlockage(run *openRun, reason string) *blockage {
	return &blockage{
		err:    fmt.Errorf("run %s of workflow %s: %w: %s", run.id, run.workflow, ErrBlocked, reason),
		reason: reason,
	}
}

// refusedBlockage is that of a run about which nothing can be stored.
func (run *openRun) refusedBlockage() *blockage {
	return &blockage{
		err:    fmt.Errorf("run %s of workflow %s: %w: %w", run.id, run.workflow, ErrBlocked, run.refused),
		reason: errorText(run.refused), unstored: true,
	}
}

// block blocks a run, which is stored with the reason, a text withRemedy, unless
// that is what is stored already.
func (l *loop) block(run *openRun, cause store.BlockCause, reason string) {
	if run.cause != cause || run.reason != reason {
		l.store(run, &store.RunBlocked{Run: run.num, Cause: cause, Reason: reason, At: l.millis()})
	}
	run.cause, run.reason = cause, reason
	run.state.Status = engine.RunBlocked // without the engine: the graph may be missing
	l.close(run, newBlockage(run, reason))
}

// misfit blocks a run that the registered plan does not fit. The next Register
// looks again: it may be that of another program.
func (l *loop) misfit(run *openRun, obstacles []engine.Obstacle) {
	reason := withRemedy(obstaclesText(obstacles), waysOut(run.id, acceptable(obstacles)))
	l.logRun(run, slog.LevelError, "Pipeline blocked", slog.String(fieldReason, reason))
	l.block(run, store.BlockedByPlan, reason)
}

// acceptable reports whether a run can go on if somebody accepts what is in the way.
func acceptable(obstacles []engine.Obstacle) bool {
	return !slices.ContainsFunc(obstacles, func(o engine.Obstacle) bool { return !o.Acceptable })
}

// obstaclesText says why a plan does not fit a run.
func obstaclesText(obstacles []engine.Obstacle) string {
	texts := make([]string, len(obstacles))
	for i, o := range obstacles {
		texts[i] = o.String()
	}
	return "the registered plan does not fit what it has done: " + strings.Join(texts, "; ")
}

// waysOut says what can be done about a run that a plan does not fit.
func waysOut(id string, accept bool) string {
	text := "register the code it last ran under, "
	if accept {
		text += fmt.Sprintf("go on under the registered plan nevertheless with r.Unblock(ctx, %q, "+
			"cloacina.UnblockAccept), ", id)
	}
	return text + fmt.Sprintf("or give it up with r.Cancel(ctx, %q)", id)
}

// violated blocks a run about which an assertion of the engine failed. The
// other runs go on.
func (l *loop) violated(run *openRun, err error) {
	attrs := []slog.Attr{errorAttr(err)}
	cause := store.BlockedByViolation
	var v *engine.Violation
	if errors.As(err, &v) {
		if v.Undecided() {
			cause = store.BlockedUndecided
		}
		attrs = append(attrs, slog.String("dump", v.Dump), slog.String("stack", string(v.Stack)))
	}
	l.logRun(run, slog.LevelError, "Pipeline blocked", attrs...)
	for _, c := range l.callsOf(run) {
		if !c.settled {
			l.settle(c, ErrBlocked)
		}
	}
	l.block(run, cause, withRemedy(errorText(err), fmt.Sprintf("once the cause is gone, go on with "+
		"r.Unblock(ctx, %q, cloacina.UnblockAccept), or give it up with r.Cancel(ctx, %[1]q)", run.id)))
}
