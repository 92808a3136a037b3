package ledger

import (
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// The bounds of what can be numbered, so that run, task and attempt fit into one
// integer of 63 bits: 34 billion runs, 262,144 tasks, and more attempts than
// the 1,001 that the language allows.
const (
	MaxRun     = 1<<35 - 1
	MaxTask    = 1<<18 - 1
	MaxAttempt = 1<<10 - 1
)

// validCreation checks what has to hold for a run whatever is stored.
func validCreation(c store.RunCreated) error {
	switch {
	case c.Num < 1 || c.Num > MaxRun:
		return invalid(c, "run numbers go from 1 to %d", int64(MaxRun))
	case c.ID == "":
		return invalid(c, "the run has no ID")
	case c.Plan == nil:
		return invalid(c, "the run has no plan")
	case c.Plan.Name == "" || c.Plan.Fingerprint == "":
		return invalid(c, "its plan needs a name (%q) and a fingerprint (%q)", c.Plan.Name, c.Plan.Fingerprint)
	case len(c.Plan.Tasks) > MaxTask+1:
		return invalid(c, "its plan has %d tasks; %d are possible", len(c.Plan.Tasks), MaxTask+1)
	}
	return validEntries(c, c.Initial)
}

// validEnd checks what has to hold for the end of a task whatever is stored.
func validEnd(c store.TaskEnded) error {
	switch c.Status {
	case engine.TaskCompleted:
		return validEntries(c, c.Writes)
	case engine.TaskFailed, engine.TaskCancelled:
		switch {
		case len(c.Writes) > 0:
			return invalid(c, "only a completed task has writes")
		case c.Callback && c.Status == engine.TaskCancelled:
			return invalid(c, "there is no callback about a cancelled task")
		}
		return nil
	default:
		return invalid(c, "status %d is not an end it can have", c.Status)
	}
}

// validEntries checks that keys are text, sorted and different.
func validEntries(c store.Change, entries []engine.Entry) error {
	for i, e := range entries {
		if !utf8.ValidString(e.Key) {
			return invalid(c, "key %q is not valid UTF-8", e.Key)
		}
		if i > 0 && entries[i-1].Key >= e.Key {
			return invalid(c, "keys %q and %q are not sorted or not different", entries[i-1].Key, e.Key)
		}
	}
	return nil
}
