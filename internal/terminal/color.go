package terminal

import "os"

// Style is how text looks, as the parameters of the escape sequence that says so.
type Style string

// The styles. They are among the sixteen colours that every user has chosen for
// a terminal of theirs, so they are readable on dark and light ones.
const (
	Plain  Style = ""
	Bold   Style = "1"
	Dim    Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
	Blue   Style = "34"
	Cyan   Style = "36"
)

// Paint returns the text in the style.
func (s Style) Paint(text string) string {
	if s == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// WantsColor decides about colours: a NO_COLOR that is not empty means none, then a
// FORCE_COLOR that is neither empty nor 0 nor false means colours, then a TERM
// that is dumb means none, and else it depends on whether there is a terminal.
func WantsColor(isTerminal bool) bool {
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	switch os.Getenv("FORCE_COLOR") {
	case "":
	case "0", "false":
		return false
	default:
		return true
	}
	return isTerminal && os.Getenv("TERM") != "dumb"
}
