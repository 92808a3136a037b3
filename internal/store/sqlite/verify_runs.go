package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// checkRuns restores every run, ended or not, as a runner would.
func (v *verifier) checkRuns() {
	for _, num := range v.ids("run", "SELECT num FROM run ORDER BY num") {
		if v.ctx.Err() != nil {
			return
		}
		v.report.Runs++
		for _, p := range v.checkRun(num) {
			p.Table = "run"
			if p.Task != "" {
				p.Table = "step"
			}
			if p.Run == "" {
				p.Run, _ = v.runOf(num)
			}
			v.add(p)
		}
	}
}

// checkRun returns what is wrong with a run.
func (v *verifier) checkRun(num int64) []Problem {
	var r engine.Run
	var planID, created int64
	var cause store.BlockCause
	err := query(v.ctx, v.c, selectStored, func(values []driver.Value) (err error) {
		r = engine.Run{ID: text(values[0]), Status: engine.RunStatus(integer(values[2])), Deadline: integer(values[3])}
		planID, cause, created = integer(values[1]), store.BlockCause(integer(values[6])), integer(values[7])
		r.Initial, err = unpack(values[4], values[5])
		return err
	}, num)
	if err != nil {
		return []Problem{{Text: fmt.Sprintf("the run cannot be read: %v", err)}}
	}
	p := v.plan(planID)
	if p.graph == nil { // which is said once for all its runs
		return nil
	}
	r.Tasks = make([]engine.Task, len(p.plan.Tasks))
	for i := range r.Tasks {
		r.Tasks[i].Status = engine.TaskWaiting
	}
	if whole, problems := v.readHistory(num, created, p, &r); !whole || len(problems) > 0 {
		return problems // what they leave cannot fit together
	}
	var violation *engine.Violation
	if err := p.graph.RestoreWhole(&r, cause == store.BlockedUndecided); errors.As(err, &violation) {
		return []Problem{{Text: "what is stored of the run does not fit together: " + violation.Reason}}
	}
	return nil
}

// selectStored reads what a run is restored from, its history aside.
const selectStored = `SELECT id, plan, status, deadline, keys, vals, cause, created FROM run WHERE num = ?`

// readHistory fills in the states of a run's tasks. Rows that do not fit their
// checksum are known already; whole says that there are none.
func (v *verifier) readHistory(num, created int64, p *checkedPlan, r *engine.Run) (whole bool, problems []Problem) {
	var sums summer
	whole = true
	last := step{task: -1}
	err := query(v.ctx, v.c, selectSteps, func(values []driver.Value) error {
		st, err := scanStep(&sums, values, created)
		if st.task != last.task {
			v.report.Tasks++
		}
		if st.attempt.Number > 0 {
			v.report.Attempts++
		}
		if _, wrong := sums.check(&layoutStep, values); wrong != nil {
			whole, last = false, st
			return nil
		}
		if err == nil {
			err = st.check(len(r.Tasks))
		}
		if err == nil {
			err = st.follows(&last)
		}
		if last = st; err != nil {
			problems = append(problems, Problem{Task: p.taskName(st.task), Text: err.Error()})
			return nil
		}
		st.restore(&r.Tasks[st.task])
		return nil
	}, num<<runShift, (num+1)<<runShift)
	if err != nil {
		problems = append(problems, Problem{Text: fmt.Sprintf("not all of the run's history can be read: %v", err)})
	}
	return whole, problems
}

// follows checks that no row is missing between two rows of a task.
func (st *step) follows(last *step) error {
	want := last.number + 1
	if st.task != last.task {
		want = min(st.number, 1) // a task without an attempt has row 0
	}
	if st.number != want || st.task == last.task && last.number == 0 {
		return fmt.Errorf("row %d follows where row %d of the task is to be: rows are missing", st.number, want)
	}
	return nil
}

// checkCallbacks finds callbacks about tasks that have not ended.
func (v *verifier) checkCallbacks() {
	v.query("callback", selectCallbackStates, func(values []driver.Value) error {
		state := engine.TaskStatus(integer(values[2]))
		if state == engine.TaskCompleted || state == engine.TaskFailed {
			return nil
		}
		p := v.locate("callback", integer(values[0])<<runShift|integer(values[1])<<taskShift)
		p.Text = "a callback is pending about a task that has neither completed nor failed"
		v.add(p)
		return nil
	})
}

// selectCallbackStates reads the pending callbacks with the states of their tasks.
const selectCallbackStates = `SELECT callback.run, callback.task, (SELECT state FROM step
	WHERE step.id >= (callback.run << 28) + (callback.task << 10)
		AND step.id < (callback.run << 28) + (callback.task + 1 << 10)
	ORDER BY step.id DESC LIMIT 1) FROM callback`

// checkReplans checks that the changes of a run's plan lead to the plan it has.
func (v *verifier) checkReplans() {
	var run, number, now int64
	v.query("replan", selectReplans, func(values []driver.Value) error {
		id, before, after, final := integer(values[0]), integer(values[1]), integer(values[2]), integer(values[3])
		if id>>runShift != run {
			run, number, now = id>>runShift, 0, before
		}
		number++
		fits := id&(1<<runShift-1) == number && before == now && (values[4] != nil || after == final)
		if now = after; !fits {
			p := v.locate("replan", id)
			p.Text = "the changes of the run's plan do not lead from one to the next and to the plan that it has"
			v.add(p)
		}
		return nil
	})
}

// selectReplans reads the changes of plans with the plan that the run has and
// the change that follows, if there is one.
const selectReplans = `SELECT replan.id, replan.old, replan.new, run.plan,
	(SELECT next.id FROM replan AS next WHERE next.id > replan.id AND next.id < (replan.run + 1) << 28 LIMIT 1)
	FROM replan LEFT JOIN run ON run.num = replan.run ORDER BY replan.id`
