package cloacina

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/rs/zerolog"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// The parts of the runtime, as the field "component" names them.
const (
	componentDatabase  = "cloacina::database"
	componentScheduler = "cloacina::scheduler"
	componentExecutor  = "cloacina::executor"
)

// The names of the fields of log records. Text that comes from users, such as
// an error or the name of a workflow, stands in fields and never in messages.
const (
	fieldComponent = "component"
	fieldRun       = "run"
	fieldWorkflow  = "workflow"
	fieldTask      = "task"
	fieldAttempt   = "attempt"
	fieldError     = "error"
	fieldReason    = "reason"
)

// noContext is the context of records that have none.
var noContext = context.Background()

// newLogger is where a runner logs to: the handler if there is one, else the
// zerolog logger, whose zero value is silent.
func newLogger(c Config) *slog.Logger {
	if c.Handler != nil {
		return slog.New(c.Handler)
	}
	return slog.New(zerolog.NewSlogHandler(c.Logger))
}

// log records a message once the run's changes are on disk; run is nil if the
// message is about none.
func (l *loop) log(run *openRun, level slog.Level, component, message string, attrs ...slog.Attr) {
	if !l.logs(level) {
		return
	}
	log := l.r.log
	attrs = append([]slog.Attr{slog.String(fieldComponent, component)}, attrs...)
	l.after(run, func() { log.LogAttrs(noContext, level, message, attrs...) })
}

// logs reports whether records of the level go anywhere.
func (l *loop) logs(level slog.Level) bool { return l.r.log.Enabled(noContext, level) }

// logRun records a message about a run.
func (l *loop) logRun(run *openRun, level slog.Level, message string, attrs ...slog.Attr) {
	l.log(run, level, componentScheduler, message, append([]slog.Attr{
		slog.String(fieldRun, run.id), slog.String(fieldWorkflow, run.plan.Name),
	}, attrs...)...)
}

// logTask records a message about a task.
func (l *loop) logTask(run *openRun, task int, level slog.Level, component, message string, attrs ...slog.Attr) {
	if !l.logs(level) {
		return
	}
	l.log(run, level, component, message, append([]slog.Attr{
		slog.String(fieldRun, run.id), slog.String(fieldWorkflow, run.plan.Name),
		slog.String(fieldTask, run.plan.Tasks[task].ID),
	}, attrs...)...)
}

// runSummary is the closing line of a run: "Pipeline completed (4 completed, 0
// failed, 3 skipped)".
func runSummary(run *engine.Run) string {
	var n [engine.TaskCancelled + 1]int
	for i := range run.Tasks {
		n[run.Tasks[i].Status]++
	}
	s := fmt.Sprintf("Pipeline %s (%d completed, %d failed, %d skipped", run.Status,
		n[engine.TaskCompleted], n[engine.TaskFailed], n[engine.TaskSkipped])
	if n[engine.TaskCancelled] > 0 {
		s += fmt.Sprintf(", %d cancelled", n[engine.TaskCancelled])
	}
	return s + ")"
}

// attr is an attribute for an error's text.
func errorAttr(err error) slog.Attr { return slog.String(fieldError, errorText(err)) }

// durationAttr is an attribute for a duration, with its unit: handlers make bare
// numbers of durations.
func durationAttr(key string, d time.Duration) slog.Attr { return slog.String(key, d.String()) }

// instant converts Unix milliseconds, 0 meaning never.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
