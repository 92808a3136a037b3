package annotations

// Finding is one thing the parser or the checker has to say about the source.
type Finding struct {
	// Code is the stable code; its severity is in the table of codes.
	Code Code
	// Span is what the finding is about, exact to the byte column.
	Span Span
	// Message is one line: what is wrong and, where it fits, how to repair it.
	Message string
	// Table shows the case that the finding is about; nil without one.
	Table *Table
	// Related are other places that explain the finding.
	Related []Related
	// Fixes are edits, any one of which repairs it.
	Fixes []Fix
}

// Table is a small table that shows a case, such as the outcomes and values of
// a run.
type Table struct {
	// Head are the titles of the columns; nil without.
	Head []string
	// Rows are the lines, each with at most as many cells as there are columns.
	Rows [][]string
}

// Related is a second place that belongs to a finding.
type Related struct {
	// Span is the place.
	Span Span
	// Message says what stands there, such as "fetch_data is declared here".
	Message string
}

// Fix is a repair a machine can apply.
type Fix struct {
	// Message says what the fix does, such as `change to "process_data"`.
	Message string
	// Edits are applied together; they do not overlap.
	Edits []Edit
}

// Edit replaces a span by a text.
type Edit struct {
	// Span is what is replaced; empty for an insertion.
	Span Span
	// New is the replacement.
	New string
}
