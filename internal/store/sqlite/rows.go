package sqlite

import (
	"database/sql/driver"
	"errors"
	"strings"

	lib "modernc.org/sqlite/lib"
)

// A statement that inserts several rows takes a quarter less time for each than
// statements that insert one. Decisions and starts of attempts are therefore put
// aside, and their rows inserted together at the end of a batch. Nothing depends on
// the order of rows that are about different steps; what comes later about the same
// row has them inserted first.

// rowStatements are the statements whose rows are put aside.
var rowStatements = [...]int{stmtDecide, stmtSkip, stmtDecideAndStart, stmtStart}

// mostRows is how many rows a statement inserts at most. More would not be faster.
const mostRows = 64

// rowCount returns how many of some rows a statement inserts. There are statements
// for few counts only, since each takes memory. Two rows are not worth one.
func rowCount(rows int) int {
	switch {
	case rows >= mostRows:
		return mostRows
	case rows >= 16:
		return rows &^ 15
	case rows >= 3:
		return rows
	}
	return 1
}

// rows are the rows of one of the rowStatements that are put aside.
type rows struct {
	ops   []*op
	args  []driver.Value     // those of all ops
	stmts [mostRows + 1]stmt // by how many rows they insert
}

// rowsOf returns where the rows of a statement are put aside; nil if they are not.
func (w *writer) rowsOf(kind int) *rows {
	for i, statement := range rowStatements {
		if statement == kind {
			return &w.rows[i]
		}
	}
	return nil
}

// write executes the statements of the batch.
func (w *writer) write() error {
	for i := range w.rows {
		w.rows[i].empty() // what a batch has left that failed
	}
	for i := range w.ops.ops {
		o := &w.ops.ops[i]
		if o.late || o.kind == stmtReplan {
			if err := w.insertRows(); err != nil {
				return err
			}
		}
		aside := w.rowsOf(o.kind)
		if aside == nil {
			if err := w.apply(o); err != nil {
				return err
			}
			continue
		}
		args, err := w.arguments(o)
		if err != nil {
			return explainOp(o, err)
		}
		aside.ops = append(aside.ops, o)
		aside.args = append(aside.args, args...)
	}
	return w.insertRows()
}

// insertRows inserts all rows that were put aside.
func (w *writer) insertRows() error {
	for i := range w.rows {
		r := &w.rows[i]
		for done := 0; done < len(r.ops); {
			n, err := w.insertSome(rowStatements[i], r, done)
			if err != nil {
				return err
			}
			done += n
		}
		r.empty()
	}
	return nil
}

// insertSome inserts as many rows, from one on, as one statement can, and returns
// how many.
func (w *writer) insertSome(kind int, r *rows, from int) (n int, err error) {
	width := len(r.args) / len(r.ops)
	if count := rowCount(len(r.ops) - from); count > 1 {
		s, err := w.rowsStatement(kind, r, count)
		if err != nil {
			return 0, err
		}
		affected, err := execute(s, w.named.of(r.args[from*width:(from+count)*width]))
		switch {
		case err == nil && affected == int64(count):
			return count, nil
		case err != nil && code(err) != lib.SQLITE_CONSTRAINT:
			return 0, explainOp(r.ops[from], err)
		}
		// What is wrong is found row by row; none of them is there.
	}
	return 1, w.insertRow(r.ops[from], r.args[from*width:(from+1)*width])
}

// insertRow inserts one row.
func (w *writer) insertRow(o *op, args []driver.Value) error {
	if err := w.execute(o, args); err != nil {
		return explainOp(o, err)
	}
	return nil
}

// rowsStatement returns the statement that inserts a count of rows. It is prepared
// when it is first needed.
func (w *writer) rowsStatement(kind int, r *rows, count int) (stmt, error) {
	if r.stmts[count] != nil {
		return r.stmts[count], nil
	}
	head, row, _ := strings.Cut(statementTexts[kind], "VALUES ")
	var err error
	r.stmts[count], err = w.prepare(head + "VALUES " + row + strings.Repeat(", "+row, count-1))
	return r.stmts[count], err
}

// empty forgets the rows.
func (r *rows) empty() {
	clear(r.ops)
	clear(r.args)
	r.ops, r.args = r.ops[:0], r.args[:0]
}

// close closes the statements.
func (r *rows) close() error {
	var errs []error
	for _, s := range r.stmts {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}
