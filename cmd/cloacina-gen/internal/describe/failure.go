package describe

import (
	"slices"
	"strconv"

	"github.com/cloacina-go/cloacina/internal/outcome"
)

// mostFollowers bounds the tasks for which it is asked what a failure does to them.
const mostFollowers = 40

// failure says what follows if the task fails for good.
func (t *explained) failure() {
	t.section("If it fails")
	m := t.w.Model()
	if t.never(outcome.Failed(t.i)) {
		t.printf("  It never runs, so it never fails.\n")
		return
	}
	switch {
	case !t.task.AllowFailure:
		t.printf("  The run fails, too; what does not depend on it goes on (allow_failure would keep the run).\n")
	case m.Find(outcome.Failed(t.i), outcome.RunCompleted()).Verdict == outcome.Impossible:
		t.printf("  Its failure is allowed, but the run fails all the same, for what follows from it.\n")
	default:
		t.printf("  Its failure is allowed: the run can still complete.\n")
	}
	t.consequences()
}

// never reports whether facts are never true together.
func (t *explained) never(facts ...outcome.Fact) bool {
	return t.w.Model().Find(facts...).Verdict == outcome.Impossible
}

// consequences sorts the tasks behind it by what becomes of them.
func (t *explained) consequences() {
	behind := t.behind()
	var skipped, always []int
	var lacking [][]string
	failed := outcome.Failed(t.i)
	for _, i := range behind[:min(len(behind), mostFollowers)] {
		switch {
		case t.never(failed, outcome.Ran(i)):
			skipped = append(skipped, i)
		case t.never(failed, outcome.Skipped(i)):
			always = append(always, i)
		}
		for _, key := range t.lacks(i) {
			lacking = append(lacking, []string{t.p.Tasks[i].ID, "may fail, because it requires " + strconv.Quote(key)})
		}
	}
	if len(skipped) > 0 {
		t.printf("  Skipped then: %s\n", t.ids(skipped))
	}
	if len(always) > 0 {
		t.printf("  Run then, too: %s\n", t.ids(always))
	}
	if len(lacking) > 0 {
		t.printf("%s", columns(nil, lacking, "  "))
	}
	if n := len(behind) - mostFollowers; n > 0 {
		t.printf("  (%d more tasks depend on it)\n", n)
	}
}

// lacks are the keys that the task writes and another one requires, and that are
// missing when that one can run after a failure.
func (t *explained) lacks(i int) []string {
	var keys []string
	for _, r := range t.p.Tasks[i].Reads {
		if r.Optional || !slices.Contains(r.Writers, t.i) {
			continue
		}
		if !t.never(outcome.Failed(t.i), outcome.Ran(i), outcome.Present(i, r.Key).Not()) {
			keys = append(keys, r.Key)
		}
	}
	return keys
}

// behind are the tasks that depend on it, directly or not, in the order of the plan.
func (t *explained) behind() []int {
	seen := make([]bool, len(t.p.Tasks))
	seen[t.i] = true
	var list []int
	for i := t.i + 1; i < len(t.p.Tasks); i++ {
		if slices.ContainsFunc(t.p.Tasks[i].DependsOn, func(d int) bool { return seen[d] }) {
			seen[i] = true
			list = append(list, i)
		}
	}
	return list
}
