package oracle

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

const (
	// statesPerSeed are the random states of a seed, in each of which all rules of its
	// program are decided.
	statesPerSeed  = 40
	usualDecisions = 100_000
)

// TestRulesMeanTheSame writes random rules into source, generates and compiles
// them, decides each in random states through the runtime, and reads the stored
// decisions back from the file that is left, as a restart does. The recorded decision, the
// reference evaluator and the explanation (the stored tree over the stored leaf bits)
// must agree on all of them, and every stored leaf bit with the reference meaning of
// its leaf. What is counted are decisions: one rule in one state.
//
// The grammar is in grammar_test.go: all, any, none and not in both spellings
// up to depth 3; task_success, task_failed, task_skipped; every shorthand; every
// operator of context_value on plain keys and JSON Pointers; every kind of
// literal; values of every JSON kind.
//
//	go test ./internal/oracle -run RulesMeanTheSame -proof.target 1000000
//	go test ./internal/oracle -run RulesMeanTheSame -proof.seed 4711 -proof.target 1
func TestRulesMeanTheSame(t *testing.T) {
	t.Parallel()
	var programs rulePrograms
	programs.of(t, proof.FirstSeed()) // to compile is no part of what the row has time for
	row := proof.Begin(t, "decisions", usualDecisions)
	workers := make([]ruleWorker, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() { workers[i].work(t, row, &programs) })
	}
	all.Wait()
	var total ruleWorker
	for i := range workers {
		for v := range 2 {
			total.verdicts[v] += workers[i].verdicts[v]
			total.leaves[v] += workers[i].leaves[v]
		}
	}
	n := total.verdicts[0] + total.verdicts[1]
	if least := n / 10; min(total.verdicts[0], total.verdicts[1], total.leaves[0], total.leaves[1]) < least {
		t.Errorf("the states are too much alike: %+v", total)
	}
	t.Logf("%d decisions: %+v", n, total)
}

// ruleWorker decides and compares the states of one seed after the other. It counts
// the verdicts and leaves that are false, and those that are true.
type ruleWorker struct {
	verdicts, leaves [2]int
}

func (w *ruleWorker) work(t *testing.T, row *proof.Row, programs *rulePrograms) {
	dir := t.TempDir()
	var process *ruleProcess
	for seed := range row.Seeds() {
		p := programs.of(t, seed)
		if p == nil {
			return
		}
		if process == nil || process.program != p {
			process.stop(t)
			process = p.start(t, dir)
		}
		g := &grammar{rand: rand.New(rand.NewPCG(seed, 3)), hits: map[string]int{}}
		states := make([]state, statesPerSeed)
		for i := range states {
			states[i] = g.state()
		}
		name := filepath.Join(dir, fmt.Sprintf("%d.db", seed))
		if err := process.decide(name, states); err != nil {
			row.Fail(seed, "%v", err)
			break
		}
		n, err := w.compare(t, name, p, states)
		if err != nil {
			row.Fail(seed, "%v", err)
		}
		row.Done(n)
		_ = os.Remove(name) // a hundred of them are a gigabyte
	}
	process.stop(t)
}

// compare compares what a store holds with the reference, and returns how many
// decisions that were.
func (w *ruleWorker) compare(t *testing.T, name string, p *ruleProgram, states []state) (n int, err error) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), name, sqlite.Config{Relaxed: true})
	if err != nil {
		return 0, err
	}
	defer func() {
		if closeErr := s.Close(); err == nil {
			err = closeErr
		}
	}()
	left := len(states)
	for r, err := range s.OpenRuns(t.Context()) {
		if err != nil {
			return n, err
		}
		var i int
		if _, err := fmt.Sscanf(r.State.ID, runName, &i); err != nil || i >= len(states) || r.Damage != nil {
			return n, fmt.Errorf("run %q is damaged: %w", r.State.ID, errors.Join(r.Damage, err))
		}
		left--
		more, err := w.compareRun(p, r.Plan, r.State.Tasks, &states[i])
		if err != nil {
			return n, fmt.Errorf("run %s: %w", r.State.ID, err)
		}
		n += more
	}
	if left != 0 {
		return n, fmt.Errorf("%d runs are missing", left)
	}
	return n, w.compareDetail(t, s, p, &states[0])
}

// compareDetail compares what somebody is shown of the first run, which takes longer to
// read than what a restart reads of it.
func (w *ruleWorker) compareDetail(t *testing.T, s *sqlite.Store, p *ruleProgram, st *state) error {
	t.Helper()
	d, err := s.Run(t.Context(), fmt.Sprintf(runName, 0))
	if err != nil {
		return err
	}
	tasks := make([]engine.Task, len(d.Tasks))
	for i := range d.Tasks {
		tasks[i] = engine.Task{Status: d.Tasks[i].Status, Leaves: d.Tasks[i].Leaves}
	}
	_, err = w.compareRun(p, d.Plan, tasks, st)
	return err
}

// compareRun holds one run's stored decisions against the reference.
func (w *ruleWorker) compareRun(p *ruleProgram, stored *plan.Plan, tasks []engine.Task, st *state) (decided int, err error) {
	for i := range stored.Tasks {
		number, err := strconv.Atoi(strings.TrimPrefix(stored.Tasks[i].ID, "r"))
		if err != nil {
			continue // a source, or the task that waits behind all
		}
		task, rule := &tasks[i], &p.rules[number]
		decided++
		if task.Status != engine.TaskSkipped && task.Status != engine.TaskCompleted {
			return decided, fmt.Errorf("task r%d is %v", number, task.Status)
		}
		ran := task.Status == engine.TaskCompleted
		if want := annotations.Eval(rule.expanded, st); ran != want {
			return decided, fmt.Errorf("%s in %v: the compiled rule says %v, the reference %v",
				annotations.Format(rule.rule), *st, ran, want)
		}
		if explained := stored.Tasks[i].Rule.Tree.Eval(task.Leaves); explained != ran {
			return decided, fmt.Errorf("%s in %v: the explanation says %v, the decision was %v",
				annotations.Format(rule.rule), *st, explained, ran)
		}
		for n, leaf := range rule.leaves {
			got := task.Leaves.Bit(n)
			if want := annotations.Eval(leaf, st); got != want {
				return decided, fmt.Errorf("%s, leaf %s in %v: stored %v, want %v",
					annotations.Format(rule.rule), annotations.Format(leaf), *st, got, want)
			}
			w.leaves[bit(got)]++
		}
		w.verdicts[bit(ran)]++
	}
	if decided != len(p.rules) {
		return decided, fmt.Errorf("%d decisions, want %d", decided, len(p.rules))
	}
	return decided, nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
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
