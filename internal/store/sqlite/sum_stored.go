package sqlite

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// stored returns what a group of a stored row adds to the row's sum, with its
// columns. It is for groups whose old values are not known otherwise. A column
// that was damaged counts as it is read, so that the sum stays wrong.
func (w *writer) stored(l *layout, index int, id int64) (sum int64, columns []driver.Value, err error) {
	text := "SELECT " + strings.Join(l.groups[index], ", ") + " FROM " + l.table + " WHERE " + l.id + " = ?"
	err = query(background, w.conn, text, func(v []driver.Value) error {
		columns = append([]driver.Value{}, v...)
		return nil
	}, id)
	if err == nil && columns == nil {
		err = fmt.Errorf("%w: row %d of table %s is gone", ErrDamaged, id, l.table)
	}
	return w.sums.group(l, index, id, columns...), columns, err
}
