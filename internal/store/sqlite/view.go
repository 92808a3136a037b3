package sqlite

import (
	"database/sql/driver"
	"time"

	"github.com/cloacina-go/cloacina/internal/teeth"
	lib "modernc.org/sqlite/lib"
)

// The connection that writes keeps its view of the file between small commits: the
// read transaction that each of them would begin and end. It is four of the six
// locks that such a commit takes and gives back, each a system call, and the first
// page of the file is read once instead of each time.
//
// SQLite stays in a read transaction as long as a query has not been read to its end,
// and a transaction that writes begins and ends inside it. Nobody is kept from
// reading by that, or from writing. The log cannot begin anew meanwhile and is not
// copied beyond what the view sees; so the view is left when the log is looked at,
// which is often, and by a store that has nothing to do.
//
// The first commits have none, since the query has to be prepared: a process that stores
// little is not to wait for that.
//
// If another program writes, the view is an old one, and one that is being written
// to is not waited for: then it is left, and the transaction begins without.

// viewRest is after how long a view is left that nobody uses, at the latest in twice
// that time. Tests change it before they begin.
var viewRest = 20 * time.Millisecond

// viewAfter is how many commits have no view. Tests change it before they begin.
var viewAfter = int64(4)

// viewText is a query that has more than one row, so that it can be left unread.
const viewText = "SELECT 1 FROM sqlite_schema"

// view is what keeps a connection in a read transaction.
type view struct {
	query stmt        // prepared when it is first needed
	rows  driver.Rows // not read to their end; nil if there is no view
}

// keepView has the connection keep its view from now on. If it cannot, what is read and
// written later says why.
func (w *writer) keepView() {
	if w.view.rows != nil {
		return
	}
	if w.view.query == nil {
		query, err := w.prepare(viewText)
		if err != nil {
			return
		}
		w.view.query = query
	}
	if rows, err := w.view.query.QueryContext(background, nil); err == nil {
		w.view.rows = rows
	}
}

// leaveView ends the read transaction, if there is one.
func (w *writer) leaveView() {
	if w.view.rows != nil {
		_ = w.view.rows.Close() // repeats what the query has said
		w.view.rows = nil
	}
}

// begin begins a transaction that writes.
func (w *writer) begin() error {
	_, err := w.run(stmtBegin)
	if w.view.rows != nil && code(err) == lib.SQLITE_BUSY && !teeth.Has(teeth.OldViewKept) {
		w.leaveView()
		_, err = w.run(stmtBegin)
	}
	return err
}

// rest leaves the view of a store that has nothing to do.
type rest struct {
	timer *time.Timer // nil if there is nothing to leave
	used  bool        // the view was used since the timer was set
}

// restLater sees to it that the view is left some time after it was used last.
func (s *Store) restLater() {
	r := &s.rest
	if r.used = r.timer != nil; !r.used {
		r.timer = time.AfterFunc(viewRest, s.restNow)
	}
}

// restNow leaves the view, unless it was used since the timer was set.
func (s *Store) restNow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.rest
	switch {
	case s.closed.Load():
	case r.used:
		r.used = false
		r.timer.Reset(viewRest)
	default:
		r.timer = nil
		s.w.leaveView()
	}
}
