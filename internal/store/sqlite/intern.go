package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"

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
	if id, ok := in.ids[key]; ok {
		return id, nil
	}
	id := in.last + 1
	if err := insert(id); err != nil {
		return 0, err
	}
	in.put(key, id)
	in.fresh = append(in.fresh, key)
	return id, nil
}

// accept keeps what was added, undo forgets it with its transaction.
func (in *interned[K]) accept() { in.fresh = in.fresh[:0] }

func (in *interned[K]) undo() {
	for _, key := range in.fresh {
		delete(in.ids, key)
	}
	in.fresh = in.fresh[:0]
}

// loadInterned reads what is stored.
func (w *writer) loadInterned() error {
	err := query(background, w.conn, "SELECT id, name, fingerprint FROM plan", func(v []driver.Value) error {
		w.plans.put(planKey{v[1].(string), v[2].(string)}, v[0].(int64))
		return nil
	})
	if err != nil {
		return err
	}
	return query(background, w.conn, "SELECT id, host, version FROM worker", func(v []driver.Value) error {
		w.workers.put(workerKey{v[1].(string), v[2].(string)}, v[0].(int64))
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
		_, err = w.run(stmtInsertPlan, id, p.Name, p.Fingerprint, string(body))
		return err
	})
}

// workerID returns the number of a worker, storing it on first sight.
func (w *writer) workerID(key workerKey) (int64, error) {
	return w.workers.id(key, func(id int64) error {
		_, err := w.run(stmtInsertWorker, id, key.host, key.version)
		return err
	})
}
