package annotations

import "fmt"

// Pos is a place in a source file.
type Pos struct {
	// Offset is the byte offset, from 0.
	Offset int
	// Line is the line number, from 1.
	Line int
	// Column is the byte column, from 1.
	Column int
}

// Span is a stretch of one source file. End is exclusive.
type Span struct {
	// File is the name of the file as it was given to the parser.
	File string
	// Start is the first byte.
	Start Pos
	// End is the byte after the last one.
	End Pos
}

// String returns "file:line:column" of the start, the form editors parse.
func (s Span) String() string {
	return fmt.Sprintf("%s:%d:%d", s.File, s.Start.Line, s.Start.Column)
}
