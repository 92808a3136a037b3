package cloacina

import (
	"cmp"
	"log/slog"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// wakeCallbacks calls those callbacks again that were pending when the store
// was opened and whose workflow is registered now. Those of a blocked run wait
// with it: it may go on under other code than the registered one.
func (l *loop) wakeCallbacks() {
	l.uncalled = slices.DeleteFunc(l.uncalled, func(c store.Callback) bool {
		w := l.workflows[c.Workflow]
		run := l.r.live.find(c.ID)
		if run != nil {
			run = run.current()
		}
		if w == nil || run != nil && run.stuck() {
			return false
		}
		l.wakeCallback(w, run, c)
		return true
	})
}

// wakeCallback calls a callback again; run is nil if the run has ended. One that
// the code has no function for is dropped, because no code may ever have one
// again, and what is pending keeps its run from being removed.
func (l *loop) wakeCallback(w *workflow, run *openRun, c store.Callback) {
	done := &store.CallbackDone{Run: c.Run, Task: c.Task}
	log := func(level slog.Level, message string) {
		l.log(run, level, componentExecutor, message,
			slog.String(fieldRun, c.ID), slog.String(fieldWorkflow, c.Workflow), slog.String(fieldTask, c.TaskID))
	}
	f := w.callback(c.TaskID, c.Status)
	if f == nil {
		log(slog.LevelWarn, "Callback dropped: "+c.TaskID+" (the registered code has none about this end of the task)")
		l.after(run, func() { l.called(done) })
		return
	}
	log(slog.LevelInfo, "Callback called again: "+c.TaskID)
	end := TaskEnd{
		Run: c.ID, Workflow: c.Workflow, Task: c.TaskID, State: taskState(c.Status), Attempts: c.Attempts,
	}
	if c.Status == engine.TaskFailed {
		end.Err = storedFailure(c.Failure)
	}
	l.after(run, func() { l.startCallback(done, f, end) })
}

// renumberCallbacks gives the pending callbacks of a run the numbers that their
// tasks have in another plan.
func (l *loop) renumberCallbacks(run *openRun, tasks []int) {
	i, _ := slices.BinarySearchFunc(l.uncalled, run.num, func(c store.Callback, num int64) int {
		return cmp.Compare(c.Run, num)
	})
	for ; i < len(l.uncalled) && l.uncalled[i].Run == run.num; i++ {
		l.uncalled[i].Task = tasks[l.uncalled[i].Task]
	}
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
