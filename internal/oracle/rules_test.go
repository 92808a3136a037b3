package oracle

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"github.com/cloacina-go/cloacina/internal/testmodule"
)

const (
	ruleCount  = 250
	stateCount = 400 // times ruleCount: 100,000 decisions
)

// TestRulesMeanTheSame writes random rules into source, generates and compiles
// them, decides each in random states through the engine, and reads the stored
// decisions back. The compiled rule, the reference evaluator and the
// explanation (the stored tree over the stored leaf bits) must agree on all of
// them, and every leaf bit with the reference meaning of its leaf.
//
// The grammar is in grammar_test.go: all, any, none and not in both spellings
// up to depth 3; task_success, task_failed, task_skipped; every shorthand; every
// operator of context_value on plain keys and JSON Pointers; every kind of
// literal; values of every JSON kind.
func TestRulesMeanTheSame(t *testing.T) {
	t.Parallel()
	g := &grammar{rand: rand.New(rand.NewPCG(4, 2)), hits: map[string]int{}}
	rules := make([]annotations.Rule, ruleCount)
	for i := range rules {
		rules[i] = g.rule(3)
	}
	states := make([]state, stateCount)
	for i := range states {
		states[i] = g.state()
	}
	for production, n := range g.hits {
		if n < 5 {
			t.Errorf("production %s was used %d times only", production, n)
		}
	}

	input, err := json.Marshal(programInput(states))
	if err != nil {
		t.Fatal(err)
	}
	m := testmodule.New(t, "example.com/rules", map[string]string{
		"tasks.go": ruleSource(rules), "main.go": ruleProgram, "states.json": string(input),
	})
	m.Generate()
	m.Run("go", "run", ".")

	s, err := sqlite.Open(t.Context(), filepath.Join(m.Dir, "runs.db"), sqlite.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // the test only reads
	for i, st := range states {
		d, err := s.Run(t.Context(), fmt.Sprint("state-", i))
		if err != nil {
			t.Fatal(err)
		}
		compare(t, d, rules, st)
	}
}

// compare holds one run's stored decisions against the reference.
func compare(t *testing.T, d *store.RunDetail, rules []annotations.Rule, st state) {
	t.Helper()
	decided := 0
	for i := range d.Plan.Tasks {
		task := &d.Plan.Tasks[i]
		var number int
		if _, err := fmt.Sscanf(task.ID, "r%d", &number); err != nil {
			continue
		}
		decided++
		rule, stored := rules[number], d.Tasks[i]
		ran := stored.Status != engine.TaskSkipped
		if want := annotations.Eval(rule, st); ran != want {
			t.Errorf("%s in %v: the compiled rule says %v, the reference %v", annotations.Format(rule), st, ran, want)
		}
		if explained := task.Rule.Tree == nil || task.Rule.Tree.Eval(stored.Leaves); explained != ran {
			t.Errorf("%s in %v: the explanation says %v, the decision was %v", annotations.Format(rule), st, explained, ran)
		}
		compareLeaves(t, task, stored.Leaves, rule, st)
	}
	if decided != len(rules) {
		t.Fatalf("run %s has %d decisions, want %d", d.ID, decided, len(rules))
	}
}

func compareLeaves(t *testing.T, task *plan.Task, got plan.Leaves, rule annotations.Rule, st state) {
	t.Helper()
	for n, leaf := range leavesOf(annotations.Expand(rule, sources)) {
		if want := annotations.Eval(leaf, st); got.Bit(n) != want {
			t.Errorf("task %s, leaf %s in %v: stored %v, want %v", task.ID, annotations.Format(leaf), st, got.Bit(n), want)
		}
	}
}

// leavesOf lists the leaves of an expanded rule from left to right.
func leavesOf(r annotations.Rule) []annotations.Rule {
	var operands []annotations.Rule
	switch r := r.(type) {
	case *annotations.All:
		operands = r.Rules
	case *annotations.Any:
		operands = r.Rules
	case *annotations.None:
		operands = r.Rules
	case *annotations.Not:
		operands = []annotations.Rule{r.Rule}
	case *annotations.Always:
		return nil
	default:
		return []annotations.Rule{r}
	}
	var leaves []annotations.Rule
	for _, o := range operands {
		leaves = append(leaves, leavesOf(o)...)
	}
	return leaves
}

// programInput is what the compiled program reads: the initial context of each run.
func programInput(states []state) []map[string]json.RawMessage {
	modes := map[annotations.TaskOutcome]string{
		annotations.Success: `"succeed"`, annotations.Failed: `"fail"`, annotations.Skipped: `"skip"`,
	}
	inputs := make([]map[string]json.RawMessage, len(states))
	for i, s := range states {
		inputs[i] = map[string]json.RawMessage{}
		for id, outcome := range s.Outcomes {
			inputs[i]["mode_"+id] = json.RawMessage(modes[outcome])
		}
		for key, v := range s.Values {
			inputs[i][key] = json.RawMessage(v)
		}
	}
	return inputs
}

// ruleSource is a workflow with one task a rule, behind sources whose outcome
// the initial context decides.
func ruleSource(rules []annotations.Rule) string {
	var b strings.Builder
	b.WriteString("// Command rules decides rules.\n//\n//cloacina:workflow name=rules default_retry_attempts=0\n" +
		"package main\n\nimport (\n\t\"context\"\n\t\"errors\"\n)\n")
	for _, id := range sources {
		fmt.Fprintf(&b, `
type In%[1]s struct {
	Mode string `+"`json:\"mode_%[1]s,omitempty\"`"+`
}

//cloacina:task id=%[1]s allow_failure trigger_rules=context_value("mode_%[1]s", not_equals, "skip")
func Task%[1]s(_ context.Context, in In%[1]s) error {
	if in.Mode == "fail" {
		return errors.New("failed as told")
	}
	return nil
}
`, id)
	}
	for i, r := range rules {
		fmt.Fprintf(&b, "\n//cloacina:task id=r%d dependencies=%s\n//cloacina:task trigger_rules=(%s)\n"+
			"func R%d(context.Context) error { return nil }\n", i, strings.Join(sources, ","), annotations.Format(r), i)
	}
	return b.String()
}

const ruleProgram = `package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func main() {
	ctx := context.Background()
	r, err := cloacina.Open(ctx, "runs.db", cloacina.Config{Durability: cloacina.Relaxed})
	if err != nil {
		log.Fatal(err)
	}
	if err := r.Register(Workflow()); err != nil {
		log.Fatal(err)
	}
	b, err := os.ReadFile("states.json")
	if err != nil {
		log.Fatal(err)
	}
	var inputs []map[string]json.RawMessage
	if err := json.Unmarshal(b, &inputs); err != nil {
		log.Fatal(err)
	}
	for i, input := range inputs {
		values := cloacina.Values{}
		for key, v := range input {
			values[key] = v
		}
		run, err := r.Start(ctx, "rules", values, cloacina.StartOptions{ID: fmt.Sprint("state-", i)})
		if err != nil {
			log.Fatal(err)
		}
		if _, err := run.Wait(ctx); err != nil {
			log.Fatal(err)
		}
	}
	if err := r.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
}
`
