package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Report is what [Verify] found.
type Report struct {
	// Path is the file's path with links resolved.
	Path string
	// Runs, Tasks and Attempts count what was checked.
	Runs, Tasks, Attempts int64
	// Problems are what is wrong; none means that the file is as this program
	// wrote it.
	Problems []Problem
}

// Problem is one thing that is wrong with a file.
type Problem struct {
	// Table is the table in which it is; empty for the file as a whole.
	Table string
	// Run and Task are the IDs of the run and the task that it is about, if
	// they are known.
	Run, Task string
	// Text says what is wrong and what that means.
	Text string
}

// String returns the problem in one line.
func (p Problem) String() string {
	at := ""
	for _, part := range []struct{ name, value string }{{"table", p.Table}, {"run", p.Run}, {"task", p.Task}} {
		if part.value != "" {
			at += fmt.Sprintf("%s %q, ", part.name, part.value)
		}
	}
	if at == "" {
		return p.Text
	}
	return at[:len(at)-2] + ": " + p.Text
}

// Verify checks everything that is stored in a file, which a runner may own
// meanwhile, and changes nothing; see [Reader]. It checks the structure of the
// file, the checksum of every row, and that plans, runs and tasks fit together
// as the engine would leave them. It sees the file as it is at one moment.
//
// The error is about a file that cannot be read at all, as for [OpenReader];
// whatever else is wrong is in the report. One problem does not hide another,
// as long as that can still be read.
func Verify(ctx context.Context, path string) (*Report, error) {
	r, log, err := openChecked(ctx, path)
	if err != nil {
		return nil, err
	}
	var v *verifier
	err = r.read(ctx, func(c conn) error {
		v = newVerifier(ctx, c, r.Path())
		if log != nil {
			v.add(Problem{Text: log.Error()})
		}
		return v.verify()
	})
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	return v.report, nil
}

// verifier checks one snapshot of a file.
type verifier struct {
	ctx    context.Context
	c      conn
	report *Report
	plans  map[int64]*checkedPlan
}

func newVerifier(ctx context.Context, c conn, path string) *verifier {
	return &verifier{ctx: ctx, c: c, report: &Report{Path: path}, plans: map[int64]*checkedPlan{}}
}

// verify makes all checks. Its error is that of the context: what cannot be
// read is a problem and no error.
func (v *verifier) verify() error {
	for _, check := range []func(){
		v.checkSchema, v.checkIntegrity, v.checkReferences, v.checkSums,
		v.checkPlans, v.checkRuns, v.checkCallbacks, v.checkReplans,
	} {
		if check(); v.ctx.Err() != nil {
			return v.ctx.Err()
		}
	}
	return nil
}

// add adds a problem. Its texts can be shown, whatever the file holds.
func (v *verifier) add(p Problem) {
	p.Text = legible(p.Text, 4*mostText)
	for _, name := range []*string{&p.Table, &p.Run, &p.Task} { // an ID as it is, as far as it is one
		*name = strings.ToValidUTF8(*name, "\ufffd")
	}
	v.report.Problems = append(v.report.Problems, p)
}

// query runs a query to its end. If it fails, that is a problem of the table.
func (v *verifier) query(table, text string, row func(values []driver.Value) error, args ...driver.Value) {
	if err := query(v.ctx, v.c, text, row, args...); err != nil && v.ctx.Err() == nil {
		v.add(Problem{Table: table, Text: unread(err)})
	}
}

// unread says that something could not be read to its end.
func unread(err error) string {
	return "not all of it can be read, so more may be wrong: " + legible(err.Error(), mostText)
}

// ids returns the numbers that a query yields, which has to end with ORDER BY
// and one column. If it fails it is run again from the other end, so that
// what lies behind a damaged page is found as well.
func (v *verifier) ids(table, text string) (ids []int64) {
	collect := func(values []driver.Value) error {
		ids = append(ids, integer(values[0]))
		return nil
	}
	if err := query(v.ctx, v.c, text, collect); err != nil && v.ctx.Err() == nil {
		v.add(Problem{Table: table, Text: unread(err)})
		_ = query(v.ctx, v.c, text+" DESC", collect) // its error is the same one
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	return ids
}
