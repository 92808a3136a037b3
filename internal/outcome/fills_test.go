package outcome_test

import (
	"testing"

	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// A task that gives a default leaves the key alone only if it has found it in its own
// context. Whether the key is there further on is another question.
func TestFilledKeys(t *testing.T) {
	t.Parallel()
	writes := plan.Write{Key: "k", Shape: "int"}
	may := plan.Write{Key: "k", Shape: "int", Optional: true}
	fills := plan.Write{Key: "k", Shape: "int", Optional: true, Fills: true}
	deletes := plan.Write{Key: "k", Optional: true, Deletes: true}
	task := func(id string, w plan.Write, deps ...int) plan.Task {
		t := plan.Task{ID: id, DependsOn: deps}
		if w.Key != "" {
			t.Writes = []plan.Write{w}
		}
		return t
	}
	reader := func(deps ...int) plan.Task { return task("reader", plan.Write{}, deps...) }
	for name, test := range map[string]struct {
		tasks []plan.Task
		// filler is the task that fills, of which it is asked whether it can complete
		// and the last task misses the key.
		filler int
		want   outcome.Verdict
	}{
		"nothing before":        {[]plan.Task{task("f", fills), reader(0)}, 0, outcome.Impossible},
		"a writer that may not": {[]plan.Task{task("w", may), task("f", fills, 0), reader(1)}, 1, outcome.Impossible},
		"a writer and a deletion before": {
			[]plan.Task{task("w", writes), task("d", deletes, 0), task("f", fills, 1), reader(2)}, 2, outcome.Impossible,
		},
		"a writer in another branch": {
			[]plan.Task{task("w", may), task("f", fills), reader(0, 1)}, 1, outcome.Impossible,
		},
		"a writer that the reader sees later": {
			[]plan.Task{task("w", may), task("f", fills, 0), task("x", may, 0), reader(2, 1)}, 1, outcome.Impossible,
		},
		"a deletion after": {
			[]plan.Task{task("f", fills), task("d", deletes, 0), reader(1)}, 0, outcome.Possible,
		},
		"a deletion in another branch, last": {
			[]plan.Task{task("f", fills), task("d", deletes), reader(0, 1)}, 0, outcome.Possible,
		},
		"a deletion in another branch, first": {
			[]plan.Task{task("f", fills), task("d", deletes), reader(1, 0)}, 0, outcome.Impossible,
		},
		// It has found what w wrote, and for the reader the deletion comes after that.
		"a deletion in another branch of what it has found": {
			[]plan.Task{task("w", writes), task("f", fills, 0), task("d", deletes, 0), reader(2, 1)}, 1, outcome.Possible,
		},
		"a deletion in another branch of what it has not found": {
			[]plan.Task{task("w", writes), task("f", fills), task("d", deletes, 0), reader(2, 1)}, 1, outcome.Impossible,
		},
		"one that fills after another": {
			[]plan.Task{task("g", fills), task("f", fills, 0), reader(1)}, 1, outcome.Impossible,
		},
		"a writer that leaves it out": {[]plan.Task{task("m", may), reader(0)}, 0, outcome.Possible},
	} {
		p := &plan.Plan{Name: "w", Tasks: test.tasks}
		if err := p.Validate(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m, last := outcome.New(p, outcome.Types{}), len(p.Tasks)-1
		missing := outcome.Present(last, "k").Not()
		if got := m.Verdict(outcome.Completed(test.filler), missing); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
		if got := m.Verdict(outcome.Failed(test.filler), missing); got != outcome.Possible {
			t.Errorf("%s: after a failure got %v", name, got)
		}
		if got := m.Verdict(outcome.Completed(test.filler), missing.Not()); got != outcome.Possible {
			t.Errorf("%s: never there: %v", name, got)
		}
	}
}
