package sqlite

import (
	"database/sql/driver"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
)

// selectSteps reads rows of the history of tasks.
const selectSteps = `SELECT step.id, step.state, step.outcome, step.interruptions, step.decided, step.leaves,
	step.started, step.ended, step.closed, step.due, step.error, step.keys, step.vals,
	worker.host, worker.version FROM step LEFT JOIN worker ON worker.id = step.worker`

// step is a row of the history of a task. Rows come in the order of attempts.
type step struct {
	run     int64
	task    int
	number  int
	state   engine.TaskStatus
	decided int64
	leaves  plan.Leaves
	closed  int64
	writes  []engine.Entry
	// attempt is the attempt of the row; without a start there was none.
	attempt store.Attempt
}

// scanStep reads a row of selectSteps.
func scanStep(v []driver.Value) (step, error) {
	id := integer(v[0])
	st := step{
		run: id >> runShift, task: int(id >> taskShift & taskMask), number: int(id & stepMask),
		state: engine.TaskStatus(integer(v[1])), decided: integer(v[4]), closed: integer(v[8]),
		attempt: store.Attempt{
			Outcome: store.AttemptOutcome(integer(v[2])), Interruptions: int(integer(v[3])),
			Started: integer(v[6]), Ended: integer(v[7]), Due: integer(v[9]), Error: text(v[10]),
			Host: text(v[13]), Version: text(v[14]),
		},
	}
	if v[6] != nil {
		st.attempt.Number = st.number
	}
	if leaves, ok := v[5].([]byte); ok {
		st.leaves = plan.LeavesFromBytes(leaves)
	}
	var err error
	if st.writes, err = unpack(v[11], v[12]); err != nil {
		return st, fmt.Errorf("run %d, task %d: %w", st.run, st.task, err)
	}
	return st, nil
}

// check refuses a task that the run's plan does not have.
func (st *step) check(tasks int) error {
	if st.task >= tasks {
		return fmt.Errorf("%w: run %d has task %d and a plan of %d tasks", ErrDamaged, st.run, st.task, tasks)
	}
	return nil
}

// describe adds the row to the history of its task.
func (st *step) describe(t *store.TaskDetail) {
	t.Status = st.state
	if st.number <= 1 {
		t.Decided = st.decided
		t.Leaves = st.leaves
	}
	if st.attempt.Number > 0 {
		t.Attempts = append(t.Attempts, st.attempt)
	}
	t.Writes = st.writes
	if !st.state.Ended() {
		return
	}
	t.Ended = st.closed
	if t.Ended == 0 {
		t.Ended = st.attempt.Ended
	}
	if t.Ended == 0 {
		t.Ended = st.decided
	}
}

// restore adds the row to the state of its task.
func (st *step) restore(t *engine.Task) {
	t.Status = st.state
	if st.number <= 1 {
		t.Leaves = st.leaves
	}
	t.Writes = st.writes
	t.Due = 0
	if st.attempt.Number == 0 {
		return
	}
	t.Attempt = st.attempt.Number
	t.Interruptions = st.attempt.Interruptions
	t.Again = st.ledgerTask().Again()
	if st.state == engine.TaskRetrying {
		t.Due = st.attempt.Due
	}
}

// ledgerTask returns what the ledger keeps of the task.
func (st *step) ledgerTask() ledger.Task {
	return ledger.Task{Status: st.state, Outcome: st.attempt.Outcome, Attempt: int32(st.attempt.Number)}
}
