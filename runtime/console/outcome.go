package console

import (
	"strings"

	"github.com/cloacina-go/cloacina/internal/terminal"
)

// outcomes are the beginnings of the runtime's messages that tell what became of
// something.
var outcomes = []struct {
	message string
	style   terminal.Style
}{
	{"Task completed", terminal.Green},
	{"Task failed", terminal.Red},
	{"Task abandoned", terminal.Red},
	{"Task will be retried", terminal.Yellow},
	{"Task stopped", terminal.Yellow},
	{"Task interrupted", terminal.Yellow},
	{"Task skipped", terminal.Dim},
	{"Pipeline completed", terminal.Green},
	{"Pipeline failed", terminal.Red},
	{"Pipeline cancelled", terminal.Yellow},
	{"Pipeline blocked", terminal.Red},
	{"Pipeline unblocked", terminal.Green},
}

// outcomeStyle is how the message of a record looks.
func outcomeStyle(r *record) terminal.Style {
	if !r.fromRuntime() {
		return terminal.Plain
	}
	for _, o := range outcomes {
		if strings.HasPrefix(r.message, o.message) {
			return o.style
		}
	}
	return terminal.Plain
}
