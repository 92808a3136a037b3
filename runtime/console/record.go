package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/rs/zerolog"

	"github.com/cloacina-go/cloacina/internal/terminal"
)

// The fields of the runtime that have a part in how a line looks.
const (
	fieldComponent = "component"
	fieldRun       = "run"
	fieldWorkflow  = "workflow"
	fieldTask      = "task"
	fieldAttempt   = "attempt"

	// ours is how the runtime's components begin.
	ours = "cloacina::"
)

// record is one event of a logger.
type record struct {
	message   string
	component string
	task      string
	fields    []field // the others, and task, in their order
}

// field is a field with its text, which is JSON unless it is a string.
type field struct{ name, value string }

var errNoRecord = errors.New("not a JSON object")

// parse reads the JSON that zerolog has made of an event. The level comes with
// the call, and the time is that of writing.
func parse(p []byte) (*record, error) {
	dec := json.NewDecoder(bytes.NewReader(p))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, errNoRecord
	}
	r := &record{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, err
		}
		r.add(name.(string), raw)
	}
	_, err := dec.Token()
	return r, err
}

func (r *record) add(name string, raw json.RawMessage) {
	text := string(raw)
	if raw[0] == '"' {
		_ = json.Unmarshal(raw, &text) // it was decoded once already
	}
	switch name {
	case zerolog.LevelFieldName, zerolog.TimestampFieldName:
		return
	case zerolog.MessageFieldName:
		r.message = text
		return
	case fieldComponent:
		r.component = text
		return
	case fieldTask:
		r.task = text
	}
	r.fields = append(r.fields, field{name, text})
}

// fromRuntime reports whether the runtime has written it, whose messages say which
// task they are about.
func (r *record) fromRuntime() bool { return strings.HasPrefix(r.component, ours) }

// part is the part of the program that a record is from.
func (r *record) part(name string) string {
	switch {
	case r.component != "":
		return terminal.Escape(strings.TrimPrefix(r.component, ours))
	case r.task != "":
		return terminal.Escape(r.task)
	default:
		return terminal.Escape(name)
	}
}

// uuidLength is that of the IDs that runs have by default.
const uuidLength = 36

// show returns the text of a field, and whether it says more than the line does
// without it. The ID of the run is whole where somebody may have to act on it, and
// else its end is enough to tell runs apart.
func (f field) show(r *record, level zerolog.Level) (text string, shown bool) {
	switch f.name {
	case fieldRun:
		if asks := level >= zerolog.WarnLevel && r.task == ""; !asks && len(f.value) == uuidLength {
			return "…" + f.value[uuidLength-8:], true
		}
	case fieldTask:
		return f.value, r.component != "" && !r.fromRuntime()
	case fieldWorkflow:
		return f.value, r.task == ""
	case fieldAttempt:
		return f.value, !r.fromRuntime() && (r.task == "" || f.value != "1")
	case "delay", "callbacks", "running":
		return f.value, !r.fromRuntime()
	}
	return f.value, true
}

// quoted returns text as it stands in a line: in quotes if its end could not be
// seen otherwise, or a terminal would obey some of it.
func quoted(text string) string {
	switch printable := terminal.Printable(text); {
	case printable && text != "" && !strings.ContainsAny(text, " =\"`\\"):
		return text
	case printable && strings.ContainsAny(text, `"\`) && strconv.CanBackquote(text):
		return "`" + text + "`"
	default:
		return strconv.Quote(text)
	}
}
