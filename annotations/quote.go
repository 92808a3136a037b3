package annotations

import (
	"strconv"
	"strings"
)

// longestQuoted bounds what a message repeats of the source, in bytes.
const longestQuoted = 60

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
