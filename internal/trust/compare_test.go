package trust

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// compare checks a store against everything that was acknowledged, and against
// what it held after the death before.
func (b *book) compare(now, last *snapshot, generation int) {
	for id, r := range b.runs {
		d := now.runs[id]
		switch {
		case d == nil && (r.started || last.runs[id] != nil):
			b.fault("run %s is lost", id)
		case d == nil:
		case r.ended != "" && d.Status.String() != string(r.ended):
			b.fault("run %s is %v in the store, and Wait has returned %s", id, d.Status, r.ended)
		case r.cancelled != 0 && !d.Status.Ended():
			b.fault("run %s is %v in the store, and Cancel has returned", id, d.Status)
		case d.Status == engine.RunCancelled && !r.cancelling:
			b.fault("run %s is cancelled, and nobody did that", id)
		}
	}
	for id, d := range now.runs {
		r, old := b.runs[id], last.runs[id]
		if r == nil {
			b.fault("run %s is in the store, and nobody has started it", id)
			continue
		}
		if d != old { // else it had ended, and was not read again
			b.compareRun(r, d, old, generation)
		}
		b.compareCallbacks(r, d, now.pending[id])
	}
}

// compareRun checks a run against the ledger and its rows of before.
func (b *book) compareRun(r *runBook, d, old *store.RunDetail, generation int) {
	if len(d.Initial) != 1 || d.Initial[0].Key != "n" || string(d.Initial[0].Value) != fmt.Sprint(r.n) {
		b.fault("run %s has the input %v, want n: %d", d.ID, d.Initial, r.n)
	}
	if old != nil && old.Status.Ended() && (old.Status != d.Status || old.Ended != d.Ended || old.Error != d.Error) {
		b.fault("run %s is %v since %d after it was %v since %d", d.ID, d.Status, d.Ended, old.Status, old.Ended)
	}
	if old != nil && (old.Created != d.Created || old.Deadline != d.Deadline || old.Num != d.Num) {
		b.fault("run %s is %+v after it was %+v", d.ID, d.RunInfo, old.RunInfo)
	}
	if most := r.flow.timeout.Milliseconds(); most > 0 && d.Status == engine.RunFailed && d.Ended < d.Created+most {
		b.fault("run %s has failed after %d ms, want its timeout of %d", d.ID, d.Ended-d.Created, most)
	}
	for i := range r.flow.steps {
		c := comparison{step: &r.flow.steps[i], told: &r.tasks[i], before: &store.TaskDetail{}}
		if c.now = taskOf(d, c.step.id); c.now == nil {
			b.fault("run %s has no task %s: %+v", d.ID, c.step.id, d.Plan.Tasks)
			return
		}
		if old != nil {
			c.before = taskOf(old, c.step.id)
		}
		c.generation = generation
		c.task()
		c.decision(r.want, i)
		c.end(r, i)
		for _, text := range c.faults {
			b.fault("run %s, task %s: %s; stored %+v, before %+v, told %+v", d.ID, c.step.id, text, *c.now, *c.before, *c.told)
		}
		if c.now.Status == engine.TaskCompleted || c.now.Status == engine.TaskFailed {
			c.told.sealed = fmt.Sprintf("it was %v in the store after generation %d", c.now.Status, generation)
			c.told.sealedIn = generation
		}
	}
}

// taskOf is a task of a run by its id, whose number another version of the
// program may have changed; nil if there is none.
func taskOf(d *store.RunDetail, id string) *store.TaskDetail {
	for i := range d.Plan.Tasks {
		if d.Plan.Tasks[i].ID == id {
			return &d.Tasks[i]
		}
	}
	return nil
}

// compareCallbacks checks that the store has every callback as one to be called
// until it was, and none that nobody wants. pending has the tasks by id.
func (b *book) compareCallbacks(r *runBook, d *store.RunDetail, pending map[string]bool) {
	for i := range r.flow.steps {
		s, t := &r.flow.steps[i], &r.tasks[i]
		now := taskOf(d, s.id)
		if now == nil {
			continue // which is a fault already
		}
		due := s.callbacks && (now.Status == engine.TaskCompleted || now.Status == engine.TaskFailed)
		switch {
		case pending[s.id] && !due:
			b.fault("run %s, task %s: a callback is to be called about a task that is %v", d.ID, s.id, now.Status)
		case pending[s.id] && t.recorded:
			b.fault("run %s, task %s: the callback is to be called after its call was recorded", d.ID, s.id)
		case due && !pending[s.id] && !t.called:
			b.fault("run %s, task %s: the callback was not called, and is not to be", d.ID, s.id)
		}
		t.recorded = due && !pending[s.id]
	}
}

// comparison is that of a task with the ledger and its rows of before.
type comparison struct {
	step        *step
	told        *taskBook
	now, before *store.TaskDetail
	generation  int
	faults      []string
}

func (c *comparison) fault(bad bool, format string, args ...any) {
	if bad {
		c.faults = append(c.faults, fmt.Sprintf(format, args...))
	}
}

// task compares the attempts and what follows from them.
func (c *comparison) task() {
	n := len(c.now.Attempts)
	told := c.told
	c.fault(n < told.attempt || n > told.attempt+1, "%d attempts are stored, %d have begun", n, told.attempt)
	c.fault(c.now.Status == engine.TaskCompleted && (!told.succeeded || n != told.attempt),
		"completed, and its function has not returned")
	c.fault(c.now.Status == engine.TaskFailed && told.failed != n && !c.step.timesOut(), "failed, and its last attempt has not")
	c.fault(told.called && c.now.Status != engine.TaskCompleted && c.now.Status != engine.TaskFailed,
		"its callback was called before the end was on disk")
	c.fault(n < len(c.before.Attempts), "%d attempts are stored after %d", n, len(c.before.Attempts))
	for i, a := range c.now.Attempts {
		c.fault(a.Number != i+1, "attempt %d has the number %d", i+1, a.Number)
		last := i == n-1
		c.fault(!last && a.Outcome != store.AttemptFailed, "attempt %d is followed by another and has not failed", a.Number)
		took := time.Duration(a.Ended-a.Started) * time.Millisecond
		c.fault(c.step.timesOut() && a.Outcome == store.AttemptFailed && took < c.step.timeout-time.Millisecond,
			"attempt %d has reached its deadline after %v", a.Number, took)
		if i >= len(c.before.Attempts) {
			c.fault(a.Interruptions != 0, "attempt %d was interrupted before it was stored", a.Number)
			continue
		}
		text := compareAttempt(a, c.before.Attempts[i], told.generation == c.generation && told.attempt == a.Number)
		c.fault(text != "", "%s", text)
	}
}

// compareAttempt checks the count of interruptions, which goes up by one when
// the death of a process during the attempt is noticed, at the next
// registration; and that what has ended for good stays as it is. began says that
// the attempt has begun since before.
func compareAttempt(now, before store.Attempt, began bool) string {
	switch before.Outcome {
	case store.AttemptSucceeded, store.AttemptFailed, store.AttemptCancelled:
		if now != before {
			return fmt.Sprintf("attempt %d has changed", now.Number)
		}
		return ""
	}
	switch interrupted := before.Outcome == 0; {
	case interrupted && now == before && !began: // no process has come as far as to notice
		return ""
	case interrupted && now.Outcome == store.AttemptCancelled && now.Interruptions == before.Interruptions && !began:
		return "" // its run was out of time before it was noticed
	case interrupted && now.Interruptions != before.Interruptions+1,
		!interrupted && now.Interruptions != before.Interruptions:
		return fmt.Sprintf("attempt %d has %d interruptions", now.Number, now.Interruptions)
	}
	return ""
}

// decision compares what was decided: once, and what follows from the states of
// the dependencies and the input.
func (c *comparison) decision(want *expected, i int) {
	if c.before.Decided != 0 {
		c.fault(c.now.Decided != c.before.Decided, "it was decided at %d, and again at %d", c.before.Decided, c.now.Decided)
		c.fault(!c.now.Leaves.Equal(c.before.Leaves), "its decision has changed")
	}
	decided := c.now.Decided != 0
	c.fault(len(c.now.Attempts) > 0 && !decided, "it has begun undecided")
	c.fault(decided && !c.now.Leaves.Equal(want.leaves[i]), "decided with the leaves %v, want %v", c.now.Leaves, want.leaves[i])
	skipped := want.tasks[i].state == cloacina.Skipped
	c.fault(c.now.Status == engine.TaskSkipped && !skipped, "skipped, and is to run")
	c.fault(len(c.now.Attempts) > 0 && skipped, "has begun, and is to be skipped")
}

// end compares the end of a task and what it wrote.
func (c *comparison) end(r *runBook, i int) {
	if c.before.Status.Ended() {
		c.fault(c.now.Status != c.before.Status || c.now.Ended != c.before.Ended, "its end has changed")
		c.fault(!slices.EqualFunc(c.now.Writes, c.before.Writes, sameEntry), "what it wrote has changed")
	}
	state, want := c.now.Status.String(), r.want.tasks[i].state
	switch c.now.Status {
	case engine.TaskCompleted:
		c.fault(state != string(want), "it is %s, want %s", state, want)
		text := differentWrites(c.now.Writes, r.want.writes[i])
		c.fault(text != "", "%s", text)
		return
	case engine.TaskFailed, engine.TaskSkipped:
		c.fault(state != string(want), "it is %s, want %s", state, want)
	case engine.TaskCancelled:
		c.fault(!r.cutOff(), "it is cancelled, and nobody did that")
	}
	c.fault(len(c.now.Writes) > 0, "it is %s, and has written", state)
}

func sameEntry(a, b engine.Entry) bool {
	return a.Key == b.Key && (a.Value == nil) == (b.Value == nil) && string(a.Value) == string(b.Value)
}

// differentWrites says what is wrong with the writes of a task; nothing if it is empty.
func differentWrites(got []engine.Entry, want map[string]any) string {
	if len(got) != len(want) {
		return fmt.Sprintf("it wrote %d keys, want %d", len(got), len(want))
	}
	for _, e := range got {
		value, known := want[e.Key]
		if !known || (value == nil) != (e.Value == nil) {
			return fmt.Sprintf("it wrote %q: %.100s, want %v", e.Key, e.Value, value)
		}
		if value == nil {
			continue
		}
		if text, err := json.Marshal(value); err != nil || string(text) != string(e.Value) {
			return fmt.Sprintf("it wrote %q: %.100s, want %.100s", e.Key, e.Value, text)
		}
	}
	return ""
}
