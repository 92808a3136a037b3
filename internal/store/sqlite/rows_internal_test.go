package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
	"github.com/google/go-cmp/cmp"
)

// threePlan returns a plan of three tasks.
func threePlan() *plan.Plan {
	return &plan.Plan{Name: "three", Fingerprint: "three", Tasks: []plan.Task{{ID: "a"}, {ID: "b"}, {ID: "c"}}}
}

// manyChanges returns changes of some runs that are inserted in rows of every
// kind, some of which are changed again by the same batch.
func manyChanges(runs int64) (batches [3][]store.Change) {
	var first, then, last []store.Change
	moved := &plan.Plan{Name: "three", Fingerprint: "moved", Tasks: []plan.Task{{ID: "c"}, {ID: "a"}, {ID: "b"}, {ID: "d"}}}
	for num := int64(1); num <= runs; num++ {
		at := 1_764_115_200_000 + 7*num
		first = append(first,
			&store.RunCreated{Num: num, ID: fmt.Sprintf("run-%d", num), Plan: threePlan(), At: at},
			&store.TaskDecided{Run: num, Task: 0, Ready: true, Leaves: plan.LeavesOf(true, num%2 == 0), At: at},
			&store.AttemptStarted{Run: num, Task: 0, Attempt: 1, At: at + num%3, Host: "h", Version: "v"},
			&store.TaskDecided{Run: num, Task: 1, At: at + 1})
		if num%5 == 0 {
			first = append(first, &store.RunReplanned{Run: num, Plan: moved, Tasks: []int{1, 2, 0}, At: at + 1})
		}
		task, other := 0, 2
		if num%5 == 0 {
			task, other = 1, 0
		}
		last = append(last, &store.TaskDecided{Run: num, Task: other, Ready: true, At: at + 20})
		if num%7 == 0 {
			first = append(first,
				&store.AttemptEnded{
					Run: num, Task: task, AttemptEnd: store.AttemptEnd{Attempt: 1, Outcome: store.AttemptStopped}, At: at + 2,
				},
				&store.AttemptStarted{Run: num, Task: task, Attempt: 1, At: at + 3, Host: "other", Version: "v"})
		}
		then = append(then,
			&store.AttemptEnded{
				Run: num, Task: task, At: at + 5, Due: at,
				AttemptEnd: store.AttemptEnd{Attempt: 1, Outcome: store.AttemptFailed, Error: "no"},
			},
			&store.AttemptStarted{Run: num, Task: task, Attempt: 2, At: at + 9, Host: "h", Version: "v"})
		if num%3 == 0 {
			then = append(then,
				&store.TaskEnded{
					Run: num, Task: task, Status: engine.TaskCompleted, At: at + 10,
					Last: store.AttemptEnd{Attempt: 2, Outcome: store.AttemptSucceeded},
				})
		}
	}
	return [...][]store.Change{first, then, last}
}

// TestRowsInsertedTogether compares what batches of every size leave with what
// the store in memory has.
func TestRowsInsertedTogether(t *testing.T) {
	t.Parallel()
	for _, runs := range []int64{1, 2, 3, 4, 5, 15, 16, 21, 63, 64, 65, 149} {
		t.Run(fmt.Sprint(runs), func(t *testing.T) {
			t.Parallel()
			s, m := openStore(t), memory.New()
			for _, batch := range manyChanges(runs) {
				mustCommit(t, s, batch...)
				if err := m.Commit(context.Background(), batch); err != nil {
					t.Fatal(err)
				}
			}
			for num := int64(1); num <= runs; num++ {
				id := fmt.Sprintf("run-%d", num)
				got, err := s.Run(context.Background(), id)
				want, wantErr := m.Run(context.Background(), id)
				if err != nil || wantErr != nil {
					t.Fatal(err, wantErr)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s (-want +got):\n%s", id, diff)
				}
			}
			wantIntact(t, s)
			if count := rowCount(int(runs)); count > 1 && s.w.rowsOf(stmtDecide).stmts[count] == nil {
				t.Errorf("the statement for %d rows was not used", count)
			}
		})
	}
}

// wantIntact fails the test if a row does not fit its sum, or what it refers to is
// not there.
func wantIntact(t *testing.T, s *Store) {
	t.Helper()
	err := checkSums(context.Background(), s.w.conn, func(table string, id int64, text string) {
		t.Errorf("%s %d: %s", table, id, text)
	})
	if err != nil {
		t.Error(err)
	}
	if n, err := s.w.number("SELECT count(*) FROM pragma_foreign_key_check"); n != 0 || err != nil {
		t.Errorf("%d rows refer to nothing, %v", n, err)
	}
}

// TestRowInTheWayOfOthers has another program insert the row that one of many
// changes of a batch adds. The error names the change, and nothing is stored.
func TestRowInTheWayOfOthers(t *testing.T) {
	t.Parallel()
	const runs, victim = 90, 67
	s := openStore(t)
	var creations, decisions []store.Change
	for num := int64(1); num <= runs; num++ {
		creations = append(creations, &store.RunCreated{Num: num, ID: fmt.Sprintf("run-%d", num), Plan: threePlan(), At: num})
		decisions = append(decisions, &store.TaskDecided{Run: num, Task: 2, Ready: true, At: num})
	}
	mustCommit(t, s, creations...)
	if err := s.w.exec(fmt.Sprintf("INSERT INTO step (id, sum, state) VALUES (%d, 0, 2)", stepID(victim, 2, 1))); err != nil {
		t.Fatal(err)
	}
	err := s.Commit(context.Background(), decisions)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("decision of task 2 of run %d", victim)) {
		t.Errorf("got %v", err)
	}
	if n, err := s.w.number("SELECT count(*) FROM step"); n != 1 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
	if err := s.w.exec("DELETE FROM step"); err != nil {
		t.Fatal(err)
	}
	mustCommit(t, s, decisions...)
	wantIntact(t, s)
}

// TestRowsOfABatchThatFailed has a batch fail while rows are put aside. They must
// not be part of the next one.
func TestRowsOfABatchThatFailed(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	mustCommit(t, s, &store.RunCreated{Num: 1, ID: "run-1", Plan: threePlan(), At: 1})
	err := s.Commit(context.Background(), []store.Change{
		&store.TaskDecided{Run: 1, Task: 0, Ready: true, At: 1},
		&store.RunCreated{Num: 2, ID: "run-1", Plan: threePlan(), At: 1},
	})
	if !errors.Is(err, store.ErrExists) {
		t.Fatalf("got %v", err)
	}
	mustCommit(t, s, &store.TaskDecided{Run: 1, Task: 1, At: 1})
	if n, err := s.w.number("SELECT count(*) FROM step"); n != 1 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
	mustCommit(t, s, &store.TaskDecided{Run: 1, Task: 0, Ready: true, At: 1})
	wantIntact(t, s)
}
