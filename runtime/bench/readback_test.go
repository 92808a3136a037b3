package main

import (
	"path/filepath"
	"testing"
	"time"

	"database/sql"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// What is missing from a task is noticed.
func TestMissing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	completed := func() *cloacina.TaskDetail {
		return &cloacina.TaskDetail{
			ID: "task", State: cloacina.Completed, Decided: now, Ended: now, Attempts: []cloacina.AttemptDetail{
				{Number: 1, Outcome: "succeeded", Started: now, Ended: now, Host: "host", Version: "version"},
			},
		}
	}
	want := expected{state: cloacina.Completed, attempts: 1}
	if err := want.check(completed()); err != nil {
		t.Error(err)
	}
	for what, take := range map[string]func(*cloacina.TaskDetail){
		"state":    func(t *cloacina.TaskDetail) { t.State = cloacina.Running },
		"decision": func(t *cloacina.TaskDetail) { t.Decided = time.Time{} },
		"end":      func(t *cloacina.TaskDetail) { t.Ended = time.Time{} },
		"attempt":  func(t *cloacina.TaskDetail) { t.Attempts = nil },
		"outcome":  func(t *cloacina.TaskDetail) { t.Attempts[0].Outcome = "" },
		"start":    func(t *cloacina.TaskDetail) { t.Attempts[0].Started = time.Time{} },
		"host":     func(t *cloacina.TaskDetail) { t.Attempts[0].Host = "" },
		"reason":   func(t *cloacina.TaskDetail) { t.Reason = "trigger rule not satisfied" },
	} {
		task := completed()
		if take(task); want.check(task) == nil {
			t.Errorf("it is not noticed that the %s is wrong", what)
		}
	}
	skipped := expected{state: cloacina.Skipped, reason: `"fetch"`}
	task := &cloacina.TaskDetail{State: cloacina.Skipped, Decided: now, Ended: now, Reason: "trigger rule not satisfied"}
	if skipped.check(task) == nil {
		t.Error("it is not noticed that the explanation is missing")
	}
}

// A run that is not as it was written is noticed, whichever one is read.
func TestDamage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	e, err := openEngine(t.Context(), path, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := sevens(20, 4)(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	page, err := e.Runs(t.Context(), cloacina.RunFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, info := range page {
		ids = append(ids, info.ID)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "UPDATE step SET sum = sum + 1 WHERE id = (SELECT max(id) FROM step)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if readSeven(t.Context(), e, ids) == nil {
		t.Error("a wrong checksum is not noticed")
	}
	if err := e.close(); err != nil {
		t.Fatal(err)
	}
}
