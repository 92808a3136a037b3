package cloacina

import (
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
)

func TestStatesHaveTheEnginesNames(t *testing.T) {
	t.Parallel()
	for _, s := range []State{Running, Paused, Blocked, Completed, Failed, Cancelled} {
		status, err := runStatus(s)
		if err != nil || runState(status) != s || status.Ended() != s.Ended() {
			t.Errorf("%s: %v, %v", s, status, err)
		}
	}
	for s, want := range map[engine.TaskStatus]State{
		engine.TaskWaiting: Waiting, engine.TaskReady: Ready, engine.TaskRunning: Running,
		engine.TaskRetrying: Retrying, engine.TaskDeferred: Deferred, engine.TaskCompleted: Completed,
		engine.TaskFailed: Failed, engine.TaskSkipped: Skipped, engine.TaskCancelled: Cancelled,
	} {
		if taskState(s) != want || s.Ended() != want.Ended() {
			t.Errorf("%v is %s", s, taskState(s))
		}
	}
	if _, err := runStatus("skipped"); err == nil {
		t.Error("a run cannot be skipped")
	}
}
