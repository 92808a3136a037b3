package ledger_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
	"pgregory.net/rapid"
)

// notFound is how an empty store loads runs.
func notFound(int64) (*ledger.Run, error) { return nil, store.ErrNotFound }

// creation returns the creation of a run of two tasks.
func creation(num int64) *store.RunCreated {
	p := &plan.Plan{Name: "two", Fingerprint: "two", Tasks: make([]plan.Task, 2)}
	return &store.RunCreated{Num: num, ID: "x", Plan: p}
}

// create adds a run and accepts it.
func create(t interface{ Fatal(...any) }, l *ledger.Ledger, num int64) *ledger.Run {
	r, err := l.Create(creation(num))
	if err != nil {
		t.Fatal(err)
	}
	l.Accept()
	return r
}

// end applies the end of a run.
func end(l *ledger.Ledger, c *store.RunEnded) (*ledger.Run, error) {
	r, _, err := l.Run(c)
	return r, err
}

func TestUndoRestoresNumbersWithGaps(t *testing.T) {
	t.Parallel()
	l := ledger.New(3, notFound)
	for _, num := range []int64{5, 9} {
		if _, err := l.Create(creation(num)); err != nil {
			t.Fatal(err)
		}
	}
	l.Undo()
	if l.Last() != 3 {
		t.Errorf("last number %d, want 3", l.Last())
	}
	create(t, l, 4)
	if l.Last() != 4 {
		t.Errorf("last number %d, want 4", l.Last())
	}
}

func TestEndedRunsAreForgotten(t *testing.T) {
	t.Parallel()
	loaded := 0
	l := ledger.New(0, func(num int64) (*ledger.Run, error) {
		loaded++
		return &ledger.Run{Num: num, Status: engine.RunFailed}, nil
	})
	create(t, l, 1)
	if _, err := end(l, &store.RunEnded{Run: 1, Status: engine.RunFailed}); err != nil {
		t.Fatal(err)
	}
	decide := &store.TaskDecided{Run: 1}
	if _, _, _, err := l.Task(decide); !errors.Is(err, store.ErrFenced) || loaded != 0 {
		t.Errorf("in the same batch: %v, loaded %d times", err, loaded)
	}
	l.Accept()
	if _, _, _, err := l.Task(decide); !errors.Is(err, store.ErrFenced) || loaded != 1 {
		t.Errorf("afterwards: %v, loaded %d times", err, loaded)
	}
}

func TestPutDoesNotReplace(t *testing.T) {
	t.Parallel()
	l := ledger.New(0, notFound)
	create(t, l, 1)
	if _, _, _, err := l.Task(&store.TaskDecided{Run: 1, Ready: true}); err != nil {
		t.Fatal(err)
	}
	l.Accept()
	l.Put(ledger.NewRun(1, "two", 2)) // as it was before
	if _, _, _, err := l.Task(&store.TaskDecided{Run: 1}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("decided twice: %v", err)
	}
	l.Put(&ledger.Run{Num: 2, Status: engine.RunFailed})
	if _, err := end(l, &store.RunEnded{Run: 2, Status: engine.RunFailed}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an ended run was kept: %v", err)
	}
}

func TestLoadFailsOnce(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk")
	fail := true
	l := ledger.New(1, func(num int64) (*ledger.Run, error) {
		if fail {
			return nil, cause
		}
		return ledger.NewRun(num, "two", 2), nil
	})
	if _, _, _, err := l.Task(&store.TaskDecided{Run: 1}); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	fail = false
	if _, _, _, err := l.Task(&store.TaskDecided{Run: 1}); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestAttemptsAreBounded(t *testing.T) {
	t.Parallel()
	l := ledger.New(0, notFound)
	r := create(t, l, 1)
	r.Tasks[0] = ledger.Task{Status: engine.TaskReady, Outcome: store.AttemptFailed, Attempt: ledger.MaxAttempt}
	_, _, _, err := l.Task(&store.AttemptStarted{Run: 1, Attempt: ledger.MaxAttempt + 1})
	if !errors.Is(err, store.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

// TestUndoRestoresStates applies random changes and takes them back.
func TestUndoRestoresStates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := ledger.New(0, notFound)
		r := create(t, l, 1)
		apply := func() {
			for range rapid.IntRange(0, 10).Draw(t, "changes") {
				if rapid.IntRange(0, 3).Draw(t, "of the run") == 0 {
					_, _, _ = l.Run(drawRunChange(t))
				} else {
					_, _, _, _ = l.Task(drawChange(t)) // most do not fit
				}
			}
		}
		apply()
		l.Accept()
		before, status := slices.Clone(r.Tasks), r.Status
		apply()
		if rapid.Bool().Draw(t, "end") {
			if _, err := end(l, &store.RunEnded{Run: 1, Status: engine.RunFailed}); err != nil {
				t.Fatal(err)
			}
		}
		l.Undo()
		if !slices.Equal(r.Tasks, before) || r.Status != status {
			t.Fatalf("got %v, want %v and %v", r, status, before)
		}
		if _, err := end(l, &store.RunEnded{Run: 1, Status: engine.RunFailed}); err != nil {
			t.Fatalf("the run is gone: %v", err)
		}
	})
}

// drawRunChange draws a change of a run as a whole.
func drawRunChange(t *rapid.T) store.Change {
	switch rapid.IntRange(0, 3).Draw(t, "kind of the run's") {
	case 0:
		return &store.RunBlocked{Run: 1, Cause: store.BlockedByPlan}
	case 1:
		return &store.RunUnblocked{Run: 1}
	default:
		p := creation(1).Plan
		p.Tasks = make([]plan.Task, rapid.IntRange(2, 3).Draw(t, "tasks"))
		return &store.RunReplanned{Run: 1, Plan: p, Tasks: rapid.SampledFrom([][]int{{0, 1}, {1, 0}, {1, -1}, {0, 1, -1}}).Draw(t, "to")}
	}
}

// drawChange draws a change of one of two tasks.
func drawChange(t *rapid.T) store.Change {
	task, attempt := rapid.IntRange(0, 1).Draw(t, "task"), rapid.IntRange(1, 2).Draw(t, "attempt")
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return &store.TaskDecided{Run: 1, Task: task, Ready: true}
	case 1:
		return &store.AttemptStarted{Run: 1, Task: task, Attempt: attempt}
	case 2:
		outcome := store.AttemptOutcome(rapid.IntRange(1, 5).Draw(t, "outcome"))
		return &store.AttemptEnded{
			Run: 1, Task: task, AttemptEnd: store.AttemptEnd{Attempt: attempt, Outcome: outcome}, Due: 5,
		}
	case 3:
		return &store.TaskRequeued{Run: 1, Task: task}
	case 4:
		return &store.TaskEnded{
			Run: 1, Task: task, Status: engine.TaskCompleted,
			Last: store.AttemptEnd{Attempt: attempt, Outcome: store.AttemptSucceeded},
		}
	default:
		return &store.TaskEnded{Run: 1, Task: task, Status: engine.TaskCancelled}
	}
}
