package sqlite

import (
	"database/sql/driver"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
)

// stepColumns are what scanStep reads.
var stepColumns = layoutStep.columns() + ", worker.host, worker.version"

// selectSteps reads the history of a run's tasks, in its order.
var selectSteps = "SELECT " + stepColumns + ` FROM step LEFT JOIN worker ON worker.id = step.worker
	WHERE step.id >= ? AND step.id < ? ORDER BY step.id`

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

// scanStep reads a row of stepColumns. Run, task and number are right even if
// there is an error.
func scanStep(sums *summer, v []driver.Value) (step, error) {
	id := integer(v[0])
	st := step{run: id >> runShift, task: int(id >> taskShift & taskMask), number: int(id & stepMask)}
	columns, err := sums.check(&layoutStep, v)
	if err == nil {
		err = st.scan(columns)
	}
	if err != nil {
		err = fmt.Errorf("run %d, task %d: %w", st.run, st.task, err)
	}
	return st, err
}

// scan reads the columns behind the sum.
func (st *step) scan(v []driver.Value) (err error) {
	st.decided, st.state, st.closed = integer(v[0]), engine.TaskStatus(integer(v[3])), integer(v[10])
	if leaves, ok := v[1].([]byte); ok {
		st.leaves = plan.LeavesFromBytes(leaves)
	}
	st.attempt = store.Attempt{
		Interruptions: int(integer(v[2])), Started: integer(v[5]), Outcome: store.AttemptOutcome(integer(v[6])),
		Ended: integer(v[7]), Due: integer(v[8]), Error: text(v[9]), Host: text(v[13]), Version: text(v[14]),
	}
	if v[5] != nil {
		st.attempt.Number = st.number
	}
	st.writes, err = unpack(v[11], v[12])
	return err
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
