package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// kinds lists the kinds of decisions with their tasks.
func kinds(decisions []engine.Decision) string {
	var words []string
	for _, d := range decisions {
		word := d.Kind.String()
		switch d.Kind {
		case engine.RunEnded, engine.RunUnblocked:
			word += " " + d.Status.String()
		default:
			word += " " + string('0'+rune(d.Task))
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func TestUnblock(t *testing.T) {
	t.Parallel()
	g := prepare(t, edges("a", "b: a"))
	r := started(t, g)
	step(t, g, r, engine.Event{Kind: engine.Block})
	before := clone(r)
	if d := step(t, g, r, engine.Event{Kind: engine.Replan}); len(d) > 0 {
		t.Errorf("a blocked run is replanned: %s", kinds(d))
	}
	if got, want := kinds(step(t, g, r, engine.Event{Kind: engine.Unblock})), "run_unblocked running"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if d := step(t, g, r, engine.Event{Kind: engine.Unblock}); len(d) > 0 {
		t.Errorf("a second time: %s", kinds(d))
	}
	before.Status = engine.RunRunning
	if diff := difference(before, r); diff != "" {
		t.Errorf("the run is another: %s", diff)
	}
	complete(t, g, r, 0)
	complete(t, g, r, 1)
	if r.Status != engine.RunCompleted {
		t.Errorf("the run is %v", r.Status)
	}
}

// What is missing when a run was blocked before its decisions is made up for.
func TestUnblockDecides(t *testing.T) {
	t.Parallel()
	g := prepare(t, edges("a", "b: a", "c"))
	r := &engine.Run{ID: "run", Status: engine.RunBlocked, Tasks: []engine.Task{
		{Status: engine.TaskCompleted, Attempt: 1}, {Status: engine.TaskWaiting}, {Status: engine.TaskCompleted, Attempt: 1},
	}}
	if err := g.Restore(r); err != nil {
		t.Fatal(err)
	}
	if got, want := kinds(step(t, g, r, engine.Event{Kind: engine.Unblock})), "run_unblocked running, became_ready 1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	r = &engine.Run{ID: "run", Status: engine.RunBlocked, Tasks: slices.Repeat([]engine.Task{{Status: engine.TaskFailed, Attempt: 1}}, 3)}
	if err := g.Restore(r); err != nil {
		t.Fatal(err)
	}
	if got, want := kinds(step(t, g, r, engine.Event{Kind: engine.Unblock})), "run_unblocked running, run_ended failed"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A run that could not have been reached stays blocked, as it was.
func TestUnblockRefuses(t *testing.T) {
	t.Parallel()
	g := prepare(t, edges("a", "b: a"))
	for want, task := range map[string]engine.Task{
		"task 1 is ready, but 1 of its dependencies": {Status: engine.TaskReady},
		"task 1 is in no known state":                {Status: 77},
	} {
		r := &engine.Run{ID: "run", Status: engine.RunBlocked, Tasks: []engine.Task{{Status: engine.TaskReady}, task}}
		if err := g.Restore(r); err != nil {
			t.Fatal(err)
		}
		before := clone(r)
		_, err := g.Step(r, engine.Event{Kind: engine.Unblock})
		var v *engine.Violation
		if !errors.As(err, &v) || !strings.Contains(v.Reason, want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if diff := difference(before, r); diff != "" {
			t.Errorf("the run is another: %s", diff)
		}
	}
}
