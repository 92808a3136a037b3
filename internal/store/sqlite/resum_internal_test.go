package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
)

// SumRows makes the checksums of all rows fit.
func SumRows(db *sql.DB) error {
	for _, l := range summed {
		fitting, err := fittingSums(db, l)
		if err != nil {
			return err
		}
		for id, sum := range fitting {
			if _, err := db.Exec(fmt.Sprintf("UPDATE %s SET sum = ? WHERE %s = ?", l.table, l.id), sum, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// fittingSums returns the checksums of the rows of a table by their ids.
func fittingSums(db *sql.DB, l *layout) (fitting map[int64]int64, err error) {
	rows, err := db.Query("SELECT " + l.columns() + " FROM " + l.table)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var sums summer
	fitting = map[int64]int64{}
	for rows.Next() {
		columns, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		scanned, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range scanned {
			into[i] = &scanned[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		values := make([]driver.Value, len(columns))
		for i, v := range scanned {
			values[i] = v
		}
		fitting[integer(values[0])] = sums.row(l, integer(values[0]), values[2:])
	}
	return fitting, rows.Err()
}

// SumLog makes the checksums of a log fit, from its header to its last frame.
func SumLog(log []byte) {
	const frame = frameHeaderSize + pageSize
	sum := walSum{order: binary.LittleEndian}
	if binary.BigEndian.Uint32(log)&1 == 1 {
		sum.order = binary.BigEndian
	}
	put := func(b []byte) {
		binary.BigEndian.PutUint32(b, sum.s1)
		binary.BigEndian.PutUint32(b[4:], sum.s2)
	}
	sum.add(log[:24])
	put(log[24:])
	for at := walHeaderSize; at+frame <= len(log); at += frame {
		f := log[at : at+frame]
		copy(f[8:16], log[16:24])
		sum.add(f[:8])
		sum.add(f[frameHeaderSize:])
		put(f[16:])
	}
}
