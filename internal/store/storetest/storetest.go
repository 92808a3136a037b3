// Package storetest says by tests what a store of runs has to do. Every store
// runs them; they know nothing of processes, files or the types of a database.
//
// What a store may rely on and what not, to choose its types by: IDs, names, keys
// and error texts are valid UTF-8, of any length and with any character, NUL
// among them, which the text of some databases cannot hold. Values are bytes that
// come back as they were. They are JSON as far as they come from a runner, however
// deep, with NUL escaped in it and with any spacing and any number; a type that
// parses JSON, such as jsonb of PostgreSQL, would refuse some of it and change the
// rest, so that bytes (bytea) are right for them. A run number is above those of
// all runs that are stored; whoever creates runs asks for the last number, and a
// store may have been written to by others before.
package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Run runs the tests against a store that forgets everything when it is
// closed. Each call of open returns an empty store.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	run(t, func(t *testing.T) func() store.Store {
		t.Helper()
		s := open(t)
		t.Cleanup(func() { closeStore(t, s) })
		return func() store.Store { return s }
	})
}

// RunDurable runs the tests against a store that keeps what is committed. Each
// call of prepare returns a function that opens an empty store when it is
// called first, and the same store, after it was closed, in later calls.
func RunDurable(t *testing.T, prepare func(t *testing.T) (open func() store.Store)) {
	t.Helper()
	run(t, func(t *testing.T) func() store.Store {
		t.Helper()
		open := prepare(t)
		var s store.Store
		t.Cleanup(func() { closeStore(t, s) })
		return func() store.Store {
			if s != nil {
				closeStore(t, s)
			}
			s = open()
			return s
		}
	})
}

func closeStore(t tb, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// run runs every test, again and again if the row is to do more than all of them once;
// setup returns what opens the store anew.
func run(t *testing.T, setup func(t *testing.T) func() store.Store) {
	t.Helper()
	all := cases()
	row := proof.Begin(t, "store conformance", int64(len(all)))
	for round := uint64(1); row.More(); round++ {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			for name, test := range all {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					defer row.Done(1)
					defer func() {
						if t.Failed() {
							row.Fail(round, "%s", name)
						}
					}()
					open := setup(t)
					test(&bed{tb: t, open: open, s: open()})
				})
			}
		})
	}
}

// cases returns all tests by their names.
func cases() map[string]func(*bed) {
	all := map[string]func(*bed){}
	for _, group := range []map[string]func(*bed){
		creation, progress, fences, values, recovery, callbacks, reading, blocking, replanning, purging,
	} {
		for name, test := range group {
			if all[name] != nil {
				panic("two tests have the name " + name)
			}
			all[name] = test
		}
	}
	return all
}

// tb is what a test needs of [testing.T].
type tb interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// bed is a test with its store.
type bed struct {
	tb
	open func() store.Store
	s    store.Store
}

// reopen closes a durable store and opens it again.
func (b *bed) reopen() { b.s = b.open() }

// commit commits changes that have to be accepted.
func (b *bed) commit(changes ...store.Change) {
	b.Helper()
	if err := b.s.Commit(context.Background(), changes); err != nil {
		b.Fatalf("commit: %v", err)
	}
}

// run returns all that is stored of a run.
func (b *bed) run(id string) *store.RunDetail {
	b.Helper()
	d, err := b.s.Run(context.Background(), id)
	if err != nil {
		b.Fatalf("run %q: %v", id, err)
	}
	return d
}

// openRuns returns all open runs.
func (b *bed) openRuns() []*store.OpenRun {
	b.Helper()
	var open []*store.OpenRun
	for r, err := range b.s.OpenRuns(context.Background()) {
		if err != nil {
			b.Fatalf("open runs: %v", err)
		}
		open = append(open, r)
	}
	return open
}

// openRun returns the only open run.
func (b *bed) openRun() *store.OpenRun {
	b.Helper()
	open := b.openRuns()
	if len(open) != 1 {
		b.Fatalf("%d open runs, want 1", len(open))
	}
	return open[0]
}

// equal fails the test unless both are equal; nil and empty slices and maps are.
func (b *bed) equal(what string, got, want any) {
	b.Helper()
	if diff := Diff(want, got); diff != "" {
		b.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Diff compares what stores return: nil and empty are the same, except for
// the value of an entry, where nil is a tombstone.
func Diff(want, got any) string {
	return cmp.Diff(want, got, cmpopts.EquateEmpty(),
		cmp.Comparer(func(a, b engine.Entry) bool {
			return a.Key == b.Key && string(a.Value) == string(b.Value) && (a.Value == nil) == (b.Value == nil)
		}))
}

// chain returns a plan of n tasks in a row.
func chain(name string, n int) *plan.Plan {
	p := &plan.Plan{Name: name, Fingerprint: fmt.Sprintf("%s of %d", name, n), Tasks: make([]plan.Task, n)}
	for i := range p.Tasks {
		p.Tasks[i].ID = fmt.Sprintf("task_%d", i)
		if i > 0 {
			p.Tasks[i].DependsOn = []int{i - 1}
		}
	}
	return p
}

// create returns the creation of a run of a chain of three tasks. Its ID is "run-NUM".
func create(num int64, initial ...engine.Entry) *store.RunCreated {
	return &store.RunCreated{
		Num: num, ID: fmt.Sprintf("run-%d", num), Plan: chain("chain", 3), Initial: initial, At: 1000 * num,
	}
}

// ready and start are the decision for a task and the start of its attempt.
func ready(run int64, task int, at int64) *store.TaskDecided {
	return &store.TaskDecided{Run: run, Task: task, Ready: true, At: at}
}

func start(run int64, task, attempt int, at int64) *store.AttemptStarted {
	return &store.AttemptStarted{Run: run, Task: task, Attempt: attempt, At: at, Host: "host", Version: "v1"}
}

// end is the end of an attempt that is followed by another.
func end(run int64, task, attempt int, outcome store.AttemptOutcome, at int64) *store.AttemptEnded {
	return &store.AttemptEnded{
		Run: run, Task: task, AttemptEnd: store.AttemptEnd{Attempt: attempt, Outcome: outcome}, At: at,
	}
}

// fail is the end of a failed attempt that is followed by another.
func fail(run int64, task, attempt int, text string, at, due int64) *store.AttemptEnded {
	c := end(run, task, attempt, store.AttemptFailed, at)
	c.Error, c.Due = text, due
	return c
}

// complete is the end of a task with an attempt that succeeded.
func complete(run int64, task, attempt int, at int64, writes ...engine.Entry) *store.TaskEnded {
	return &store.TaskEnded{
		Run: run, Task: task, Last: store.AttemptEnd{Attempt: attempt, Outcome: store.AttemptSucceeded},
		Status: engine.TaskCompleted, Writes: writes, At: at,
	}
}

// giveUp is the end of a task with an attempt that failed.
func giveUp(run int64, task, attempt int, text string, at int64) *store.TaskEnded {
	return &store.TaskEnded{
		Run: run, Task: task, Last: store.AttemptEnd{Attempt: attempt, Outcome: store.AttemptFailed, Error: text},
		Status: engine.TaskFailed, At: at,
	}
}

// cancel is the end of a cancelled task; attempt is the one that goes on, 0 if none does.
func cancel(run int64, task, attempt int, at int64) *store.TaskEnded {
	c := &store.TaskEnded{Run: run, Task: task, Status: engine.TaskCancelled, At: at}
	if attempt > 0 {
		c.Last = store.AttemptEnd{Attempt: attempt, Outcome: store.AttemptCancelled}
	}
	return c
}

// entry is a written value, deleted a tombstone.
func entry(key, json string) engine.Entry { return engine.Entry{Key: key, Value: []byte(json)} }

func deleted(key string) engine.Entry { return engine.Entry{Key: key} }

// list joins changes and lists of changes.
func list(parts ...any) []store.Change {
	var all []store.Change
	for _, p := range parts {
		switch p := p.(type) {
		case store.Change:
			all = append(all, p)
		case []store.Change:
			all = append(all, p...)
		}
	}
	return all
}

// mebibyte is a JSON string of a bit more than a mebibyte.
func mebibyte() string { return `"` + strings.Repeat("0123456789abcdef", 1<<16) + `"` }
