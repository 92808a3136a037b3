package sqlite

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// checkSchema compares tables, indexes and views with those that this program
// would make.
func (v *verifier) checkSchema() {
	found, err := differences(v.ctx, v.c)
	for _, d := range found {
		v.add(Problem{Table: "sqlite_schema", Text: d.String()})
	}
	if err != nil && v.ctx.Err() == nil {
		v.add(Problem{Table: "sqlite_schema", Text: unread(err)})
	}
}

// checkIntegrity has SQLite check pages and indexes. It does not look at CHECK
// constraints in a file that it may only read; the checksums see to the rows.
func (v *verifier) checkIntegrity() {
	const most = 1000
	roots := map[int64]string{}
	v.query("sqlite_schema", "SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0",
		func(values []driver.Value) error {
			roots[integer(values[0])] = text(values[1])
			return nil
		})
	v.query("", fmt.Sprintf("PRAGMA integrity_check(%d)", most), func(values []driver.Value) error {
		for line := range strings.Lines(text(values[0])) {
			line = strings.TrimSpace(line)
			if line != "ok" && !strings.HasPrefix(line, "*** in database ") {
				v.add(Problem{
					Table: tableOf(line, roots),
					Text:  "the structure of the file is damaged: " + legible(line, mostText),
				})
			}
		}
		return nil
	})
}

// tableOf returns the table that a line of the integrity check is about, if it
// names the root page of one.
func tableOf(line string, roots map[int64]string) string {
	var root int64
	if _, err := fmt.Sscanf(line, "Tree %d ", &root); err != nil {
		return ""
	}
	return roots[root]
}

// checkReferences finds rows that refer to rows that are not there.
func (v *verifier) checkReferences() {
	v.query("", "PRAGMA foreign_key_check", func(values []driver.Value) error {
		table := text(values[0])
		p := v.locate(table, integer(values[1]))
		p.Text = fmt.Sprintf("a row refers to a row of table %q that does not exist", text(values[2]))
		v.add(p)
		return nil
	})
}

// checkSums finds rows that are not as this program wrote them.
func (v *verifier) checkSums() {
	// The error is that of the context, which verify looks at.
	_ = checkSums(v.ctx, v.c, func(table string, id int64, what string) {
		p := v.locate(table, id)
		p.Text = what
		v.add(p)
	})
}

// locate returns a problem of a row, which names the run and the task that the
// row is about as far as they can be read.
func (v *verifier) locate(table string, id int64) Problem {
	p := Problem{Table: table}
	if id == 0 {
		return p
	}
	switch table {
	case "run":
		p.Run, _ = v.runOf(id)
	case "replan":
		p.Run, _ = v.runOf(id >> runShift)
	case "step", "callback":
		run, planID := v.runOf(id >> runShift)
		p.Run, p.Task = run, v.plan(planID).taskName(int(id>>taskShift&taskMask))
	}
	return p
}

// runOf returns the ID of a run, or its number if it cannot be read, and the
// number of its plan.
func (v *verifier) runOf(num int64) (id string, planID int64) {
	_ = query(v.ctx, v.c, "SELECT id, plan FROM run WHERE num = ?", func(values []driver.Value) error {
		id, planID = text(values[0]), integer(values[1])
		return nil
	}, num)
	if id == "" {
		id = fmt.Sprintf("number %d", num)
	}
	return id, planID
}
