// Package terminal knows what a terminal is, how wide text is on it and what it
// would obey: whatever users wrote goes through [Escape] before it gets there.
package terminal

import (
	"io"
	"os"

	"github.com/mattn/go-colorable"
	"github.com/mattn/go-isatty"
)

// Is reports whether what is written to w is shown on a terminal. A writer that
// wraps a file is none.
func Is(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// Redraws reports whether w is a terminal on which lines that were written can be
// written over: one whose TERM is dumb has no moves of the cursor.
func Redraws(w io.Writer) bool { return Is(w) && os.Getenv("TERM") != "dumb" }

// Writer returns a writer to w on which colours and moves of the cursor work, also
// on consoles of Windows that do not know them by themselves.
func Writer(w io.Writer) io.Writer {
	if f, ok := w.(*os.File); ok {
		return colorable.NewColorable(f)
	}
	return w
}

// Size returns the columns and rows of the terminal that w is. It reports false if
// w is none, or one that does not know.
func Size(w io.Writer) (columns, rows int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile {
		return 0, 0, false
	}
	columns, rows = size(f)
	return columns, rows, columns > 0 && rows > 0
}
