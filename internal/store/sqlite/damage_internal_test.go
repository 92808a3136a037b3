package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// damaged returns a store with three open runs, of which something was changed
// while it was closed. Each has a ready task.
func damaged(t *testing.T, text string) *Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "runs.db")
	s, err := Open(context.Background(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for num := int64(1); num <= 3; num++ {
		c := created(num)
		if num == 3 {
			c.Plan = &plan.Plan{Name: "one", Fingerprint: "other", Tasks: []plan.Task{{ID: "only"}}}
		}
		mustCommit(t, s, c, &store.TaskDecided{Run: num, Ready: true, Leaves: plan.LeavesOf(true), At: 1})
	}
	for _, text := range []string{"PRAGMA ignore_check_constraints = 1", text} {
		if err := s.w.exec(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(context.Background(), path, Config{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestDamageIsThatOfItsRuns changes rows and looks which runs that concerns.
func TestDamageIsThatOfItsRuns(t *testing.T) {
	t.Parallel()
	for text, hit := range map[string]map[int64]string{
		"UPDATE run SET deadline = 5 WHERE num = 2":                       {2: "run 2: "},
		"UPDATE run SET keys = '{}', vals = x'00' WHERE num = 2":          {2: "run 2: "},
		"UPDATE run SET sum = sum + 1 WHERE num = 2":                      {2: "run 2: "},
		"PRAGMA foreign_keys = 0; UPDATE run SET plan = 77 WHERE num = 2": {2: "run 2: "},
		"UPDATE step SET leaves = x'00' WHERE run = 2":                    {2: `run "run-2": task "only": `},
		"UPDATE step SET state = 8 WHERE run = 2":                         {2: `run "run-2": task "only": `},
		"UPDATE step SET id = id + 1024 WHERE run = 2":                    {2: `run "run-2": task number 1: `},
		"UPDATE plan SET body = '{}' WHERE id = 1":                        {1: `run "run-1": `, 2: `run "run-2": `},
		"UPDATE plan SET body = body || ' ' WHERE id = 2":                 {3: `run "run-3": `},
		"PRAGMA foreign_keys = 0; DELETE FROM plan WHERE id = 2":          {3: `run "run-3": `},
		"UPDATE run SET error = 'x' WHERE num IN (1, 3)":                  {1: "run 1: ", 3: "run 3: "},
		"UPDATE step SET sum = sum - 1 WHERE run = 1 AND state = 2":       {1: `run "run-1": task "only": `},
		"UPDATE worker SET host = 'x'; UPDATE purged SET last = 300":      {},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			s := damaged(t, text)
			read := int64(0)
			for r, err := range s.OpenRuns(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				read++
				wantDamage(t, "open run", hit[read], r.Damage)
				if hit[read] == "" && len(r.State.Tasks) != 1 {
					t.Errorf("run %d has %d tasks", read, len(r.State.Tasks))
				}
				_, err := s.Run(context.Background(), r.State.ID)
				if hit[read] == "" {
					wantDamage(t, "run", "", err)
				} else {
					wantDamage(t, "run", fmt.Sprintf("run %q: ", r.State.ID), err)
				}
			}
			if read != 3 {
				t.Errorf("%d open runs", read)
			}
			for num := int64(1); num <= 3; num++ {
				err := s.Commit(context.Background(), []store.Change{&store.AttemptStarted{Run: num, Attempt: 1, At: 2}})
				wantDamage(t, "commit", hit[num], err)
			}
		})
	}
}

// wantDamage looks for an error about what is damaged, or for none.
func wantDamage(t *testing.T, what, about string, err error) {
	t.Helper()
	switch {
	case about == "" && err != nil:
		t.Errorf("%s: got %v", what, err)
	case about != "" && (!errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), about)):
		t.Errorf("%s: got %v, want that %q is damaged", what, err, about)
	}
}

// TestNewRunsOfADamagedPlan starts runs of a workflow whose stored plan is
// damaged. They must not depend on it.
func TestNewRunsOfADamagedPlan(t *testing.T) {
	t.Parallel()
	s := damaged(t, "UPDATE plan SET body = '{}' WHERE id = 1")
	mustCommit(t, s, created(7))
	d, err := s.Run(context.Background(), "run-7")
	if err != nil || len(d.Plan.Tasks) != 1 {
		t.Errorf("got %+v, %v", d, err)
	}
	_, err = s.Run(context.Background(), "run-1")
	wantDamage(t, "old run", "plan", err)
}

// TestDamagedNumberOfPurgedRuns damages the last number, behind which there would
// be none for a new run.
func TestDamagedNumberOfPurgedRuns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"": 2, "UPDATE purged SET last = 1 << 40": 1} {
		path := filepath.Join(t.TempDir(), "runs.db")
		s, err := Open(context.Background(), path, Config{})
		if err != nil {
			t.Fatal(err)
		}
		mustCommit(t, s, created(1), created(2), &store.RunEnded{Run: 2, Status: engine.RunCompleted, At: 2})
		if n, err := s.Purge(context.Background(), store.PurgeFilter{}); n != 1 || err != nil {
			t.Fatalf("purge: %d, %v", n, err)
		}
		if err := errors.Join(s.w.exec(text), s.Close()); err != nil {
			t.Fatal(err)
		}
		if s, err = Open(context.Background(), path, Config{}); err != nil {
			t.Fatal(err)
		}
		last, err := s.LastNum(context.Background())
		if last != want || err != nil {
			t.Errorf("%q: last number %d, %v, want %d", text, last, err, want)
		}
		mustCommit(t, s, created(last+1))
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestDamagedHeaders looks at runs one of which is damaged.
func TestDamagedHeaders(t *testing.T) {
	t.Parallel()
	for text, hit := range map[string]int64{
		"UPDATE run SET deadline = 5 WHERE num = 2":             2,
		"UPDATE run SET vals = x'00', keys = 'x' WHERE num = 2": 2,
		"UPDATE plan SET name = 'two' WHERE id = 2":             3,
	} {
		s := damaged(t, text)
		page, err := s.Runs(context.Background(), store.Filter{})
		if err != nil || len(page) != 3 {
			t.Fatalf("%s: %d runs, %v", text, len(page), err)
		}
		for _, info := range page {
			about := ""
			if info.Num == hit {
				about = fmt.Sprintf("run %d: ", hit)
			}
			wantDamage(t, text+": page", about, info.Damage)
			_, err := s.Find(context.Background(), info.ID)
			wantDamage(t, text+": find", about, err)
		}
	}
}

// TestDamagedWorkers damages the name of a host. The attempts there are shown
// without it, and later ones with it.
func TestDamagedWorkers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	start := func(num int64) store.Change {
		return &store.AttemptStarted{Run: num, Attempt: 1, At: 2, Host: "host", Version: "v1"}
	}
	for num := int64(1); num <= 2; num++ {
		s, err := Open(context.Background(), path, Config{})
		if err != nil {
			t.Fatal(err)
		}
		mustCommit(t, s, created(num), &store.TaskDecided{Run: num, Ready: true, At: 1}, start(num))
		for seen := int64(1); seen <= num; seen++ {
			d, err := s.Run(context.Background(), created(seen).ID)
			if err != nil {
				t.Fatal(err)
			}
			a, host, version := d.Tasks[0].Attempts[0], "host", "v1"
			if seen < num {
				host, version = "", ""
			}
			if a.Host != host || a.Version != version {
				t.Errorf("run %d after %d: %q, %q", seen, num, a.Host, a.Version)
			}
		}
		if err := errors.Join(s.w.exec("UPDATE worker SET sum = sum + 1"), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDamagedCallbacksAreNotCalled damages what one of two callbacks is about.
func TestDamagedCallbacksAreNotCalled(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"UPDATE callback SET task = 1 WHERE run = 1",
		"UPDATE step SET error = 'x' WHERE run = 1",
		"UPDATE run SET id = 'x' WHERE num = 1",
		"UPDATE plan SET body = '{}' WHERE name = 'two'",
	} {
		s := openStore(t)
		first, second := created(1), created(2)
		first.Plan = &plan.Plan{Name: "two", Fingerprint: "two", Tasks: []plan.Task{{ID: "a"}, {ID: "b"}}}
		mustCommit(t, s, first, second, &store.TaskDecided{Run: 1, Task: 1, At: 1})
		for num := int64(1); num <= 2; num++ {
			mustCommit(t, s, &store.TaskDecided{Run: num, Ready: true, At: 1}, &store.AttemptStarted{Run: num, Attempt: 1, At: 1},
				called(completed(num, 2)))
		}
		if err := s.w.exec(text); err != nil {
			t.Fatal(err)
		}
		pending, err := s.Callbacks(context.Background())
		if len(pending) != 1 || pending[0].Run != 2 || err != nil {
			t.Errorf("%s: got %+v, %v", text, pending, err)
		}
	}
}

// TestUpdatesDoNotHideDamage damages a row between two changes of it.
func TestUpdatesDoNotHideDamage(t *testing.T) {
	t.Parallel()
	start := &store.AttemptStarted{Run: 1, Attempt: 1, At: 2}
	end := func(outcome store.AttemptOutcome) *store.AttemptEnded {
		c := &store.AttemptEnded{Run: 1, AttemptEnd: store.AttemptEnd{Attempt: 1, Outcome: outcome}, At: 3}
		if outcome == store.AttemptInterrupted {
			c.Interruptions = 1
		}
		return c
	}
	three := &plan.Plan{Name: "one", Fingerprint: "three", Tasks: make([]plan.Task, 3)}
	replan := &store.RunReplanned{Run: 1, Plan: three, Tasks: []int{2}}
	block := &store.RunBlocked{Run: 1, Cause: store.BlockedByPlan, Reason: "why"}
	for name, c := range map[string]struct {
		before []store.Change
		damage string
		after  []store.Change
	}{
		"start":       {nil, "UPDATE step SET leaves = x'05'", []store.Change{start}},
		"end":         {[]store.Change{start}, "UPDATE step SET decided = 7", []store.Change{completed(1, 3)}},
		"interrupted": {[]store.Change{start}, "UPDATE step SET interruptions = 9", []store.Change{end(store.AttemptInterrupted)}},
		"restart": {
			[]store.Change{start, end(store.AttemptStopped)}, "UPDATE step SET started = 9, ended = 9", []store.Change{start},
		},
		"replan": {nil, "UPDATE step SET decided = 7", []store.Change{replan}},
		"replanned run": {
			nil, "UPDATE run SET created = 7", []store.Change{replan, block, &store.RunUnblocked{Run: 1}},
		},
		"unblocked": {[]store.Change{block}, "UPDATE run SET error = 'whY'", []store.Change{&store.RunUnblocked{Run: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t)
			mustCommit(t, s, created(1), &store.TaskDecided{Run: 1, Ready: true, Leaves: plan.LeavesOf(true), At: 1})
			if c.before != nil {
				mustCommit(t, s, c.before...)
			}
			if err := s.w.exec(c.damage); err != nil {
				t.Fatal(err)
			}
			mustCommit(t, s, c.after...)
			if found := mismatches(t, s.w.conn); len(found) != 1 {
				t.Errorf("found %q", found)
			}
		})
	}
}

// TestABadPageIsThatOfItsRuns destroys a page that holds steps.
func TestABadPageIsThatOfItsRuns(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	s, err := Open(context.Background(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	const runs, hit = 40, 23
	marker := func(num int64) string { return fmt.Sprintf("%q", fmt.Sprintf("this is run %d", num)) }
	for num := int64(1); num <= runs; num++ {
		two := &plan.Plan{Name: "two", Fingerprint: "two", Tasks: []plan.Task{{ID: "a"}, {ID: "b"}}}
		value := []byte(marker(num) + strings.Repeat(" ", 1500))
		mustCommit(t, s, &store.RunCreated{Num: num, ID: fmt.Sprint("run-", num), Plan: two, At: 1},
			&store.TaskDecided{Run: num, Ready: true, At: 1}, &store.AttemptStarted{Run: num, Attempt: 1, At: 1},
			completed(num, 2, engine.Entry{Key: "k", Value: value}))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(file, []byte(marker(hit)))
	copy(file[at/pageSize*pageSize:], bytes.Repeat([]byte{0xa5}, 32))
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReader(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	num, bad := int64(0), 0
	for open, err := range r.OpenRuns(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		num++
		if open.Damage != nil {
			bad++
			wantDamage(t, "open run", fmt.Sprintf("run \"run-%d\": ", num), open.Damage)
			continue
		}
		if writes := open.State.Tasks[0].Writes; num == hit || len(writes) != 1 {
			t.Errorf("run %d has the writes %v", num, writes)
		}
	}
	if num != runs || bad == 0 || bad > 4 {
		t.Errorf("%d of %d runs are damaged", bad, num)
	}
	found := 0
	err = r.read(context.Background(), func(c conn) error {
		return checkSums(background, c, func(table string, id int64, text string) {
			if found++; table != "step" || id != 0 {
				t.Errorf("%s %d: %s", table, id, text)
			}
		})
	})
	if found != 1 || err != nil {
		t.Errorf("found %d problems, %v", found, err)
	}
}
