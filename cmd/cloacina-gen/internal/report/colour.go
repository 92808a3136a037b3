package report

import (
	"io"
	"os"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/mattn/go-isatty"
)

// The ANSI styles in use.
const (
	bold    = "1"
	faint   = "2"
	red     = "1;31"
	yellow  = "1;33"
	cyan    = "1;36"
	noStyle = ""
)

// IsTerminal reports whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// WantsColour reports whether text for w should be coloured: w is a terminal
// that is not dumb, and NO_COLOR (https://no-color.org) is not set.
func WantsColour(w io.Writer, getenv func(string) string) bool {
	return colourful(getenv) && IsTerminal(w)
}

// colourful reports whether the environment allows colours.
func colourful(getenv func(string) string) bool {
	return getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

func (p *Printer) paint(style, text string) string {
	if !p.Colour || style == noStyle {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func severityStyle(s annotations.Severity) string {
	switch s {
	case annotations.SeverityWarning:
		return yellow
	case annotations.SeverityHint:
		return cyan
	}
	return red
}

func severityWord(s annotations.Severity) string {
	switch s {
	case annotations.SeverityWarning:
		return "warning"
	case annotations.SeverityHint:
		return "hint"
	}
	return "error"
}
