package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// planKey and workerKey identify rows that are stored once.
type (
	planKey   struct{ name, fingerprint string }
	workerKey struct{ host, version string }
)

// interned are the numbers of rows that are stored once.
type interned[K comparable] struct {
	ids   map[K]int64
	last  int64
	fresh []K // added in the current transaction
	// recent is the row that was asked for last, which is mostly asked for next; its
	// number is 0 if there is none.
	recent   K
	recentID int64
}

// put records a stored row.
func (in *interned[K]) put(key K, id int64) {
	if in.ids == nil {
		in.ids = map[K]int64{}
	}
	in.ids[key] = id
	in.last = max(in.last, id)
}

// id returns the number of a row, calling insert if it is not stored yet.
func (in *interned[K]) id(key K, insert func(id int64) error) (int64, error) {
	if in.recentID != 0 && in.recent == key {
		return in.recentID, nil
	}
	id, ok := in.ids[key]
	if !ok {
		id = in.last + 1
		if err := insert(id); err != nil {
			return 0, err
		}
		in.put(key, id)
		in.fresh = append(in.fresh, key)
	}
	in.recent, in.recentID = key, id
	return id, nil
}

// accept keeps what was added, undo forgets it with its transaction.
func (in *interned[K]) accept() { in.fresh = in.fresh[:0] }

func (in *interned[K]) undo() {
	for _, key := range in.fresh {
		delete(in.ids, key)
	}
	in.fresh = in.fresh[:0]
	in.recentID = 0
}

// drop forgets rows that were deleted.
func (in *interned[K]) drop(ids []int64) {
	maps.DeleteFunc(in.ids, func(_ K, id int64) bool { return slices.Contains(ids, id) })
	in.recentID = 0
}

// loadInterned reads what is stored.
func (w *writer) loadInterned() error {
	err := loadRows(w, &layoutPlan, &w.plans, func(v []driver.Value) planKey {
		return planKey{text(v[0]), text(v[1])}
	})
	return errors.Join(err, loadRows(w, &layoutWorker, &w.workers, func(v []driver.Value) workerKey {
		return workerKey{text(v[0]), text(v[1])}
	}))
}

// loadRows reads the rows of a table. A damaged one only takes its number: what
// is stored from now on gets an intact copy.
func loadRows[K comparable](w *writer, l *layout, in *interned[K], key func(columns []driver.Value) K) error {
	return query(background, w.conn, "SELECT "+l.columns()+" FROM "+l.table, func(v []driver.Value) error {
		if columns, err := w.sums.check(l, v); err == nil {
			in.put(key(columns), integer(v[0]))
		}
		in.last = max(in.last, integer(v[0]))
		return nil
	})
}

// planID returns the number of a plan, storing it on first sight.
func (w *writer) planID(p *plan.Plan) (int64, error) {
	return w.plans.id(planKey{p.Name, p.Fingerprint}, func(id int64) error {
		body, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("encode plan %q: %w", p.Name, err)
		}
		return w.insert(stmtInsertPlan, &layoutPlan, id, p.Name, p.Fingerprint, string(body))
	})
}

// workerID returns the number of a worker, storing it on first sight.
func (w *writer) workerID(key workerKey) (int64, error) {
	return w.workers.id(key, func(id int64) error {
		return w.insert(stmtInsertWorker, &layoutWorker, id, key.host, key.version)
	})
}

// insert adds a row whose statement takes its id, its sum and its columns.
func (w *writer) insert(statement int, l *layout, id int64, columns ...driver.Value) error {
	_, err := w.run(statement, append([]driver.Value{id, w.sums.row(l, id, columns)}, columns...)...)
	return err
}
