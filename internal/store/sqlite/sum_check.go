package sqlite

import (
	"context"
	"database/sql/driver"
)

// summed are the tables whose rows carry sums.
var summed = []*layout{
	&layoutPlan, &layoutWorker, &layoutRun, &layoutReplan, &layoutPurged, &layoutStep, &layoutCallback,
}

// checkSums computes the sum of every row and calls found for each that does
// not fit, with the row's id; the id of a callback is that of a step with the
// number 0. A table that cannot be read to its end is read from its end, too,
// so that one bad page hides as little as possible; found is then called with
// the id 0 and the error. The error is that of ctx.
func checkSums(ctx context.Context, c conn, found func(table string, id int64, text string)) error {
	for _, l := range summed {
		last, err := checkTable(ctx, c, l, "", found)
		if err != nil && ctx.Err() == nil {
			found(l.table, 0, "the table cannot be read completely: "+err.Error())
			_, _ = checkTable(ctx, c, l, " DESC", func(table string, id int64, text string) {
				if id > last {
					found(table, id, text)
				}
			})
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// checkTable checks the rows of a table in the order of their ids, and returns
// the id of the last one that could be read.
func checkTable(
	ctx context.Context, c conn, l *layout, direction string, found func(table string, id int64, text string),
) (last int64, err error) {
	var s summer
	err = query(ctx, c, "SELECT "+l.columns()+" FROM "+l.table+" ORDER BY 1"+direction, func(v []driver.Value) error {
		last = integer(v[0])
		if _, err := s.check(l, v); err != nil {
			row := "the row"
			if l == &layoutStep {
				row = l.row(last)
			}
			found(l.table, last, row+" does not fit its checksum: something else than this program changed it")
		}
		return nil
	})
	return last, err
}
