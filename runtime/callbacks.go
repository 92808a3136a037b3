package cloacina

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

const (
	// callbackTimeout bounds a call of an on_success or on_failure function.
	callbackTimeout = 30 * time.Second
	// callbackNote is how long the end of a call may wait for a commit to be
	// recorded with, before it gets one of its own.
	callbackNote = 100 * time.Millisecond
)

// TaskEnd tells an on_success or on_failure function what ended. The function
// runs after the outcome is on disk, beside the tasks that follow, for at most
// 30 seconds: then its context ends, and it is waited for no longer. It can
// never change the outcome, whatever it does.
//
// It is called at least once, and almost always once. It is called again, when
// the workflow is registered at the next start, if the process died or
// [Runner.Shutdown] lost patience before the end of the call was on disk, which
// is a tenth of a second later at the most. Run and Task together identify the
// call, for functions that have to tell. A function that panicked or was waited
// for no longer has been called.
type TaskEnd struct {
	// Run is the ID of the run.
	Run string
	// Workflow is the name of the workflow.
	Workflow string
	// Task is the id of the task.
	Task string
	// State is Completed or Failed.
	State State
	// Attempts is how many attempts there were.
	Attempts int
	// Err is the error of the last attempt of a failed task, else nil. After a
	// new start of the program it is what the store kept of it, its text.
	Err error
	// Logger logs with the fields of the task.
	Logger *slog.Logger
}

// callbackFunc is an on_success or on_failure function.
type callbackFunc func(context.Context, TaskEnd)

// callback calls a function of the user's once the outcome is on disk, which
// holds the mark that it is to be called.
func (l *loop) callback(run *openRun, task, attempts int, f callbackFunc, failure error) {
	if f == nil {
		return
	}
	end := TaskEnd{
		Run: run.id, Workflow: run.plan.Name, Task: run.plan.Tasks[task].ID,
		State: Completed, Attempts: attempts, Err: failure,
	}
	if failure != nil {
		end.State = Failed
	}
	start := func() { l.startCallback(&store.CallbackDone{Run: run.num, Task: task}, f, end) }
	if teeth.Has(teeth.CallbackBeforeCommit) {
		start()
		return
	}
	l.after(run, start)
}

// startCallback begins the call of a callback. A runner that stops leaves it to
// the next one.
func (l *loop) startCallback(done *store.CallbackDone, f callbackFunc, end TaskEnd) {
	if l.stopped {
		return
	}
	end.Logger = l.r.log.With(fieldRun, end.Run, fieldWorkflow, end.Workflow, fieldTask, end.Task)
	l.callbacks++
	go l.r.runCallback(done, f, end)
}

// runCallback calls f and waits for it as long as it may take.
func (r *Runner) runCallback(done *store.CallbackDone, f callbackFunc, end TaskEnd) {
	ctx, cancel := context.WithTimeout(r.callbacks, callbackTimeout)
	defer cancel()
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		defer func() {
			if p := recover(); p != nil {
				logCallback(end, slog.LevelError, "Callback panicked", slog.String(fieldError, bounded(fmt.Sprint(p))),
					slog.String("stack", bounded(string(debug.Stack()))))
			}
		}()
		f(ctx, end)
	}()
	select {
	case <-returned:
	case <-ctx.Done():
		if r.callbacks.Err() == nil {
			logCallback(end, slog.LevelError, "Callback given up", errorAttr(ctx.Err()))
		}
	}
	if !r.queue.push(callbackEnded{done}) {
		logCallback(end, slog.LevelWarn, "Callback will be called again at the next start")
	}
}

func logCallback(end TaskEnd, level slog.Level, message string, attrs ...slog.Attr) {
	end.Logger.LogAttrs(noContext, level, message+": "+end.Task,
		append([]slog.Attr{slog.String(fieldComponent, componentExecutor)}, attrs...)...)
}

// callbackEnded says that a callback is waited for no longer.
type callbackEnded struct{ done *store.CallbackDone }

func (e callbackEnded) apply(l *loop) {
	l.callbacks--
	l.called(e.done)
}

// called has the end of a callback recorded, with the next commit that there is
// or after a while: nothing waits for it.
func (l *loop) called(done *store.CallbackDone) {
	l.unrecorded = append(l.unrecorded, done)
	if l.recordBy == nil {
		l.recordBy = l.timers.add(l.now.Add(callbackNote), l.recordCallbacks)
	}
}

// recordCallbacks adds to what the round commits.
func (l *loop) recordCallbacks() {
	for _, done := range l.unrecorded {
		l.store(nil, done)
	}
	l.unrecorded = l.unrecorded[:0]
	l.timers.remove(l.recordBy)
	l.recordBy = nil
}
