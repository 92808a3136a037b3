package cloacina

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// blockedError is why nothing of a run goes on.
func blockedError(run *openRun, reason string) error {
	return fmt.Errorf("run %s of workflow %s: %w: %s", run.id, run.workflow, ErrBlocked, reason)
}

// damaged is a run whose rows cannot be relied on. It is blocked in this process
// only, for nothing can be stored about it; the others go on.
func damaged(o *store.OpenRun) *openRun {
	state := o.State
	if state == nil {
		state = &engine.Run{}
	}
	run := newOpenRun(o.Num, o.Created, &plan.Plan{Name: o.Workflow}, state)
	run.refused = fmt.Errorf("what is stored of it is damaged: %w; restore the file from a backup, "+
		"the other runs are not concerned", o.Damage)
	run.closed = true
	run.blocked = fmt.Errorf("run %s of workflow %s: %w: %w", run.id, run.workflow, ErrBlocked, run.refused)
	close(run.over)
	return run
}

// block blocks a run, which is stored with the reason unless that is what is
// stored already.
func (l *loop) block(run *openRun, cause store.BlockCause, reason string) {
	reason = bounded(reason)
	if run.cause != cause || run.reason != reason {
		l.store(run, store.RunBlocked{Run: run.num, Cause: cause, Reason: reason, At: l.millis()})
	}
	run.cause, run.reason = cause, reason
	run.state.Status = engine.RunBlocked // without the engine: the graph may be missing
	l.close(run, blockedError(run, reason))
}

// misfit blocks a run that the registered plan does not fit. The next Register
// looks again: it may be that of another program.
func (l *loop) misfit(run *openRun, obstacles []engine.Obstacle) {
	reason := obstaclesText(obstacles) + "; " + waysOut(run.id, acceptable(obstacles))
	l.logRun(run, slog.LevelError, "Pipeline blocked", slog.String(fieldReason, reason))
	l.block(run, store.BlockedByPlan, reason)
}

// acceptable reports whether a run can go on if somebody accepts what is in the way.
func acceptable(obstacles []engine.Obstacle) bool {
	return !slices.ContainsFunc(obstacles, func(o engine.Obstacle) bool { return !o.Acceptable })
}

// obstaclesText says why a plan does not fit a run.
func obstaclesText(obstacles []engine.Obstacle) string {
	text := "the registered plan does not fit what it has done"
	for i, o := range obstacles {
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		text += sep + o.String()
	}
	return text
}

// waysOut says what can be done about a run that a plan does not fit.
func waysOut(id string, accept bool) string {
	text := "register the code it was started with, "
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
	var v *engine.Violation
	if errors.As(err, &v) {
		attrs = append(attrs, slog.String("dump", v.Dump), slog.String("stack", string(v.Stack)))
	}
	l.logRun(run, slog.LevelError, "Pipeline blocked", attrs...)
	for _, c := range l.callsOf(run) {
		if !c.settled {
			l.settle(c, ErrBlocked)
		}
	}
	l.block(run, store.BlockedByViolation, errorText(err)+fmt.Sprintf("; once the cause is gone, go on with "+
		"r.Unblock(ctx, %q, cloacina.UnblockAccept), or give it up with r.Cancel(ctx, %[1]q)", run.id))
}
