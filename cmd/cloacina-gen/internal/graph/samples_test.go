package graph

import (
	"fmt"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// Builders of rules, for plans that are written down in tests.

func op(o plan.Op, args ...*plan.Node) *plan.Node { return &plan.Node{Op: o, Args: args} }
func all(args ...*plan.Node) *plan.Node           { return op(plan.OpAll, args...) }
func either(args ...*plan.Node) *plan.Node        { return op(plan.OpAny, args...) }
func success(task int) *plan.Node                 { return &plan.Node{Op: plan.OpTaskSuccess, Task: task} }
func failure(task int) *plan.Node                 { return &plan.Node{Op: plan.OpTaskFailed, Task: task} }
func skip(task int) *plan.Node                    { return &plan.Node{Op: plan.OpTaskSkipped, Task: task} }
func number(n int64) plan.Literal                 { return plan.Literal{Kind: plan.LitInt, Int: n} }
func text(s string) plan.Literal                  { return plan.Literal{Kind: plan.LitString, String: s} }
func value(key string, c plan.Cmp, l ...plan.Literal) *plan.Node {
	return &plan.Node{Op: plan.OpValue, Key: key, Cmp: c, Literals: l}
}

// task makes a task whose rule reads its keys from given writers.
func task(id string, rule *plan.Node, writers []int, dependencies ...int) plan.Task {
	t := plan.Task{ID: id, DependsOn: dependencies, Rule: plan.Rule{Tree: rule}}
	seen := map[string]bool{}
	for _, leaf := range rule.Leaves() {
		if leaf.Op == plan.OpValue && !seen[leaf.Key] {
			seen[leaf.Key] = true
			t.Rule.Reads = append(t.Rule.Reads, plan.Read{Key: leaf.Key, Writers: writers})
		}
	}
	return t
}

// withText gives the rules of a plan a text, and the plan a fingerprint.
func withText(p *plan.Plan) *plan.Plan {
	for i := range p.Tasks {
		if r := &p.Tasks[i].Rule; r.Tree != nil && r.Text == "" {
			r.Text = p.NodeText(r.Tree)
		}
	}
	p.Fingerprint = strings.Repeat("0", 8)
	return p
}

// tutorial is the workflow of tutorial 04 in the typed style.
func tutorial() *plan.Plan {
	retry := plan.Retry{Attempts: 3, Delay: time.Second, MaxDelay: 30 * time.Second, Jitter: true}
	p := &plan.Plan{
		Name: "error_handling_workflow", Description: "Demonstrates error handling and retry patterns", InputDeclared: true,
		Input: []plan.Input{{Name: "cache_works", Shape: "bool"}},
		Tasks: []plan.Task{
			task("fetch_data", nil, nil),
			task("cached_data", failure(0), nil, 0),
			task("process_data", either(success(0), success(1)), nil, 0, 1),
			task("high_quality_processing",
				all(success(2), value("data_quality_score", plan.CmpGreaterThan, number(80))), []int{2}, 2),
			task("low_quality_processing",
				all(success(2), value("data_quality_score", plan.CmpLessThan, number(81))), []int{2}, 2),
			task("failure_notification", all(failure(0), failure(1)), nil, 0, 1),
			task("final_report", either(success(3), success(4)), nil, 3, 4),
		},
	}
	first := &p.Tasks[0]
	first.Doc, first.Retry, first.AllowFailure = "FetchData fetches data from the external source.\n\nIt is slow.\n", retry, true
	first.Writes = []plan.Write{{Key: "raw_data", Shape: "{source: string}"}}
	p.Tasks[2].Reads = []plan.Read{{Key: "raw_data", Shape: "{source: string}", Writers: []int{0, 1}}}
	p.Tasks[2].Writes = []plan.Write{{Key: "data_quality_score", Shape: "int"}}
	return withText(p)
}

// fanOut is a task, n tasks behind it, and one that waits for all.
func fanOut(n int) *plan.Plan {
	p := &plan.Plan{Name: "fan_out", Tasks: []plan.Task{{ID: "split", Writes: []plan.Write{{Key: "parts", Shape: "[int]"}}}}}
	last := plan.Task{ID: "join"}
	rule := all()
	for i := range n {
		p.Tasks = append(p.Tasks, task(fmt.Sprintf("part_%d", i+1), all(success(0)), nil, 0))
		last.DependsOn = append(last.DependsOn, i+1)
		rule.Args = append(rule.Args, success(i+1))
	}
	last.Rule.Tree = rule
	p.Tasks = append(p.Tasks, last)
	return withText(p)
}

// everyRule has every kind of rule, node and comparison.
func everyRule() *plan.Plan {
	p := &plan.Plan{
		Name: "every_rule", Description: "Shows what rules can look like on edges.", Timeout: time.Hour,
		Tasks: []plan.Task{
			task("a", nil, nil), task("b", nil, nil),
			task("always_after", nil, nil, 0, 1),
			task("skipped_only", skip(2), nil, 2),
			task("not_failed", all(op(plan.OpNone, failure(0), failure(1))), nil, 0, 1),
			task("not_skipped", op(plan.OpNot, skip(0)), nil, 0),
			task("mixed", either(all(success(0), failure(1)), all(failure(0), success(1))), nil, 0, 1),
			task("part_rest", all(success(0), either(success(1), success(2))), nil, 0, 1, 2),
			task("one_of_each", either(success(0), all(failure(1), value("/k/x", plan.CmpExists))), []int{1}, 0, 1),
			task("some_do_not_matter", success(0), nil, 0, 1),
			task("values", all(
				value("n", plan.CmpGreaterOrEqual, number(1)), value("n", plan.CmpLessOrEqual, number(9)),
				value("s", plan.CmpEquals, text("x")), value("s", plan.CmpNotEquals, text("y")),
				value("s", plan.CmpContains, text("z")), value("s", plan.CmpNotContains, text("w")),
				value("e", plan.CmpExists), value("f", plan.CmpNotExists),
				value("c", plan.CmpIn, text("csv"), text("json")), value("d", plan.CmpNotIn, number(1), number(2)),
			), []int{0}, 0),
			task("negated_values", op(plan.OpNone, value("n", plan.CmpGreaterThan, number(1)), value("e", plan.CmpExists)), []int{0}, 0),
			task("never", all(success(0), failure(0)), nil, 0),
			task("nothing_holds", either(), nil, 0),
			task("indirect", all(success(3), failure(0)), nil, 3),
		},
	}
	p.Tasks[0].Retry = plan.Retry{Attempts: 1, Delay: time.Second, MaxDelay: time.Second, Backoff: plan.Fixed}
	p.Tasks[1].Timeout, p.Tasks[1].Retry = 90*time.Second, plan.Retry{Attempts: 5, Condition: plan.RetryNever}
	p.Tasks[4].AllowFailure = true
	p.Tasks[5].Open = true
	return withText(p)
}

// nasty is text that means something in every format.
const nasty = "\"quoted\" 'single' <b>&amp;</b> `ticks` \\n \\ end\nsecond; %%{init}%% #35; -->|x| ]]> \u202eevil\u202c \x00\x1b[31m 日本語 {a} $(rm)"

// hostile has such text wherever text can be.
func hostile() *plan.Plan {
	p := &plan.Plan{
		Name: nasty, Description: nasty,
		Tasks: []plan.Task{
			task("end", nil, nil),
			task("style_guide", all(success(0), value(nasty, plan.CmpEquals, text(nasty))), []int{0}, 0),
			task("subgraph", either(success(0), failure(1), all(success(1), value("k", plan.CmpContains, text(nasty)))), nil, 0, 1),
			task("default", success(2), nil, 2),
		},
	}
	for i := range p.Tasks {
		p.Tasks[i].Doc = nasty
	}
	p.Tasks[1].Retry = plan.Retry{
		Attempts: 2, Delay: time.Second, MaxDelay: time.Second, Condition: plan.RetryMatching, Matches: []string{nasty},
	}
	p.Input, p.InputDeclared = []plan.Input{{Name: nasty, Shape: "string", Optional: true, Default: `"<&>"`}}, true
	return withText(p)
}

// samples are the plans of the golden files.
func samples() map[string]*plan.Plan {
	return map[string]*plan.Plan{
		"tutorial": tutorial(), "fan_out": fanOut(20), "every_rule": everyRule(), "hostile": hostile(),
	}
}
