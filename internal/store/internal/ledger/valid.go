package ledger

import (
	"fmt"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// The bounds of what can be numbered, so that run, task and attempt, and also the
// run after the last, fit into one integer of 63 bits: 34 billion runs, 262,144 tasks, and more attempts than
// the 1,001 that the language allows.
const (
	MaxRun     = 1<<35 - 2
	MaxTask    = 1<<18 - 1
	MaxAttempt = 1<<10 - 1
)

// validCreation checks what has to hold for a run whatever is stored.
func validCreation(c *store.RunCreated) error {
	switch {
	case c.Num < 1 || c.Num > MaxRun:
		return invalid(c, "run numbers go from 1 to %d", int64(MaxRun))
	case c.ID == "":
		return invalid(c, "the run has no ID")
	}
	if reason := unstorable(c.Plan); reason != "" {
		return invalid(c, "%s", reason)
	}
	if reason := unsorted(c.Initial); reason != "" {
		return invalid(c, "%s", reason)
	}
	return nil
}

// unstorable says why a plan cannot be stored; nothing if it can.
func unstorable(p *plan.Plan) (reason string) {
	switch {
	case p == nil:
		return "the run has no plan"
	case p.Name == "" || p.Fingerprint == "":
		return fmt.Sprintf("its plan needs a name (%q) and a fingerprint (%q)", p.Name, p.Fingerprint)
	case len(p.Tasks) > MaxTask+1:
		return fmt.Sprintf("its plan has %d tasks; %d are possible", len(p.Tasks), MaxTask+1)
	}
	return ""
}

// validBlock checks that the cause can be stored.
func validBlock(c *store.RunBlocked) error {
	if c.Cause != store.BlockedByPlan && !c.Cause.Violated() {
		return invalid(c, "cause %d is unknown", c.Cause)
	}
	return nil
}

// validReplan checks that every task that is not gone has a place of its own
// in the new plan.
func validReplan(c *store.RunReplanned) error {
	if reason := unstorable(c.Plan); reason != "" {
		return invalid(c, "%s", reason)
	}
	taken := make([]bool, len(c.Plan.Tasks))
	for old, now := range c.Tasks {
		switch {
		case now == -1:
		case now < 0 || now >= len(taken):
			return invalid(c, "task %d would become %d of %d tasks", old, now, len(taken))
		case taken[now]:
			return invalid(c, "two tasks would become task %d", now)
		default:
			taken[now] = true
		}
	}
	return nil
}

// validAttemptEnd checks what has to hold for the end of an attempt that is followed by
// another, whatever is stored.
func validAttemptEnd(c *store.AttemptEnded) error {
	switch c.Outcome {
	case store.AttemptFailed:
		if c.Due <= 0 {
			return invalid(c, "it does not say when the next attempt starts")
		}
	case store.AttemptStopped, store.AttemptInterrupted:
		if c.Due != 0 {
			return invalid(c, "the next attempt need not wait")
		}
	default:
		return invalid(c, "no attempt follows one with outcome %d", c.Outcome)
	}
	return validCount(c, c.AttemptEnd)
}

// validCount checks that interruptions are counted where there was one.
func validCount(c store.Change, end store.AttemptEnd) error {
	if end.Interruptions != 0 && end.Outcome != store.AttemptInterrupted {
		return invalid(c, "it counts %d interruptions, and was not interrupted", end.Interruptions)
	}
	return nil
}

// validEnd checks what has to hold for the end of a task whatever is stored.
func validEnd(c *store.TaskEnded) error {
	if c.Status != engine.TaskCompleted && c.Status != engine.TaskFailed && c.Status != engine.TaskCancelled {
		return invalid(c, "status %d is not an end it can have", c.Status)
	}
	if !fits(c.Status, c.Last) {
		return invalid(c, "it is %v after attempt %d with outcome %d", c.Status, c.Last.Attempt, c.Last.Outcome)
	}
	if c.Status != engine.TaskCompleted && len(c.Writes) > 0 {
		return invalid(c, "only a completed task has writes")
	}
	if c.Status == engine.TaskCancelled && c.Callback {
		return invalid(c, "there is no callback about a cancelled task")
	}
	if reason := unsorted(c.Writes); reason != "" {
		return invalid(c, "%s", reason)
	}
	return validCount(c, c.Last)
}

// fits reports whether a task can end in a state with an attempt that ended so.
// Without an attempt it can only be cancelled.
func fits(status engine.TaskStatus, last store.AttemptEnd) bool {
	if last.Attempt == 0 {
		return status == engine.TaskCancelled && last == store.AttemptEnd{}
	}
	switch last.Outcome {
	case store.AttemptSucceeded:
		return status == engine.TaskCompleted && last.Error == ""
	case store.AttemptFailed, store.AttemptInterrupted:
		return status == engine.TaskFailed
	case store.AttemptCancelled:
		return status == engine.TaskCancelled
	default:
		return false
	}
}

// unsorted says in what way keys are not text, not sorted or not different;
// nothing if they are.
func unsorted(entries []engine.Entry) (reason string) {
	for i, e := range entries {
		if !utf8.ValidString(e.Key) {
			return fmt.Sprintf("key %q is not valid UTF-8", e.Key)
		}
		if i > 0 && entries[i-1].Key >= e.Key {
			return fmt.Sprintf("keys %q and %q are not sorted or not different", entries[i-1].Key, e.Key)
		}
	}
	return ""
}
