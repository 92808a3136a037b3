package engine_test

import (
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/google/go-cmp/cmp"
)

func TestObstacles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, done, now, want string }{
		"ended task gone":           {"a; b: a", "a", "b", `task "a" has completed and is gone from the plan; task "b" is about to run and has other dependencies: a, now none (final)`},
		"only gone":                 {"a; b; c: b", "a!", "b; c: b", `task "a" has failed and is gone from the plan`},
		"skipped task gone":         {"a | never; b", "", "b", `task "a" was skipped and is gone from the plan`},
		"running task gone":         {"a; b", "a>", "b", `task "a" is running and is gone from the plan (final)`},
		"retrying task gone":        {"a | retries:1; b", "a?", "b", `task "a" waits for a retry and is gone from the plan (final)`},
		"waiting task gone":         {"a; b: a", "", "a", ""},
		"other dependencies":        {"a; b; c: a", "a; b; c>", "a; b; c: b", `task "c" is running and has other dependencies: a, now b (final)`},
		"ended, other":              {"a; b; c: a; d: c b", "a; b; c", "a; b; c: a b; d: c b", `task "c" has completed and has other dependencies: a, now a, b`},
		"new before ended":          {"a; c: a; d: c", "a; c", "a; b; c: a b; d: c", `task "b" would have to end before task "c", which has completed`},
		"key of a late one":         {"a; c: a; d: c", "a; c", "a; b | w:k=int; c: a b; d: c | r:k=int", `task "b" would have to end before task "c", which has completed; task "d" requires the key "k" of task "b", which runs too late for it`},
		"new before running":        {"a; c: a; d: c", "a; c>", "a; b; c: a b; d: c", `task "b" would have to end before task "c", which is running (final)`},
		"far before running":        {"a; b: a; c: b", "a; b; c>", "a; x; b: a x; c: b", `task "x" would have to end before task "b", which has completed`},
		"undecided before":          {"a; b; c: a; d: c", "a; c", "a; b; c: a b; d: c", `task "b" would have to end before task "c", which has completed`},
		"order of an ended one":     {"a; b; c: a b; x; d: c x", "a:k=1; b:k=2; c", "a; b; c: b a; x; d: c x", ""},
		"order of a ready one":      {"a | w:k=int; b | w:k=int; c: a b | r:k=int", "a:k=1; b:k=2", "a | w:k=int; b | w:k=int; c: b a | r:k=int", `task "c" is about to run and would find another value of the key "k", because dependencies changed`},
		"order, same values":        {"a | w:k=int; b | w:k=int; c: a b | r:k=int", "a:k=1; b:k=1", "a | w:k=int; b | w:k=int; c: b a | r:k=int", ""},
		"key not written":           {"a; b: a", "a", "a | w:k=int; b: a | r:k=int", `task "b" requires the key "k" of task "a", which has completed without writing it`},
		"key of a new reader":       {"a; b: a", "a", "a | w:k=int; b: a; c: b | r:k=int", `task "c" requires the key "k" of task "a", which has completed without writing it`},
		"key read by the ended":     {"a; b: a; c: b", "a; b", "a | w:k=int; b: a | r:k=int; c: b", ""},
		"optional read":             {"a; b: a", "a", "a | w:k=int; b: a | R:k=int", ""},
		"optional write":            {"a; b: a", "a", "a | W:k=int; b: a | r:k=int", ""},
		"optional became sure":      {"a | W:k=int; b: a | R:k=int", "a", "a | w:k=int; b: a | r:k=int", `task "b" requires the key "k" of task "a", which has completed without writing it`},
		"optional was written":      {"a | W:k=int; b: a | R:k=int", "a:k=1", "a | w:k=int; b: a | r:k=int", ""},
		"written by a later":        {"a; x: a; b: x", "a", "a | w:k=int; x: a | w:k=int; b: x | r:k=int", ""},
		"later may be skipped":      {"a; x: a | maybe; b: x", "a", "a | w:k=int; x: a | maybe w:k=int; b: x | r:k=int", ""},
		"later is not decided":      {"a; y: a; x: y | maybe; b: x", "a", "a | w:k=int; y: a; x: y | maybe w:k=int; b: x | r:k=int", `task "b" requires the key "k" of task "a", which has completed without writing it`},
		"later may fail":            {"a; x: a; b: x", "a", "a | w:k=int; x: a | f w:k=int; b: x | r:k=int", `task "b" requires the key "k" of task "a", which has completed without writing it`},
		"later may leave it":        {"a; x: a; b: x", "a", "a | w:k=int; x: a | W:k=int; b: x | r:k=int", `task "b" requires the key "k" of task "a", which has completed without writing it`},
		"later failed the run":      {"a; x: a; z; b: x z", "a; x!", "a | w:k=int; x: a | w:k=int; z; b: x z | r:k=int", ""},
		"earlier wrote it":          {"a | w:k=int; x: a; b: x | r:k=int", "a:k=1; x", "a | w:k=int; x: a | w:k=int; b: x | r:k=int", ""},
		"initial has it":            {"a; b: a", "=k=1; a", "a | w:k=int; b: a | r:k=int", ""},
		"skipped, now always":       {"a | never; z; b: a z", "", "a | w:k=int; z; b: a z | r:k=int", `task "b" requires the key "k" of task "a", which was skipped`},
		"skipped by both":           {"a | never; z; b: a z", "", "a | never w:k=int; z; b: a z | r:k=int", ""},
		"failed, now not":           {"a | f; z; b: a z", "a!", "a | w:k=int; z; b: a z | r:k=int", `task "b" requires the key "k" of task "a", which has failed`},
		"failed and may":            {"a | f; z; b: a z", "a!", "a | f w:k=int; z; b: a z | r:k=int", ""},
		"filled by a later":         {"a; x: a; b: x", "a", "a | w:k=int; x: a | F:k=int; b: x | r:k=int", ""},
		"filled, may fail":          {"a; x: a; b: x", "a", "a | w:k=int; x: a | f F:k=int; b: x | r:k=int", `task "b" requires the key "k" of task "a", which has completed without writing it`},
		"filled, mistyped":          {"a | w:k=string; x: a; b: x", `a:k="s"`, "a | w:k=int; x: a | F:k=int; b: x | r:k=int", `task "b" reads the key "k", and the value that task "a" has written is of another type: want int, have string`},
		"filled, or deleted":        {"a; d: a; x: a; b: d x", "a", "a | w:k=int; d: a | D:k; x: a | F:k=int; b: d x | r:k=int", ""},
		"filled, another found":     {"a | w:k=int; d: a | D:k; x: a | R:k=int W:k=int; b: d x", "a:k=1; d:k=-; x", "a; d: a | D:k; x: a | R:k=int F:k=int; b: d x | r:k=int", `task "b" requires the key "k" of task "x", which has completed without writing it`},
		"to fill, another found":    {"a | w:k=int; d: a | D:k; x: a; b: d x", "a:k=1; d:k=-", "a; d: a | D:k; x: a | R:k=int F:k=int; b: d x | r:k=int", `task "b" requires the key "k" of task "x", which finds a value that is deleted for this task`},
		"filled, still written":     {"a | w:k=int; d: a | D:k; x: a | R:k=int W:k=int; b: d x", "a:k=1; d:k=-; x", "a | W:k=int; d: a | D:k; x: a | R:k=int F:k=int; b: d x | r:k=int", ``},
		"deleted, to be filled":     {"d | D:k; l: d; x: l; b: x", "d:k=-; l", "d | D:k; l: d | w:k=int; x: l | R:k=int F:k=int; b: x | r:k=int", ``},
		"to be filled, no deletion": {"a | w:k=int; d: a | D:k; x: d; b: x", "a:k=1; d:k=-", "a | w:k=int; d: a; x: d | R:k=int F:k=int; b: x | r:k=int", ``},
		"skipped filler found":      {"a | w:k=int; x: a | never R:k=int W:k=int; z; b: x z", "a:k=1", "a; x: a | R:k=int F:k=int; z; b: x z | r:k=int", ``},
		"filled, initial found":     {"y; d: y | o; x | R:k=int o; b: d x", "=k=1; y; d:k=-; x", "y; d: y | D:k; x | R:k=int F:k=int; b: d x | r:k=int", `task "b" requires the key "k" of task "x", which has completed without writing it`},
		"to be filled now":          {"a | W:k=int; b: a | R:k=int", "a", "a | F:k=int; b: a | r:k=int", `task "b" requires the key "k" of task "a", which has completed without writing it`},
		"filled as found":           {"a | w:k=int; x: a | W:k=int; b: x", "a:k=1; x", "a | w:k=int; x: a | F:k=int; b: x | r:k=int", ""},
		"deleted":                   {"a | w:k=int; x: a | o; b: x", "a:k=1; x:k=-", "a | w:k=int; x: a; b: x | r:k=int", `task "b" requires the key "k" of task "x", which has deleted it`},
		"listed as deleted":         {"a | w:k=int; x: a | D:k=int; b: x", "a:k=1; x:k=-", "a | w:k=int; x: a | D:k; b: x | r:k=int", ""},
		"no more deleted":           {"a | w:k=int; x: a | D:k=int; b: x", "a:k=1; x:k=-", "a | w:k=int; x: a | W:k=int; b: x | r:k=int", `task "b" requires the key "k" of task "x", which has deleted it`},
		"list may delete":           {"a | w:k=int; x: a; y; b: x y", "a:k=1; y", "a | w:k=int; x: a | D:k=int; y | w:k=int; b: x y | r:k=int", `task "b" requires the key "k" of task "y", which has completed without writing it`},
		"list deletes another":      {"a | w:k=int; x: a; y; b: x y", "a:k=1; y", "a | w:k=int; x: a | D:l=int; y | w:k=int; b: x y | r:k=int", ""},
		"deleted by open":           {"a | w:k=int; x: a | o; b: x | r:k=int", "a:k=1; x:k=-", "a | w:k=int; x: a | o; z; b: x z | r:k=int", `task "z" would have to end before task "b", which is about to run (final)`},
		"another type":              {"a | w:k=int; b: a | r:k=int", "a:k=1", "a | w:k=string; b: a | r:k=string", `task "b" reads the key "k", and the value that task "a" has written is of another type: want string, have number 1`},
		"type of optional":          {"a | w:k=int; b: a | R:k=int", "a:k=1", "a | w:k=string; b: a | R:k=string", `task "b" reads the key "k", and the value that task "a" has written is of another type: want string, have number 1`},
		"null for optional":         {"a | o; b: a", "a:k=null", "a | w:k=string; b: a | R:k=string", ""},
		"not written any more":      {"a | w:k=int; x; b: a x", "a:k=1", "a; x | w:k=string; b: x a | r:k=string", `task "b" reads the key "k", and the value that task "a" has written is of another type: want string, have number 1`},
		"behind a certain one":      {"a | w:k=int; x: a; b: x", "a:k=1", "a; x: a | w:k=string; b: x | r:k=string", ""},
		"open writes anything":      {"a | o; b: a | r:k=int", `a:k="s"`, "a | o; b: a | r:k=int; c: b", ""},
		"wider type":                {"a | w:k=int; b: a | r:k=int", "a:k=1", "a | w:k=float; b: a | r:k=float", ""},
		"input missing":             {"a; b: a", "a", "a | input:k=int; b: a | r:k=int", `task "b" requires the key "k" of the input, which the run was started without`},
		"default missing":           {"a; b: a", "a", "a | inputs:k=int; b: a | r:k=int", `task "b" requires the key "k" of the input, which the run was started without`},
		"input nobody reads":        {"a; b: a", "a", "a | input:k=int; b: a", ""},
		"input given":               {"a; b: a", "=k=1; a", "a | input:k=int; b: a | r:k=int", ""},
		"input of another type":     {"a | input:k=string; b: a | r:k=string", `=k="s"; a`, "a | input:k=int; b: a | r:k=int", `task "b" reads the key "k", and the value that the run was started with is of another type: want int, have string`},
		"open before the value":     {"x | o; y; l; b: x y l", "y:k=1; l", "x | o; y | w:k=int; l | w:k=int; b: x y l | r:k=int", ""},
		"open after a promise":      {"x | o; y; l; b: y l x", "y:k=1; l", "x | o; y | w:k=int; l | w:k=int; b: y l x | r:k=int", ""},
		"its own fault":             {"a | w:k=int; z; b: a z | r:k=int", "a", "a | w:k=int; z; b: a z | r:k=int; c", ""},
		"late, of no concern":       {"a | w:k=int; c: a; d: c | r:k=int", "a:k=1; c", "a | w:k=int; b; c: a b; d: c | r:k=int; y | w:k=int", `task "b" would have to end before task "c", which has completed`},
		"order of promises":         {"a | f; x: a | f; z; b: x z", "a!; x!", "a | w:k=int; x: a | w:k=int; z; b: x z | r:k=int", `task "b" requires the key "k" of task "x", which has failed`},
		"any fits the list":         {"a | o; b: a", `a:k="s"`, "a | w:k=any; b: a | r:k=int", ""},
		"hidden by a promise":       {"x | o; a: x; z; b: a z", `x:k="s"; a`, "x | o; a: x | w:k=int; z; b: a z | r:k=int", `task "b" reads the key "k", and the value that task "x" has written is of another type: want int, have string`},
		"initial, not declared":     {"a; b: a", `=k="s"; a`, "a; b: a | r:k=int", ""},
		"initial, now written":      {"a; z; b: a z", `=k="s"; a`, "a; z; b: a z | r:k=int; c: b | w:k=int", `task "b" reads the key "k", and the value that the run was started with is of another type: want int, have string`},
		"presumed":                  {"a; b: a", "a", "a; b: a | r:k=int", `task "b" requires the key "k" of the input, which the run was started without`},
		"presumed before":           {"a; b: a | r:k=int", "a", "a; b: a | r:k=int; c", ""},
		"open below":                {"a; x: a; b: x", "a", "a; x: a | o; b: x | r:k=int", ""},
		"open below a promise":      {"a; x: a; b: x", "a", "a | w:k=int; x: a | o; b: x | r:k=int", `task "b" requires the key "k" of task "a", which has completed without writing it`},
		"open may delete":           {"a | w:k=int; x: a; y; b: x y", "a:k=1; y", "a | w:k=int; x: a | o; y | w:k=int; b: x y | r:k=int", `task "b" requires the key "k" of task "y", which has completed without writing it`},
	} {
		old, now := workflow(words(test.old)...), workflow(words(test.now)...)
		var done []string
		if test.done != "" {
			done = words(test.done)
		}
		r := after(t, old, done...)
		adoption, obstacles := engine.Adopt(old, r, now, false)
		got := textOf(obstacles)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if (adoption == nil) != (len(obstacles) > 0) {
			t.Errorf("%s: adoption %v", name, adoption)
		}
		checkAccept(t, name, old, r, now, strings.HasSuffix(test.want, "(final)"))
	}
}

func textOf(obstacles []engine.Obstacle) string {
	var texts []string
	final := ""
	for _, o := range obstacles {
		texts = append(texts, o.String())
		if !o.Acceptable {
			final = " (final)"
		}
	}
	return strings.Join(texts, "; ") + final
}

// checkAccept checks that accepting gives a plan that is none of an obstacle again.
func checkAccept(t *testing.T, name string, old *plan.Plan, r *engine.Run, now *plan.Plan, final bool) {
	t.Helper()
	adoption, _ := engine.Adopt(old, r, now, true)
	if (adoption == nil) != final {
		t.Errorf("%s: accepted: %v", name, adoption)
	}
	if adoption == nil {
		return
	}
	again, obstacles := engine.Adopt(adoption.Plan, adoption.Run, now, false)
	if len(obstacles) > 0 || again.Changed {
		t.Errorf("%s: again: %v, changed %v", name, obstacles, again)
	}
	if err := prepare(t, adoption.Plan).RestoreAdopted(adoption.Run); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}
