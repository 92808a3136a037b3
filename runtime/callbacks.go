package cloacina

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// callbackTimeout bounds a call of an on_success or on_failure function.
const callbackTimeout = 30 * time.Second

// TaskEnd tells an on_success or on_failure function what ended. The function
// runs after the outcome is on disk, beside the tasks that follow, for at most
// 30 seconds: then its context ends, and it is waited for no longer. It can
// never change the outcome. Within the life of the process it is called
// exactly once; it is not called again if the process dies first.
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
	// Err is the error of the last attempt of a failed task, else nil.
	Err error
	// Logger logs with the fields of the task.
	Logger *slog.Logger
}

// callback calls a function of the user's once the outcome is on disk.
func (l *loop) callback(run *openRun, task, attempts int, f func(context.Context, TaskEnd), failure error) {
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
	end.Logger = l.r.log.With(fieldRun, end.Run, fieldWorkflow, end.Workflow, fieldTask, end.Task)
	l.after(run, func() {
		l.callbacks++
		go l.r.runCallback(f, end)
	})
}

// runCallback calls f and waits for it as long as it may take.
func (r *Runner) runCallback(f func(context.Context, TaskEnd), end TaskEnd) {
	ctx, cancel := context.WithTimeout(r.callbacks, callbackTimeout)
	defer cancel()
	defer r.queue.push(callbackEnded{})
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		defer func() {
			if p := recover(); p != nil {
				logCallback(end, "Callback panicked", slog.String(fieldError, bounded(fmt.Sprint(p))),
					slog.String("stack", bounded(string(debug.Stack()))))
			}
		}()
		f(ctx, end)
	}()
	select {
	case <-returned:
	case <-ctx.Done():
		logCallback(end, "Callback given up", errorAttr(ctx.Err()))
	}
}

func logCallback(end TaskEnd, message string, attrs ...slog.Attr) {
	end.Logger.LogAttrs(noContext, slog.LevelError, message+": "+end.Task,
		append([]slog.Attr{slog.String(fieldComponent, componentExecutor)}, attrs...)...)
}

// callbackEnded says that a callback is waited for no longer.
type callbackEnded struct{}

func (callbackEnded) apply(l *loop) { l.callbacks-- }
