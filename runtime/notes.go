package cloacina

import (
	"log/slog"
	"slices"
)

// noting is a store that may have something to say about its file.
type noting interface{ Notes() []string }

// heed logs what the store has come to say about its file, and that it says it
// no longer. It is called when the file is opened and after commits, which are
// what changes it. A note whose figures change with each commit is not logged
// for that.
func (l *loop) heed() {
	s, ok := l.r.store.(noting)
	if !ok {
		return
	}
	before, notes := l.notes, s.Notes()
	l.notes = notes
	switch {
	case len(notes) > len(before):
		for _, note := range notes {
			if !slices.Contains(before, note) {
				l.tell(slog.LevelWarn, "Database has a weakness", slog.String(fieldReason, note))
			}
		}
	case len(notes) < len(before):
		for _, note := range before {
			if !slices.Contains(notes, note) {
				l.tell(slog.LevelInfo, "A weakness of the database is gone", slog.String(fieldReason, note))
			}
		}
	}
}
