package plan_test

import (
	"time"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// sample returns a valid plan that uses every field.
func sample() *plan.Plan {
	return &plan.Plan{
		Name: "orders", Description: "Handles orders.", Fingerprint: "f", Timeout: time.Hour, Retention: 720 * time.Hour,
		InputDeclared: true,
		Input: []plan.Input{
			{Name: "id", Shape: "int"},
			{Name: "note", Shape: "string", Optional: true, Default: `"none"`},
		},
		Tasks: []plan.Task{
			{
				ID: "fetch", Func: "Fetch", Doc: "Fetch loads.", AllowFailure: true, Open: true,
				Timeout: time.Minute,
				Retry: plan.Retry{
					Attempts: 3, Delay: time.Second, MaxDelay: 30 * time.Second, Backoff: plan.Linear,
					Jitter: true, Condition: plan.RetryMatching, Matches: []string{"timeout", "a\nb"},
				},
				Reads:  []plan.Read{{Key: "id", Shape: "int"}},
				Writes: []plan.Write{{Key: "score", Shape: "int"}, {Key: "raw", Shape: "any", Optional: true}},
			},
			{ID: "cached", DependsOn: []int{0}, Writes: []plan.Write{{Key: "score", Shape: "int"}}},
			{
				ID: "report_2", DependsOn: []int{1, 0}, Rule: sampleRule(),
				Reads: []plan.Read{{Key: "raw", Shape: "any", Optional: true, Walk: true}},
			},
		},
	}
}

func sampleRule() plan.Rule {
	value := func(key string, cmp plan.Cmp, literals ...plan.Literal) *plan.Node {
		return &plan.Node{Op: plan.OpValue, Key: key, Cmp: cmp, Literals: literals}
	}
	return plan.Rule{
		Text: "as written",
		Tree: op(plan.OpAll,
			op(plan.OpAny, &plan.Node{Op: plan.OpTaskSuccess}, &plan.Node{Op: plan.OpTaskSkipped, Task: 1}),
			op(plan.OpNot, &plan.Node{Op: plan.OpTaskFailed, Task: 1}),
			op(plan.OpNone,
				value("score", plan.CmpGreaterThan, plan.Literal{Kind: plan.LitInt, Int: -80}),
				value("score", plan.CmpIn,
					plan.Literal{Kind: plan.LitNil}, plan.Literal{Kind: plan.LitBool, Bool: true},
					plan.Literal{Kind: plan.LitUint, Uint: 1 << 63}, plan.Literal{Kind: plan.LitFloat, Float: 80},
					plan.Literal{Kind: plan.LitString, String: "é\"\\"}),
				value("/raw/a", plan.CmpExists)),
		),
		Reads: []plan.Read{{Key: "score", Optional: true, Writers: []int{0, 1}}, {Key: "/raw/a", Optional: true, Walk: true}},
	}
}
