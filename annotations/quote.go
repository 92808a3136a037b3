package annotations

import (
	"strconv"
	"strings"
	"unicode"
)

// longestQuoted bounds what a message repeats of the source, in bytes.
const longestQuoted = 60

// short returns source text for a message without quotes: cut when it is long,
// with a replacement character for what cannot be printed.
func short(s string) string {
	tail := ""
	if len(s) > longestQuoted {
		s, tail = strings.ToValidUTF8(s[:longestQuoted], ""), "..."
	}
	return strings.Map(printable, s) + tail
}

func printable(r rune) rune {
	if !unicode.IsPrint(r) {
		return unicode.ReplacementChar
	}
	return r
}

// quoted returns source text for a message: in quotes, control characters
// escaped, cut when it is long.
func quoted(s string) string {
	tail := ""
	if len(s) > longestQuoted {
		s, tail = strings.ToValidUTF8(s[:longestQuoted], ""), "..."
	}
	if strings.Contains(s, `"`) && strconv.CanBackquote(s) {
		return "`" + s + "`" + tail
	}
	return strconv.Quote(s) + tail
}
