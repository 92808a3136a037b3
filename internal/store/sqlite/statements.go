package sqlite

import (
	"database/sql/driver"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

// The prepared statements of the writer. Those up to stmtCreateRun are prepared
// when a file is opened, the others when they are first needed: preparing all of
// them takes longer than all else that opening does.
const (
	stmtBegin = iota
	stmtCommit
	stmtRollback
	stmtCreateRun
	stmtInsertPlan
	stmtInsertWorker
	stmtEndRun
	stmtMoveRun
	stmtReplan
	stmtAddReplan
	stmtDropStep
	stmtAddStep
	stmtDecide
	stmtSkip
	stmtDecideAndStart
	stmtStart
	stmtStartDecided
	stmtRestart
	stmtCountInterruption
	stmtEnd
	stmtComplete
	stmtRequeue
	stmtCancel
	stmtCancelWaiting
	stmtAddCallback
	stmtDropCallback
	stmtDeleteSteps
	stmtDeleteReplans
	stmtDeleteRun
	stmtDeletePlan
	stmtNotePurged
	statements
)

// statementTexts are the texts of the prepared statements. Each update names
// the state that the row has to be in: if it is not, no row is affected and
// the commit fails. Only a callback may be gone before it is dropped.
//
// What happens to every task of every run has statements of its own, since a
// third of the time goes into passing parameters. They leave out what is NULL
// and stays so.
var statementTexts = [statements]string{
	stmtBegin:        beginText(),
	stmtCommit:       "COMMIT",
	stmtRollback:     "ROLLBACK",
	stmtInsertPlan:   "INSERT INTO plan (id, sum, name, fingerprint, body) VALUES (?, ?, ?, ?, ?)",
	stmtInsertWorker: "INSERT INTO worker (id, sum, host, version) VALUES (?, ?, ?, ?)",
	stmtCreateRun: `INSERT INTO run (num, sum, id, plan, created, deadline, keys, vals, status)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)`,
	stmtEndRun: "UPDATE run SET status = ?, ended = ?, " + addToSum + `
		WHERE num = ? AND status = 1 AND ended IS NULL`,
	stmtMoveRun: "UPDATE run SET status = ?, cause = ?, ended = ?, error = ?, " + addToSum + `
		WHERE num = ? AND status = ? AND ended IS NULL`,
	stmtReplan:    "UPDATE run SET plan = ?, " + addToSum + " WHERE num = ? AND status = ? AND ended IS NULL",
	stmtAddReplan: "INSERT INTO replan (id, sum, at, old, new) VALUES (?, ?, ?, ?, ?)",
	stmtDropStep:  "DELETE FROM step WHERE id = ?",
	stmtAddStep: "INSERT INTO step (id, sum, " + layoutStep.names() + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	stmtDecide: "INSERT INTO step (id, sum, decided, leaves, state) VALUES (?, ?, ?, ?, 2)",
	stmtSkip:   "INSERT INTO step (id, sum, decided, leaves, state) VALUES (?, ?, ?, ?, 8)",
	stmtDecideAndStart: `INSERT INTO step (id, sum, decided, leaves, worker, started, state)
		VALUES (?, ?, ?, ?, ?, ?, 3)`,
	stmtStart:        "INSERT INTO step (id, sum, worker, started, state) VALUES (?, ?, ?, ?, 3)",
	stmtStartDecided: "UPDATE step SET state = 3, worker = ?, started = ?, " + addToSum + " WHERE id = ? AND state = 2",
	stmtRestart: "UPDATE step SET state = 3, worker = ?, started = ?, " + addToSum + `,
		outcome = NULL, ended = NULL, due = NULL, error = NULL WHERE id = ? AND state = 2`,
	stmtCountInterruption: "UPDATE step SET interruptions = ?, " + addToSum + " WHERE id = ? AND state = 3",
	stmtEnd: "UPDATE step SET outcome = ?, ended = ?, due = ?, error = ?, state = ?, " + addToSum + `
		WHERE id = ? AND state = 3 AND outcome IS NULL`,
	stmtComplete: "UPDATE step SET outcome = 1, ended = ?, keys = ?, vals = ?, state = 6, " + addToSum + `
		WHERE id = ? AND state = 3 AND outcome IS NULL`,
	stmtRequeue:       "UPDATE step SET state = 2, " + addToSum + " WHERE id = ? AND state = 4",
	stmtCancel:        "UPDATE step SET state = 9, closed = ?, " + addToSum + " WHERE id = ? AND state = ?",
	stmtCancelWaiting: "INSERT INTO step (id, sum, closed, state) VALUES (?, ?, ?, 9)",
	stmtAddCallback:   "INSERT INTO callback (sum, run, task) VALUES (?, ?, ?)",
	stmtDropCallback:  "DELETE FROM callback WHERE run = ? AND task = ?",
	stmtDeleteSteps:   "DELETE FROM step WHERE id >= ? AND id < ?",
	stmtDeleteReplans: "DELETE FROM replan WHERE id >= ? AND id < ?",
	stmtDeleteRun:     "DELETE FROM run WHERE num = ? AND ended IS NOT NULL",
	stmtDeletePlan:    "DELETE FROM plan WHERE id = ?",
	stmtNotePurged: `INSERT INTO purged (id, sum, last) VALUES (1, ?, ?)
		ON CONFLICT DO UPDATE SET sum = excluded.sum, last = excluded.last`,
}

// beginText takes the lock to write at once: whoever reads first may have to write on
// what has changed since.
func beginText() string {
	if teeth.Has(teeth.DeferredBegin) {
		return "BEGIN"
	}
	return "BEGIN IMMEDIATE"
}

// run executes a prepared statement and returns how many rows it affected.
func (w *writer) run(statement int, args ...driver.Value) (int64, error) {
	if w.stmts[statement] == nil {
		var err error
		if w.stmts[statement], err = w.prepare(statementTexts[statement]); err != nil {
			return 0, err
		}
	}
	return execute(w.stmts[statement], w.named.of(args))
}

// prepare prepares a statement.
func (w *writer) prepare(text string) (stmt, error) {
	prepared, err := w.conn.PrepareContext(background, text)
	if err != nil {
		return nil, fmt.Errorf("prepare %.40q: %w", text, err)
	}
	return prepared.(stmt), nil
}

// named are arguments in the form that the driver wants, whose numbers stay.
type named []driver.NamedValue

// of returns arguments in that form, until the next call.
func (n *named) of(args []driver.Value) []driver.NamedValue {
	for len(*n) < len(args) {
		*n = append(*n, driver.NamedValue{Ordinal: len(*n) + 1})
	}
	for i, a := range args {
		(*n)[i].Value = a
	}
	return (*n)[:len(args)]
}

// execute executes a prepared statement and returns how many rows it affected.
func execute(s stmt, args []driver.NamedValue) (int64, error) {
	result, err := s.ExecContext(background, args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// scratch returns a slice that is used again by the next call.
func (w *writer) scratch(values ...driver.Value) []driver.Value {
	w.values = append(w.values[:0], values...)
	return w.values
}

// orNull returns NULL for the zero value.
func orNull[T comparable](v T) driver.Value {
	var zero T
	if v == zero {
		return nil
	}
	return v
}
