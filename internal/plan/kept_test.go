package plan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/google/go-cmp/cmp"
)

// kept returns a plan whose first task was decided when it followed the second,
// which then was gone.
func kept() *plan.Plan {
	return &plan.Plan{Name: "w", Tasks: []plan.Task{
		{
			ID: "a", Rule: plan.Rule{Tree: &plan.Node{Op: plan.OpTaskSuccess, Task: 2}},
			Reads: []plan.Read{{Key: "k", Writers: []int{2}, Accepted: true}}, Kept: &plan.Kept{Listed: []string{"b"}},
		},
		{ID: "b", DependsOn: []int{0}},
		{ID: "c", DependsOn: []int{0, 1}, Kept: &plan.Kept{Gone: true}},
	}}
}

func TestKeptTasksMayNameAny(t *testing.T) {
	t.Parallel()
	p := kept()
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	if p.Tasks[0].IsGone() || p.Tasks[1].IsGone() || !p.Tasks[2].IsGone() {
		t.Error("the wrong task is gone")
	}
	if got, want := p.NodeText(p.Tasks[0].Rule.Tree), `task_success("c")`; got != want {
		t.Errorf("the rule is %s, want %s", got, want)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back plan.Plan
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, &back); diff != "" {
		t.Error(diff)
	}
}

func TestValidateRefusesOfKept(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*plan.Plan){
		`task "a": rule: task_success of task 2, which does not stand before it`: func(p *plan.Plan) { p.Tasks[0].Kept = nil },
		`task "a": rule: task_success of task 3, which does not stand before it`: func(p *plan.Plan) { p.Tasks[0].Rule.Tree.Task = 3 },
		`task "a": read "k": dependency 3 does not stand before the task`:        func(p *plan.Plan) { p.Tasks[0].Reads[0].Writers[0] = 3 },
		`task "b": dependency "a" is gone`:                                       func(p *plan.Plan) { p.Tasks[0].Kept = &plan.Kept{Gone: true} },
		`task "a": listed dependency "B" is no id of a task`:                     func(p *plan.Plan) { p.Tasks[0].Kept.Listed[0] = "B" },
		`task "c": a plan that it is gone from lists its dependencies`:           func(p *plan.Plan) { p.Tasks[2].Kept.Listed = []string{"a"} },
		`task "a": dependency 2 does not stand before the task`:                  func(p *plan.Plan) { p.Tasks[0].DependsOn = []int{2} },
	} {
		p := kept()
		change(p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
