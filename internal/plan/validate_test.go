package plan_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/plan"
)

func TestValidateAccepts(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*plan.Plan{
		"every field": sample(), "no task": {Name: "empty"},
		"long lists": fanIn(40), "a rule that follows a chain": chain(50),
	} {
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// fanIn returns a plan whose last task depends on n others and names them all.
func fanIn(n int) *plan.Plan {
	p := &plan.Plan{Name: "fan_in"}
	last := plan.Task{ID: "last", Rule: plan.Rule{Tree: op(plan.OpAll)}}
	for i := range n {
		p.Tasks = append(p.Tasks, plan.Task{ID: fmt.Sprintf("t%d", i)})
		last.DependsOn = append(last.DependsOn, i)
		last.Rule.Tree.Args = append(last.Rule.Tree.Args, &plan.Node{Op: plan.OpTaskSuccess, Task: i})
	}
	p.Tasks = append(p.Tasks, last)
	return p
}

// chain returns a plan in which every task depends on the one before and reads
// what the first one wrote.
func chain(n int) *plan.Plan {
	p := &plan.Plan{Name: "chain"}
	for i := range n {
		task := plan.Task{ID: fmt.Sprintf("t%d", i)}
		if i > 0 {
			task.DependsOn = []int{i - 1}
			task.Reads = []plan.Read{{Key: "k", Writers: []int{0}}}
		}
		p.Tasks = append(p.Tasks, task)
	}
	return p
}

func TestValidateRefuses(t *testing.T) {
	t.Parallel()
	tree := func(p *plan.Plan) *plan.Node { return p.Tasks[2].Rule.Tree }
	leaf := func(p *plan.Plan, i int) *plan.Node { return tree(p).Leaves()[i] }
	for name, test := range map[string]struct {
		change func(*plan.Plan)
		want   string
	}{
		"no name":              {func(p *plan.Plan) { p.Name = "" }, "the name is empty"},
		"run timeout":          {func(p *plan.Plan) { p.Timeout = -1 }, "timeout -1ns is negative"},
		"retention":            {func(p *plan.Plan) { p.Retention = -1 }, "retention -1ns is negative"},
		"input twice":          {func(p *plan.Plan) { p.Input[1].Name = "id" }, `key "id" is there twice`},
		"input without name":   {func(p *plan.Plan) { p.Input[0].Name = "" }, "empty or not UTF-8"},
		"default no JSON":      {func(p *plan.Plan) { p.Input[1].Default = "{" }, `default "{" is not JSON`},
		"default of required":  {func(p *plan.Plan) { p.Input[1].Optional = false }, "or the key is required"},
		"id twice":             {func(p *plan.Plan) { p.Tasks[1].ID = "fetch" }, `task "fetch" is there twice`},
		"dependency behind":    {func(p *plan.Plan) { p.Tasks[1].DependsOn = []int{2} }, "dependency 2 does not stand before"},
		"dependency on itself": {func(p *plan.Plan) { p.Tasks[1].DependsOn = []int{1} }, "dependency 1 does not stand before"},
		"negative dependency":  {func(p *plan.Plan) { p.Tasks[1].DependsOn = []int{-1} }, "dependency -1 does not stand before"},
		"dependency twice":     {func(p *plan.Plan) { p.Tasks[2].DependsOn = []int{1, 1} }, "dependency 1 is there twice"},
		"task timeout":         {func(p *plan.Plan) { p.Tasks[0].Timeout = -time.Second }, "timeout -1s is negative"},
		"negative retries":     {func(p *plan.Plan) { p.Tasks[0].Retry.Attempts = -1 }, "-1 retries"},
		"too many retries":     {func(p *plan.Plan) { p.Tasks[0].Retry.Attempts = 1001 }, "1001 retries are not within 0 and 1000"},
		"short delay":          {func(p *plan.Plan) { p.Tasks[0].Retry.Delay = 1 }, "delay 1ns is not within 1ms"},
		"small maximum":        {func(p *plan.Plan) { p.Tasks[0].Retry.MaxDelay = 1 }, "the maximum 1ns"},
		"negative delay":       {func(p *plan.Plan) { p.Tasks[1].Retry.Delay = -1 }, "is negative"},
		"unknown backoff":      {func(p *plan.Plan) { p.Tasks[0].Retry.Backoff = 3 }, "unknown backoff unknown(3)"},
		"unknown condition":    {func(p *plan.Plan) { p.Tasks[0].Retry.Condition = 5 }, "condition unknown(5)"},
		"nothing to match":     {func(p *plan.Plan) { p.Tasks[0].Retry.Matches = nil }, "condition matching with 0 texts"},
		"matches without need": {func(p *plan.Plan) { p.Tasks[0].Retry.Condition = plan.RetryAll }, "condition all with 2 texts"},
		"read twice":           {func(p *plan.Plan) { p.Tasks[2].Reads = append(p.Tasks[2].Reads, p.Tasks[2].Reads...) }, `read: key "raw" is there twice`},
		"write twice":          {func(p *plan.Plan) { p.Tasks[0].Writes[1].Key = "score" }, `write: key "score" is there twice`},
		"write of no UTF-8":    {func(p *plan.Plan) { p.Tasks[0].Writes[1].Key = "\xff" }, "empty or not UTF-8"},
		"required fill":        {func(p *plan.Plan) { p.Tasks[0].Writes[1].Optional, p.Tasks[0].Writes[1].Fills = false, true }, "is for where it is missing"},
		"deleting fill": {func(p *plan.Plan) {
			p.Tasks[0].Writes[1] = plan.Write{Key: "x", Optional: true, Deletes: true, Fills: true}
		}, "is for where it is missing"},
		"required delete":     {func(p *plan.Plan) { p.Tasks[0].Writes[1].Optional, p.Tasks[0].Writes[1].Deletes = false, true }, "may be deleted and is required"},
		"writer behind":       {func(p *plan.Plan) { p.Tasks[0].Reads[0].Writers = []int{0} }, "dependency 0 does not stand before"},
		"writers and walk":    {func(p *plan.Plan) { p.Tasks[2].Reads[0].Writers = []int{0} }, "although the ancestors are walked"},
		"reads without tree":  {func(p *plan.Plan) { p.Tasks[2].Rule.Tree = nil }, "tests keys but has no tree"},
		"empty node":          {func(p *plan.Plan) { tree(p).Args[0] = nil }, "a node is empty"},
		"unknown node":        {func(p *plan.Plan) { tree(p).Op = 0 }, "of no known kind"},
		"leaf with operands":  {func(p *plan.Plan) { leaf(p, 0).Args = []*plan.Node{tree(p)} }, "task_success has 1 operands"},
		"not of two":          {func(p *plan.Plan) { tree(p).Op = plan.OpNot }, "not has 3 operands"},
		"outcome of itself":   {func(p *plan.Plan) { leaf(p, 0).Task = 2 }, "task_success of task 2, which does not stand before"},
		"outcome of nobody":   {func(p *plan.Plan) { leaf(p, 0).Task = -1 }, "task_success of task -1"},
		"no key":              {func(p *plan.Plan) { leaf(p, 3).Key = "" }, "the key is empty"},
		"unknown comparison":  {func(p *plan.Plan) { leaf(p, 3).Cmp = 0 }, "unknown comparison 0"},
		"no literal":          {func(p *plan.Plan) { leaf(p, 3).Literals = nil }, "greater_than takes one literal, not 0"},
		"exists with literal": {func(p *plan.Plan) { leaf(p, 5).Literals = leaf(p, 3).Literals }, "exists takes no literal"},
		"unknown literal":     {func(p *plan.Plan) { leaf(p, 3).Literals[0].Kind = 6 }, "unknown kind of literal 6"},
		"infinite literal":    {func(p *plan.Plan) { leaf(p, 4).Literals[3].Float = math.Inf(1) }, "literal +Inf is not finite"},
		"literal of no UTF-8": {func(p *plan.Plan) { leaf(p, 4).Literals[4].String = "\xff" }, "is not UTF-8"},
		"key not read":        {func(p *plan.Plan) { p.Tasks[2].Rule.Reads = p.Tasks[2].Rule.Reads[:1] }, `key "/raw/a" is not read`},
		"reads out of order": {func(p *plan.Plan) {
			r := p.Tasks[2].Rule.Reads
			r[0], r[1] = r[1], r[0]
		}, `key "score" is not read in the order`},
		"read of no condition": {func(p *plan.Plan) {
			p.Tasks[2].Rule.Reads = append(p.Tasks[2].Rule.Reads, plan.Read{Key: "x"})
		}, `read "x" belongs to no condition`},
	} {
		p := sample()
		test.change(p)
		err := p.Validate()
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want ...%s...", name, err, test.want)
		}
	}
}

func TestValidateRefusesLongListWithDuplicate(t *testing.T) {
	t.Parallel()
	p := fanIn(40)
	p.Tasks[40].DependsOn[39] = 0
	if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "there twice") {
		t.Errorf("got %v", err)
	}
}

func TestValidateIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"a": true, "a1": true, "a_1": true, "render_pdfs": true, "a_b_c": true,
		"": false, "A": false, "1a": false, "_a": false, "a_": false, "a__b": false, "a-b": false, "é": false, "a b": false,
	} {
		p := &plan.Plan{Name: "w", Tasks: []plan.Task{{ID: id}}}
		if err := p.Validate(); (err == nil) != want {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// A rule may ask about, and a read may name, ancestors only.
func TestValidateAncestors(t *testing.T) {
	t.Parallel()
	// a <- b <- d, and c on its own.
	build := func(rule, writer int) *plan.Plan {
		return &plan.Plan{Name: "w", Tasks: []plan.Task{
			{ID: "a"}, {ID: "b", DependsOn: []int{0}}, {ID: "c"},
			{
				ID: "d", DependsOn: []int{1},
				Rule:  plan.Rule{Tree: &plan.Node{Op: plan.OpTaskFailed, Task: rule}},
				Reads: []plan.Read{{Key: "k", Writers: []int{writer}}},
			},
		}}
	}
	for _, test := range []struct {
		rule, writer int
		ok           bool
	}{{0, 0, true}, {1, 0, true}, {2, 0, false}, {0, 2, false}} {
		err := build(test.rule, test.writer).Validate()
		if (err == nil) != test.ok {
			t.Errorf("rule on %d, writer %d: %v", test.rule, test.writer, err)
		}
		if err != nil && !strings.Contains(err.Error(), `task "d" names task "c", which it does not follow`) {
			t.Errorf("got %v", err)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		for name, p := range map[string]*plan.Plan{"chain": chain(n), "fan_in": fanIn(n)} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					if err := p.Validate(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
