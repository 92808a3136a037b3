package sqlite

import (
	"database/sql/driver"
	"fmt"
	"strconv"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// stepColumns are what scanStep reads.
var stepColumns = layoutStep.columns() + ", " + layoutWorker.columns()

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

// scanStep reads a row of stepColumns of a run that was created at a time. Run,
// task and number are right even if there is an error, which does not name
// them; see [step.at].
func scanStep(sums *summer, v []driver.Value, created int64) (step, error) {
	id := integer(v[0])
	st := step{run: id >> runShift, task: int(id >> taskShift & taskMask), number: int(id & stepMask)}
	columns, err := sums.check(&layoutStep, v)
	if err == nil {
		err = st.scan(columns, created)
		st.scanWorker(sums, columns[13:])
	}
	return st, err
}

// at names the task that an error about the row concerns.
func (st *step) at(p *plan.Plan, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("task %s: %w", taskName(p, st.task), err)
}

// taskName returns the ID of a task in quotes, or its number if the plan, which
// may be nil, does not have it.
func taskName(p *plan.Plan, task int) string {
	if p != nil && task < len(p.Tasks) {
		return strconv.Quote(p.Tasks[task].ID)
	}
	return fmt.Sprintf("number %d", task)
}

// scan reads the columns behind the sum.
func (st *step) scan(v []driver.Value, created int64) (err error) {
	at := func(column int) int64 {
		if v[column] == nil {
			return 0
		}
		return created + integer(v[column])
	}
	st.decided, st.state, st.closed = at(0), engine.TaskStatus(integer(v[3])), at(10)
	st.leaves = unpackLeaves(v[1])
	st.attempt = store.Attempt{
		Interruptions: int(integer(v[2])), Started: at(5), Outcome: store.AttemptOutcome(integer(v[6])),
		Ended: at(7), Due: at(8), Error: text(v[9]),
	}
	if v[5] != nil {
		st.attempt.Number = st.number
	}
	st.writes, err = unpack(v[11], v[12])
	return err
}

// scanWorker reads who executed the attempt. If that is damaged it is left out:
// nothing depends on it, and many runs have it.
func (st *step) scanWorker(sums *summer, v []driver.Value) {
	if v[0] == nil {
		return
	}
	if names, err := sums.check(&layoutWorker, v); err == nil {
		st.attempt.Host, st.attempt.Version = text(names[0]), text(names[1])
	}
}

// check refuses a task that the run's plan does not have.
func (st *step) check(tasks int) error {
	if st.task >= tasks {
		return fmt.Errorf("%w: the run has task number %d and a plan of %d tasks", ErrDamaged, st.task, tasks)
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
	t.Again = st.ledgerTask().Again() && !teeth.Has(teeth.AgainLost)
	if st.state == engine.TaskRetrying {
		t.Due = st.attempt.Due
	}
}

// ledgerTask returns what the ledger keeps of the task.
func (st *step) ledgerTask() ledger.Task {
	return ledger.Task{Status: st.state, Outcome: st.attempt.Outcome, Attempt: int32(st.attempt.Number)}
}
