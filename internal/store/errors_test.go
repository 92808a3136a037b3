package store_test

import (
	"errors"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]store.Change{
		`creation of run 7 ("a\nb")`:            &store.RunCreated{Num: 7, ID: "a\nb"},
		"decision of task 3 of run 7":           &store.TaskDecided{Run: 7, Task: 3},
		"start of attempt 2 of task 3 of run 7": &store.AttemptStarted{Run: 7, Task: 3, Attempt: 2},
		"end of attempt 2 of task 3 of run 7":   &store.AttemptEnded{Run: 7, Task: 3, AttemptEnd: store.AttemptEnd{Attempt: 2}},
		"requeueing of task 3 of run 7":         &store.TaskRequeued{Run: 7, Task: 3},
		"end of task 3 of run 7":                &store.TaskEnded{Run: 7, Task: 3},
		"end of run 7":                          &store.RunEnded{Run: 7},
		"blocking of run 7":                     &store.RunBlocked{Run: 7},
		"unblocking of run 7":                   &store.RunUnblocked{Run: 7},
		"another plan of run 7":                 &store.RunReplanned{Run: 7},
		"callback about task 3 of run 7":        &store.CallbackDone{Run: 7, Task: 3},
		"change of type <nil>":                  nil,
	} {
		if got := store.Describe(change); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestErrorsMatchTheirKind(t *testing.T) {
	t.Parallel()
	fenced := error(&store.FencedError{Change: &store.RunEnded{Run: 7}, Reason: "the run has ended"})
	if !errors.Is(fenced, store.ErrFenced) || errors.Is(fenced, store.ErrInvalid) {
		t.Errorf("%v matches the wrong kind", fenced)
	}
	invalid := error(&store.InvalidError{Change: &store.RunEnded{Run: 7}, Reason: "no"})
	if !errors.Is(invalid, store.ErrInvalid) || errors.Is(invalid, store.ErrFenced) {
		t.Errorf("%v matches the wrong kind", invalid)
	}
	if want := "end of run 7: the run has ended"; fenced.Error() != want {
		t.Errorf("got %q, want %q", fenced, want)
	}
}
