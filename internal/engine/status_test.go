package engine_test

import (
	"encoding"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// The names are stored and printed: they never change.
const (
	runStates    = "running paused blocked completed failed cancelled"
	taskStates   = "waiting ready running retrying deferred completed failed skipped cancelled"
	eventKinds   = "begin start succeeded failed stopped interrupted retry_due cancel timed_out block replan unblock"
	decisionKind = "became_ready was_skipped started completed failed_for_good was_cancelled will_retry run_ended run_unblocked"
	obstacles    = "task_gone other_dependencies task_before other_value key_not_written key_mistyped input_missing state_broken"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for v := range 256 {
		for names, value := range map[string]fmt.Stringer{
			runStates: engine.RunStatus(v), taskStates: engine.TaskStatus(v),
			eventKinds: engine.EventKind(v), decisionKind: engine.DecisionKind(v),
			obstacles: engine.ObstacleKind(v),
		} {
			want := fmt.Sprintf("unknown(%d)", v)
			if list := strings.Fields(names); v > 0 && v <= len(list) {
				want = list[v-1]
			}
			if got := value.String(); got != want {
				t.Errorf("%T(%d) is %q, want %q", value, v, got, want)
			}
		}
	}
}

func TestStateTextRoundTrip(t *testing.T) {
	t.Parallel()
	for v := range 256 {
		run, task := engine.RunStatus(v), engine.TaskStatus(v)
		checkText(t, run, new(engine.RunStatus), v >= 1 && v <= 6)
		checkText(t, task, new(engine.TaskStatus), v >= 1 && v <= 9)
	}
}

// state is what both kinds of states can do.
type state interface {
	comparable
	encoding.TextMarshaler
}

// pointerTo is a place for a state that can be read from text.
type pointerTo[T any] interface {
	*T
	encoding.TextUnmarshaler
}

func checkText[T state, P pointerTo[T]](t *testing.T, value T, into P, known bool) {
	t.Helper()
	text, err := value.MarshalText()
	if (err == nil) != known {
		t.Errorf("%v: error %v", value, err)
	}
	if !known {
		return
	}
	if err := into.UnmarshalText(text); err != nil || *into != value {
		t.Errorf("%q comes back as %v, %v", text, *into, err)
	}
	for _, other := range []string{"", "Running", " running", string(text) + " "} {
		if err := into.UnmarshalText([]byte(other)); err == nil {
			t.Errorf("%q is read as %v", other, *into)
		}
	}
}

// TestTransitions pins the tables in the form in which documents show them.
func TestTransitions(t *testing.T) {
	t.Parallel()
	const want = `
run running -> blocked completed failed cancelled
run paused -> blocked completed failed cancelled
run blocked -> running cancelled
run completed ->
run failed ->
run cancelled ->
task waiting -> ready skipped cancelled
task ready -> running cancelled
task running -> ready retrying completed failed cancelled
task retrying -> ready cancelled
task deferred -> cancelled
task completed ->
task failed ->
task skipped ->
task cancelled ->
`
	var b strings.Builder
	b.WriteByte('\n')
	for s := engine.RunRunning; s <= engine.RunCancelled; s++ {
		b.WriteString(strings.TrimSpace(fmt.Sprintf("run %v -> %s", s, join(engine.RunTransitions(s)))) + "\n")
	}
	for s := engine.TaskWaiting; s <= engine.TaskCancelled; s++ {
		b.WriteString(strings.TrimSpace(fmt.Sprintf("task %v -> %s", s, join(engine.TaskTransitions(s)))) + "\n")
	}
	if got := b.String(); got != want {
		t.Errorf("got:%s", got)
	}
}

func join[T fmt.Stringer](states []T) string {
	var names []string
	for _, s := range states {
		names = append(names, s.String())
	}
	return strings.Join(names, " ")
}

func TestEndedStatesAreNeverLeft(t *testing.T) {
	t.Parallel()
	for v := range 256 {
		run, task := engine.RunStatus(v), engine.TaskStatus(v)
		if v >= 1 && v <= 6 && run.Ended() != (len(engine.RunTransitions(run)) == 0) {
			t.Errorf("run %v: ended %t", run, run.Ended())
		}
		if v >= 1 && v <= 9 && task.Ended() != (len(engine.TaskTransitions(task)) == 0) {
			t.Errorf("task %v: ended %t", task, task.Ended())
		}
		if v == 0 || v > 9 {
			if len(engine.RunTransitions(run)) > 0 || len(engine.TaskTransitions(task)) > 0 {
				t.Errorf("%d is no state, but can change", v)
			}
		}
	}
}

func TestTransitionsAreCopies(t *testing.T) {
	t.Parallel()
	engine.TaskTransitions(engine.TaskReady)[0] = engine.TaskSkipped
	engine.RunTransitions(engine.RunBlocked)[0] = engine.RunCompleted
	if slices.Contains(engine.TaskTransitions(engine.TaskReady), engine.TaskSkipped) ||
		slices.Contains(engine.RunTransitions(engine.RunBlocked), engine.RunCompleted) {
		t.Error("a caller can change the tables")
	}
}

func TestDecided(t *testing.T) {
	t.Parallel()
	want := "ready running retrying deferred completed failed skipped"
	var decided []engine.TaskStatus
	for s := engine.TaskStatus(0); s <= engine.TaskCancelled; s++ {
		if s.Decided() {
			decided = append(decided, s)
		}
	}
	if got := join(decided); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
