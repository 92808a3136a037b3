package sqlite

import (
	"database/sql/driver"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
)

// load reads what the ledger needs to know of a run that it does not hold.
func (w *writer) load(num int64) (*ledger.Run, error) {
	var status engine.RunStatus
	var planID, created int64
	var id string
	err := query(background, w.conn, "SELECT "+layoutRun.columns()+" FROM run WHERE num = ?",
		func(v []driver.Value) error {
			columns, err := w.sums.check(&layoutRun, v)
			id, planID, created = text(columns[0]), integer(columns[1]), integer(columns[2])
			status = engine.RunStatus(integer(columns[4]))
			if err != nil {
				err = fmt.Errorf("run %d: %w", num, err)
			}
			return err
		}, num)
	switch {
	case err != nil:
		return nil, err
	case status == 0:
		return nil, store.ErrNotFound
	case status.Ended():
		return &ledger.Run{Num: num, Status: status}, nil
	}
	p, err := new(plans).get(background, w.conn, planID)
	if err != nil {
		return nil, fmt.Errorf("run %q: %w", id, err)
	}
	r := ledger.NewRun(num, p.Name, len(p.Tasks))
	r.Created, r.Status = created, status
	if err := w.loadSteps(r, p); err != nil {
		return nil, fmt.Errorf("run %q: %w", id, err)
	}
	return r, nil
}

// loadSteps reads the states of a run's tasks.
func (w *writer) loadSteps(r *ledger.Run, p *plan.Plan) error {
	return query(background, w.conn, selectSteps, func(v []driver.Value) error {
		st, err := scanStep(&w.sums, v, r.Created)
		if err == nil {
			err = st.check(len(r.Tasks))
		}
		if err == nil {
			r.Tasks[st.task] = st.ledgerTask()
		}
		return st.at(p, err)
	}, r.Num<<runShift, (r.Num+1)<<runShift)
}
