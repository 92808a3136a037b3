package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

func violationOf(t *testing.T, err error) *engine.Violation {
	t.Helper()
	var v *engine.Violation
	if !errors.As(err, &v) {
		t.Fatalf("%v is no violation", err)
	}
	return v
}

func TestViolationText(t *testing.T) {
	t.Parallel()
	g := prepare(t, edges("a"))
	_, err := g.Step(begun(t, g), engine.Event{Kind: engine.Start, Task: 7})
	const want = `run "run": assertion failed on event start (task 7, attempt 0): there is no such task`
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	const wantRestored = `run "x" cannot be restored: it has 0 tasks, its plan 1`
	if err := g.Restore(&engine.Run{ID: "x"}); err == nil || err.Error() != wantRestored {
		t.Errorf("got %v", err)
	}
}

// The dump shows the state and the names of keys, and no value.
func TestDump(t *testing.T) {
	t.Parallel()
	p := edges("a", "b: a", "c: b")
	p.Tasks[1].Rule.Tree = &plan.Node{Op: plan.OpTaskSuccess}
	g := prepare(t, p)
	r := g.NewRun("run", []engine.Entry{entry("in", `"secret"`)}, 99)
	step(t, g, r, engine.Event{Kind: engine.Begin})
	complete(t, g, r, 0, entry("password", `"secret"`))
	step(t, g, r, engine.Event{Kind: engine.Start, Task: 1})
	_, err := g.Step(r, engine.Event{})
	v := violationOf(t, err)
	const want = `run "run" of "w", plan f: running, 2 of 3 tasks open, deadline 99, initial keys ["in"]
task 0 "a" after []: completed, 0 pending, attempt 1 (again false), due 0, 0 interruptions, leaves , keys ["password"]
task 1 "b" after [0]: running, 0 pending, attempt 1 (again false), due 0, 0 interruptions, leaves 01, keys []
task 2 "c" after [1]: waiting, 1 pending, attempt 0 (again false), due 0, 0 interruptions, leaves , keys []
`
	if diff := cmp.Diff(want, v.Dump); diff != "" {
		t.Error(diff)
	}
}

func TestDumpIsBounded(t *testing.T) {
	t.Parallel()
	g := prepare(t, chainPlan(5_000, plan.OpTaskFailed))
	r := begun(t, g)
	r.Tasks = append(r.Tasks, engine.Task{}) // one that the plan does not have
	_, err := g.Step(r, engine.Event{Kind: engine.Start})
	v := violationOf(t, err)
	if n := strings.Count(v.Dump, "\n"); n != 202 || !strings.HasSuffix(v.Dump, "and 4801 more tasks\n") {
		t.Errorf("%d lines, ending in %q", n, v.Dump[len(v.Dump)-40:])
	}
	r = &engine.Run{ID: "short", Tasks: make([]engine.Task, 3)}
	g = prepare(t, edges("a"))
	if dump := violationOf(t, g.Restore(r)).Dump; !strings.Contains(dump, `task 2 "?" after []: unknown(0)`) {
		t.Errorf("got %s", dump)
	}
}
