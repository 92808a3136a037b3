package sqlite

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostText is how many bytes of a text that may come from a damaged file are
// shown: messages of SQLite quote whole definitions of views.
const mostText = 400

// legible returns a text in one line that can be shown anywhere, whatever bytes
// of a damaged file are in it. It shortens it to about so many bytes.
func legible(text string, most int) string {
	var b strings.Builder
	for rest := text; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		switch {
		case b.Len() >= most:
			return fmt.Sprintf("%s... (%d bytes)", &b, len(text))
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, rest[0])
		case r == '\n':
			b.WriteByte(' ')
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(rest[:n])
		}
		rest = rest[n:]
	}
	return b.String()
}

// legibleError is an error whose text is made [legible].
type legibleError struct{ error }

// Error returns the text, shorter if SQLite may quote the file in it.
func (e legibleError) Error() string {
	if code(e.error) != 0 {
		return legible(e.error.Error(), mostText/2)
	}
	return legible(e.error.Error(), 4*mostText)
}

// Unwrap returns the error itself.
func (e legibleError) Unwrap() error { return e.error }
