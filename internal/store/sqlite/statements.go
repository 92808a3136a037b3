package sqlite

import "database/sql/driver"

// The prepared statements of the writer.
const (
	stmtBegin = iota
	stmtCommit
	stmtRollback
	stmtInsertPlan
	stmtInsertWorker
	stmtCreateRun
	stmtEndRun
	stmtDecide
	stmtStart
	stmtRestart
	stmtEnd
	stmtRequeue
	stmtFinish
	stmtFinishWaiting
	stmtAddCallback
	stmtDropCallback
	statements
)

// statementTexts are the texts of the prepared statements. Each update names
// the state that the row has to be in: if it is not, no row is affected and
// the commit fails. Only a callback may be gone before it is dropped.
var statementTexts = [statements]string{
	stmtBegin:        "BEGIN IMMEDIATE",
	stmtCommit:       "COMMIT",
	stmtRollback:     "ROLLBACK",
	stmtInsertPlan:   "INSERT INTO plan (id, name, fingerprint, body) VALUES (?, ?, ?, ?)",
	stmtInsertWorker: "INSERT INTO worker (id, host, version) VALUES (?, ?, ?)",
	stmtCreateRun: `INSERT INTO run (num, id, plan, status, created, deadline, keys, vals)
		VALUES (?, ?, ?, 1, ?, ?, ?, ?)`,
	stmtEndRun: "UPDATE run SET status = ?, ended = ?, error = ? WHERE num = ? AND ended IS NULL",
	stmtDecide: `INSERT INTO step (id, run, state, decided, leaves, worker, started)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
	stmtStart: "INSERT INTO step (id, run, state, worker, started) VALUES (?, ?, 3, ?, ?)",
	stmtRestart: `UPDATE step SET state = 3, worker = ?, started = ?,
		outcome = NULL, ended = NULL, error = NULL, due = NULL WHERE id = ? AND state = 2`,
	stmtEnd: `UPDATE step SET state = ?, outcome = ?, ended = ?, closed = ?, due = ?, error = ?,
		interruptions = coalesce(?, interruptions), keys = ?, vals = ?
		WHERE id = ? AND state = 3 AND outcome IS NULL`,
	stmtRequeue: "UPDATE step SET state = 2 WHERE id = ? AND state = 4",
	stmtFinish: `UPDATE step SET state = ?, closed = ?, keys = ?, vals = ?
		WHERE id = ? AND state BETWEEN 2 AND 5`,
	stmtFinishWaiting: "INSERT INTO step (id, run, state, closed) VALUES (?, ?, ?, ?)",
	stmtAddCallback:   "INSERT INTO callback (run, task) VALUES (?, ?)",
	stmtDropCallback:  "DELETE FROM callback WHERE run = ? AND task = ?",
}

// run executes a prepared statement and returns how many rows it affected.
func (w *writer) run(statement int, args ...driver.Value) (int64, error) {
	w.args = w.args[:0]
	for i, a := range args {
		w.args = append(w.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	result, err := w.stmts[statement].ExecContext(background, w.args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// orNull returns NULL for the zero value.
func orNull[T comparable](v T) driver.Value {
	var zero T
	if v == zero {
		return nil
	}
	return v
}
