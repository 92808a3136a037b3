package console

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/cloacina-go/cloacina/internal/terminal"
)

const (
	clockLayout = "15:04:05"
	// The column of the parts is as wide as the widest one so far, within these.
	leastColumn = 9
	mostColumn  = 24
	// indent stands before what follows a line.
	indent = "         "
)

// lineWriter writes the records of a logger as lines.
type lineWriter struct {
	w       io.Writer
	name    string
	painted bool
	noTime  bool

	mu     sync.Mutex
	column int
}

// Write writes a record of which no level is known.
func (l *lineWriter) Write(p []byte) (int, error) { return l.WriteLevel(zerolog.NoLevel, p) }

// WriteLevel writes a record. What is no record is written as it is, but escaped.
func (l *lineWriter) WriteLevel(level zerolog.Level, p []byte) (int, error) {
	r, err := parse(p)
	if err != nil {
		r = &record{message: string(bytes.TrimSuffix(p, []byte("\n")))}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := io.WriteString(l.w, l.line(level, r)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// line is the line of a record with what follows it.
func (l *lineWriter) line(level zerolog.Level, r *record) string {
	var b strings.Builder
	if !l.noTime {
		b.WriteString(l.paint(terminal.Dim, time.Now().Format(clockLayout)) + " ")
	}
	word, style := levelWord(level)
	b.WriteString(l.paint(style, word) + strings.Repeat(" ", 6-len(word)))
	if part := r.part(l.name); part != "" {
		l.column = max(l.column, leastColumn, min(terminal.Width(part), mostColumn))
		b.WriteString(l.paint(terminal.Cyan, part) + strings.Repeat(" ", max(0, l.column-terminal.Width(part))+1))
	}
	b.WriteString(l.paint(outcomeStyle(r), terminal.Escape(r.message)))
	var below []field
	for _, f := range r.fields {
		switch text, shown := f.show(r, level); {
		case !shown:
		case strings.Contains(strings.TrimRight(text, "\n"), "\n"):
			below = append(below, field{f.name, text})
		default:
			style := terminal.Plain
			if f.name == zerolog.ErrorFieldName {
				style = terminal.Red
			}
			b.WriteString(" " + l.paint(terminal.Dim, quoted(f.name)+"=") + l.paint(style, quoted(text)))
		}
	}
	b.WriteByte('\n')
	for _, f := range below {
		l.follow(&b, f)
	}
	return b.String()
}

// follow writes text of several lines. It is indented, so that none of them looks
// like one of the log.
func (l *lineWriter) follow(b *strings.Builder, f field) {
	b.WriteString(indent + l.paint(terminal.Dim, quoted(f.name)+":") + "\n")
	for line := range strings.Lines(strings.TrimRight(f.value, "\n")) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "    ")
		b.WriteString(strings.TrimRight(indent+"  "+terminal.Escape(line), " ") + "\n")
	}
}

func (l *lineWriter) paint(style terminal.Style, text string) string {
	if !l.painted {
		return text
	}
	return style.Paint(text)
}

// levelWord is a level as it is shown.
func levelWord(level zerolog.Level) (string, terminal.Style) {
	switch level {
	case zerolog.TraceLevel:
		return "TRACE", terminal.Dim
	case zerolog.DebugLevel:
		return "DEBUG", terminal.Dim
	case zerolog.InfoLevel:
		return "INFO", terminal.Blue
	case zerolog.WarnLevel:
		return "WARN", terminal.Yellow
	case zerolog.ErrorLevel:
		return "ERROR", terminal.Red
	case zerolog.FatalLevel:
		return "FATAL", terminal.Red
	case zerolog.PanicLevel:
		return "PANIC", terminal.Red
	default:
		return "", terminal.Plain
	}
}
