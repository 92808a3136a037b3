package cloacina

import (
	"log/slog"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// wakeCallbacks calls those callbacks again that were pending when the store
// was opened and whose workflow is registered now.
func (l *loop) wakeCallbacks() {
	l.uncalled = slices.DeleteFunc(l.uncalled, func(c store.Callback) bool {
		w := l.workflows[c.Workflow]
		if w != nil {
			l.wakeCallback(w, c)
		}
		return w != nil
	})
}

func (l *loop) wakeCallback(w *workflow, c store.Callback) {
	done := store.CallbackDone{Run: c.Run, Task: c.Task}
	log := func(level slog.Level, message string) {
		l.log(nil, level, componentExecutor, message,
			slog.String(fieldRun, c.ID), slog.String(fieldWorkflow, c.Workflow), slog.String(fieldTask, c.TaskID))
	}
	f := w.callback(c.TaskID, c.Status)
	if f == nil {
		log(slog.LevelWarn, "Callback dropped: "+c.TaskID+" (the registered code has none about this end of the task)")
		l.called(done)
		return
	}
	log(slog.LevelInfo, "Callback called again: "+c.TaskID)
	end := TaskEnd{
		Run: c.ID, Workflow: c.Workflow, Task: c.TaskID, State: taskState(c.Status), Attempts: c.Attempts,
	}
	if c.Status == engine.TaskFailed {
		end.Err = storedFailure(c.Failure)
	}
	l.after(nil, func() { l.startCallback(done, f, end) })
}

// callback returns the callback about the end of a task, which may be one of
// another plan; nil if there is none.
func (w *workflow) callback(taskID string, status engine.TaskStatus) callbackFunc {
	tasks := w.graph.Plan().Tasks
	i := slices.IndexFunc(tasks, func(t PlanTask) bool { return t.ID == taskID })
	switch {
	case i < 0:
		return nil
	case status == engine.TaskFailed:
		return w.code[i].OnFailure
	default:
		return w.code[i].OnSuccess
	}
}
