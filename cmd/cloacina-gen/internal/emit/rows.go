package emit

import "strings"

// row is a field of a struct type with its type laid out.
type row struct {
	member
	laid
	// apart has an empty line before it.
	apart bool
}

// tagged reports whether the type stands on one line and a tag behind it.
func (r row) tagged() bool { return r.tag.width > 0 && !r.lines }

// cell is the width of what stands before the first alignment: the name, or the
// type of an embedded field before its tag. It is false for an embedded field
// without a tag.
func (r row) cell() (int, bool) {
	switch {
	case r.name.width > 0:
		return r.name.width, true
	case r.tagged():
		return r.typ.flat(), true
	}
	return 0, false
}

// alignRows lays fields out with their types and tags in columns as gofmt has
// them. An empty line ends the columns, and so does a type of several lines.
func alignRows(rows []row) []laid {
	var out []laid
	alone := len(rows) == 1
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && !rows[n].apart && !rows[n-1].lines {
			n++
		}
		if rows[0].apart {
			out = append(out, emptyLine)
		}
		out = append(out, columnsOf(rows[:n], alone)...)
		rows = rows[n:]
	}
	return out
}

// columnsOf lays out rows that nothing separates.
func columnsOf(rows []row, alone bool) []laid {
	names, types := make([]int, len(rows)), make([]int, len(rows))
	if !alone {
		names = widest(rows, row.cell)
		types = widest(rows, func(r row) (int, bool) { return r.typ.flat(), r.name.width > 0 && r.tagged() })
	}
	out := make([]laid, len(rows))
	for i, r := range rows {
		out[i] = r.columns(names[i], types[i])
	}
	return out
}

// widest returns for each row the widest cell among its neighbours that have one.
func widest(rows []row, cell func(row) (int, bool)) []int {
	out := make([]int, len(rows))
	for i := 0; i < len(rows); {
		end, width := i, 0
		for ; end < len(rows); end++ {
			w, ok := cell(rows[end])
			if !ok {
				break
			}
			width = max(width, w)
		}
		for ; i < end; i++ {
			out[i] = width
		}
		i++ // the row without a cell
	}
	return out
}

// columns lays the row out with columns of the given widths.
func (r row) columns(names, types int) laid {
	var parts []laid
	pad := func(have, want int) laid { return raw(strings.Repeat(" ", max(want-have, 0)+1)) }
	if r.name.width > 0 {
		parts = append(parts, raw(r.name.text), pad(r.name.width, names))
	}
	parts = append(parts, r.laid)
	switch {
	case r.tag.width == 0:
	case r.lines:
		parts = append(parts, raw(" "))
	case r.name.width > 0:
		parts = append(parts, pad(r.typ.flat(), types))
	default:
		parts = append(parts, pad(r.typ.flat(), names))
	}
	if r.tag.width > 0 {
		parts = append(parts, raw(r.tag.text))
	}
	return join(parts...)
}
