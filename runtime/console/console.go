// Package console makes loggers for programs that people start: on a terminal
// they write lines for a person, and everywhere else JSON for a machine.
//
//	log := console.New(os.Stderr)
//	r, err := cloacina.Open(ctx, "orders.db", cloacina.Config{Logger: log})
//
// A line has the time, the level, the part of the program, the message and the
// fields that say more than the message:
//
//	15:04:05 INFO  scheduler Task ready: fetch (dependencies satisfied, trigger rules passed)
//	15:04:06 WARN  executor  Task will be retried: fetch (attempt 1 failed, next attempt in 1s) error=down
//	15:04:07 INFO  fetch     asking again url=https://example.com
//
// The part is that of the runtime, or the task whose logger
// ([cloacina.TaskInfo.Logger]) it is. Levels and outcomes have colours.
//
// Whatever a message, a field or an error says, it cannot take over the terminal
// or forge a line: control characters are written as escapes, such as \x1b. Text of
// several lines, such as the stack of a panic, follows its line, indented.
package console

import (
	"io"

	"github.com/rs/zerolog"

	"github.com/cloacina-go/cloacina/internal/terminal"
)

// Format is what a logger writes.
type Format uint8

const (
	// Auto is Lines on a terminal and JSON elsewhere.
	Auto Format = iota
	// Lines are for people.
	Lines
	// JSON is one object a line, with the time in the field "time".
	JSON
)

// Color says whether lines have colours.
type Color uint8

const (
	// ByEnvironment colours lines on a terminal, unless it says that it is dumb
	// (TERM). NO_COLOR, if not empty, forbids colours, and FORCE_COLOR, if neither
	// empty nor "0" nor "false", asks for them; of both, the first counts.
	ByEnvironment Color = iota
	// Always colours lines.
	Always
	// Never does not.
	Never
)

// Options are the optional parts of a logger. The zero value is what [New] uses.
type Options struct {
	// Format is what is written. Defaults to Auto.
	Format Format
	// Color is about lines; JSON has no colours. Defaults to ByEnvironment.
	Color Color
	// Name stands in lines as the part of the program where a record names none.
	// Defaults to none. JSON leaves it out.
	Name string
	// NoTime leaves the time out of lines. Defaults to false.
	NoTime bool
}

// New returns a logger that writes to w: lines if w is a terminal, which only an
// [os.File] is, else JSON. FORCE_COLOR does not change which of them. The logger
// may be used by several goroutines; each record is one Write to w.
func New(w io.Writer) zerolog.Logger { return NewWith(w, Options{}) }

// NewWith returns a logger as [New] does, with options.
func NewWith(w io.Writer, o Options) zerolog.Logger {
	isTerminal := terminal.Is(w)
	if o.Format == Lines || o.Format == Auto && isTerminal {
		painted := o.Color == Always || o.Color == ByEnvironment && terminal.WantsColor(isTerminal)
		return zerolog.New(&lineWriter{w: terminal.Writer(w), name: o.Name, painted: painted, noTime: o.NoTime})
	}
	return zerolog.New(zerolog.SyncWriter(w)).With().Timestamp().Logger()
}
