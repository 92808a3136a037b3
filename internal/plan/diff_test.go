package plan

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	value := func(p *Plan) *Node { return p.Tasks[2].Rule.Tree.Args[1] }
	const rule = `all(task_success("b"), context_value("k", in, nil, true, -1, 9223372036854775808, 1.0, "\"\\"))`
	for want, change := range map[string]func(*Plan){
		"": func(p *Plan) {
			p.Description, p.Fingerprint, p.Tasks[0].Func, p.Tasks[2].Rule.Text = "x", "x", "x", "x"
			p.Retention++
		},
		`workflow: name "w", now "v"`:                                                        func(p *Plan) { p.Name = "v" },
		"workflow: timeout 1s, now none":                                                     func(p *Plan) { p.Timeout = 0 },
		"workflow: input declared, now any":                                                  func(p *Plan) { p.InputDeclared = false },
		`workflow: input "m" is new`:                                                         func(p *Plan) { p.Input = append(p.Input, Input{Name: "m"}) },
		`workflow: input "n" is gone`:                                                        func(p *Plan) { p.Input = nil },
		`workflow: input "n" optional int with default 1, now required float`:                func(p *Plan) { p.Input[0] = Input{Name: "n", Shape: "float"} },
		"task d is new":                                                                      func(p *Plan) { p.Tasks = append(p.Tasks, Task{ID: "d"}) },
		"task c is gone":                                                                     func(p *Plan) { p.Tasks = p.Tasks[:2] },
		"task c is gone; task d is new":                                                      func(p *Plan) { p.Tasks[2].ID = "d" },
		"task c: dependencies a, b, now a":                                                   func(p *Plan) { p.Tasks[2].DependsOn = []int{0} },
		"task c: dependencies a, b, now b, a":                                                func(p *Plan) { p.Tasks[2].DependsOn = []int{1, 0} },
		"task c: dependencies a, b, now none":                                                func(p *Plan) { p.Tasks[2].DependsOn = nil },
		"task c: rule " + rule + ", now always":                                              func(p *Plan) { p.Tasks[2].Rule = Rule{} },
		"task b: rule always, now " + `task_failed("a")`:                                     func(p *Plan) { p.Tasks[1].Rule.Tree = &Node{Op: OpTaskFailed} },
		"task c: rule " + rule + ", now " + strings.Replace(rule, `"k"`, `"/k/a"`, 1):        func(p *Plan) { value(p).Key = "/k/a" },
		"task a: retry_attempts 2, now 5":                                                    func(p *Plan) { p.Tasks[0].Retry.Attempts = 5 },
		"task a: retry_delay 1s, now 2s":                                                     func(p *Plan) { p.Tasks[0].Retry.Delay *= 2 },
		"task a: retry_max_delay 1m0s, now 2m0s":                                             func(p *Plan) { p.Tasks[0].Retry.MaxDelay *= 2 },
		"task a: retry_backoff exponential, now fixed; task a: retry_jitter true, now false": func(p *Plan) { p.Tasks[0].Retry.Backoff, p.Tasks[0].Retry.Jitter = Fixed, false },
		`task a: retry_condition "é\n", now all`:                                             func(p *Plan) { p.Tasks[0].Retry.Condition, p.Tasks[0].Retry.Matches = RetryAll, nil },
		`task a: retry_condition "é\n", now "é\n", "x"`:                                      func(p *Plan) { p.Tasks[0].Retry.Matches = append(p.Tasks[0].Retry.Matches, "x") },
		"task c: timeout 1m0s, now none":                                                     func(p *Plan) { p.Tasks[2].Timeout = 0 },
		"task b: allow_failure false, now true":                                              func(p *Plan) { p.Tasks[1].AllowFailure = true },
		"task b: keys listed, now open":                                                      func(p *Plan) { p.Tasks[1].Open = true },
		`task c: read "k" required int, now optional any`:                                    func(p *Plan) { p.Tasks[2].Reads[0].Shape, p.Tasks[2].Reads[0].Optional = "", true },
		`task a: write "k" required int, now optional int, or deleted`: func(p *Plan) {
			p.Tasks[0].Writes[0].Optional, p.Tasks[0].Writes[0].Deletes = true, true
		},
		`task a: write "k" required int, now optional int, where it is missing`: func(p *Plan) {
			p.Tasks[0].Writes[0].Optional, p.Tasks[0].Writes[0].Fills = true, true
		},
		`task a: write "k" required int, now deleted`: func(p *Plan) {
			p.Tasks[0].Writes[0] = Write{Key: "k", Optional: true, Deletes: true}
		},
		`task a: write "k" is gone; task a: write "l" is new`:                     func(p *Plan) { p.Tasks[0].Writes[0].Key = "l" },
		`task c: read "k" required int, now required int, which nothing gives it`: func(p *Plan) { p.Tasks[2].Reads[0].Accepted = true },
		"task b: history none, now ended before it was gone":                      func(p *Plan) { p.Tasks[1].Kept = &Kept{Gone: true} },
		"task b: history none, now decided by an earlier rule":                    func(p *Plan) { p.Tasks[1].Kept = &Kept{} },
		"task b: history none, now its code depends on a, x":                      func(p *Plan) { p.Tasks[1].Kept = &Kept{Listed: []string{"a", "x"}} },
		`workflow: order of tasks a, b, c, now b, a, c`: func(p *Plan) {
			p.Tasks[0], p.Tasks[1] = p.Tasks[1], p.Tasks[0]
			p.Tasks[2].DependsOn, p.Tasks[2].Rule.Tree.Args[0].Task = []int{1, 0}, 0
		},
	} {
		now := covered()
		change(now)
		var texts []string
		for _, d := range Diff(covered(), now) {
			texts = append(texts, d.String())
		}
		if diff := cmp.Diff(want, strings.Join(texts, "; ")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestDifferenceOfLongTextsIsShort(t *testing.T) {
	t.Parallel()
	d := Difference{Task: "a", What: "rule", Old: strings.Repeat("é", 1000), New: "always"}
	if got, want := d.String(), "task a: rule "+strings.Repeat("é", 80)+"..., now always"; got != want {
		t.Errorf("got %s", got)
	}
}

// TestDiffIsTheFingerprint changes plans at random: there is a difference if
// and only if the fingerprints differ.
func TestDiffIsTheFingerprint(t *testing.T) {
	t.Parallel()
	changes := []func(t *rapid.T, p *Plan){
		func(t *rapid.T, p *Plan) { p.Description = rapid.String().Draw(t, "description") },
		func(t *rapid.T, p *Plan) { p.Retention = time.Duration(rapid.IntRange(0, 2).Draw(t, "retention")) },
		func(t *rapid.T, p *Plan) { p.Timeout = time.Duration(rapid.IntRange(0, 2).Draw(t, "timeout")) },
		func(t *rapid.T, p *Plan) { p.Input = rapid.Permutation(p.Input).Draw(t, "input") },
		func(t *rapid.T, p *Plan) { p.Tasks[1].Writes = rapid.Permutation(p.Tasks[1].Writes).Draw(t, "writes") },
		func(t *rapid.T, p *Plan) {
			p.Tasks[0].Writes[0].Deletes = rapid.Bool().Draw(t, "deletes")
			p.Tasks[0].Writes[0].Fills = !p.Tasks[0].Writes[0].Deletes && rapid.Bool().Draw(t, "fills")
			p.Tasks[0].Writes[0].Optional = p.Tasks[0].Writes[0].Deletes || p.Tasks[0].Writes[0].Fills ||
				rapid.Bool().Draw(t, "optional")
			p.Tasks[0].Writes[0].Shape = rapid.SampledFrom([]string{"", "int"}).Draw(t, "shape")
		},
		func(t *rapid.T, p *Plan) { p.Tasks[1].Reads = rapid.Permutation(p.Tasks[1].Reads).Draw(t, "reads") },
		func(t *rapid.T, p *Plan) { p.Tasks[2].DependsOn = rapid.Permutation([]int{0, 1}).Draw(t, "after") },
		func(t *rapid.T, p *Plan) { p.Tasks[0].Retry.Attempts = rapid.IntRange(0, 2).Draw(t, "attempts") },
		func(t *rapid.T, p *Plan) {
			p.Tasks[1].Rule.Tree = &Node{Op: OpValue, Key: "k", Cmp: CmpIn, Literals: []Literal{
				{Kind: LitFloat, Float: rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1}).Draw(t, "float")},
			}}
		},
		func(t *rapid.T, p *Plan) { p.Tasks[2].Reads[0].Accepted = rapid.Bool().Draw(t, "accepted") },
		func(t *rapid.T, p *Plan) {
			p.Tasks[1].Kept = rapid.SampledFrom([]*Kept{
				nil, {}, {Gone: true}, {Listed: []string{"a"}}, {Listed: []string{"a", "c"}},
			}).Draw(t, "kept")
		},
		func(t *rapid.T, p *Plan) {
			if rapid.Bool().Draw(t, "swap") {
				p.Tasks[0], p.Tasks[1] = p.Tasks[1], p.Tasks[0]
				slices.Reverse(p.Tasks[2].DependsOn)
			}
		},
	}
	base := func() *Plan {
		p := covered()
		p.Input = append(p.Input, Input{Name: "o", Shape: "int"})
		p.Tasks[1].Writes = []Write{{Key: "x"}, {Key: "y"}}
		p.Tasks[1].Reads = []Read{{Key: "x"}, {Key: "y"}}
		return p
	}
	rapid.Check(t, func(t *rapid.T) {
		old, now := base(), base()
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			rapid.SampledFrom(changes).Draw(t, "change")(t, old)
			rapid.SampledFrom(changes).Draw(t, "change")(t, now)
		}
		same := old.ComputeFingerprint() == now.ComputeFingerprint()
		if d := Diff(old, now); same != (len(d) == 0) {
			t.Fatalf("same fingerprint: %t, differences: %v\n%s\n%s", same, d, old.canonical(), now.canonical())
		}
	})
}
