package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// TestForecastIsWhatTheRuntimeDoes compares for each edit what check foretells of
// every run with what becomes of it: when a program with the edited plan takes
// the store over, when it does so once more, and when the old one is brought back.
func TestForecastIsWhatTheRuntimeDoes(t *testing.T) {
	t.Parallel()
	plans := loadOrders(t)
	store := filepath.Join(t.TempDir(), "runs.db")
	startOrders(t, store, plans[""])
	seen := map[fate]int{}
	var mu sync.Mutex
	t.Run("edits", func(t *testing.T) {
		for name := range orderEdits {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(t.TempDir(), "runs.db")
				copyFile(t, store, file)
				for round, p := range []*plannedOrders{plans[name], plans[name], plans[""]} {
					if round == 1 {
						acceptAll(t, file, p)
					}
					counts := takeOver(t, file, p, fmt.Sprintf("round %d", round+1))
					mu.Lock()
					for i, n := range counts {
						seen[fate(i)] += n
					}
					mu.Unlock()
				}
			})
		}
	})
	for _, f := range []fate{unaffected, changed, freed, blocked, staysBlocked} {
		if seen[f] < 3 {
			t.Errorf("%d runs have the fate %d, too few for a proof: %v", seen[f], f, seen)
		}
	}
}

// startOrders starts the runs and stops the program when each of them stands in
// its task. In the run that is to stand in refund, charge fails.
func startOrders(t *testing.T, file string, p *plannedOrders) {
	t.Helper()
	var arrived sync.WaitGroup
	arrived.Add(len(orderStops))
	r := openOrders(t, file, p.plan, func(ctx context.Context, task string) error {
		stop := cloacina.TaskFrom(ctx).Run
		if stop == "refund" && task == "charge" {
			return errors.New("no money")
		}
		if stop != task {
			return nil
		}
		arrived.Done()
		<-ctx.Done()
		return context.Cause(ctx)
	})
	for _, id := range orderStops {
		_, err := r.Start(t.Context(), "orders", cloacina.Values{"order": 1}, cloacina.StartOptions{ID: id})
		if err != nil {
			t.Fatal(err)
		}
	}
	arrived.Wait()
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Shutdown(stopped); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// takeOver compares what is foretold with what happens, run by run.
func takeOver(t *testing.T, file string, p *plannedOrders, round string) [fates]int {
	t.Helper()
	foretold := foretell(t, file, p)
	r := openOrders(t, file, p.plan, func(context.Context, string) error { return nil })
	defer func() {
		if err := r.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	var counts [fates]int
	for id, v := range foretold {
		counts[v.fate]++
		if got, want := actual(t, r, id), expected(&v); got != want {
			t.Errorf("%s: run that stands in %s\n foretold %s\n     came %s", round, id, want, got)
		}
	}
	return counts
}

// acceptAll tries on a copy of the store to unblock every blocked run, which is to
// succeed where it is foretold.
func acceptAll(t *testing.T, file string, p *plannedOrders) {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "copied.db")
	copyFile(t, file, copied)
	foretold := foretell(t, copied, p)
	r := openOrders(t, copied, p.plan, func(context.Context, string) error { return nil })
	for id, v := range foretold {
		err := r.Unblock(t.Context(), id, cloacina.UnblockAccept)
		if (err == nil) != v.acceptable() || err != nil && !errors.Is(err, cloacina.ErrBlocked) {
			t.Errorf("unblock the run that stands in %s: %v, foretold %s", id, err, expected(&v))
		}
	}
	if err := r.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

// foretell judges every open run.
func foretell(t *testing.T, file string, p *plannedOrders) map[string]verdict {
	t.Helper()
	runs, err := sqlite.OpenReader(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	f := p.session.newForecast(file, p.packages)
	verdicts := map[string]verdict{}
	for run, err := range runs.OpenRuns(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		verdicts[run.State.ID] = f.judge(run)
	}
	if err := runs.Close(); err != nil {
		t.Fatal(err)
	}
	return verdicts
}

// expected and actual say in the same words what was foretold and what came.
func expected(v *verdict) string {
	if v.fate == blocked || v.fate == staysBlocked {
		return fmt.Sprintf("blocked, acceptable %t: %s", v.acceptable(), phrases(v.obstacles))
	}
	return "goes on: " + phrases(v.differences)
}

// phrases are all of what a message begins to list.
func phrases[T fmt.Stringer](list []T) string {
	var texts []string
	for _, p := range list {
		texts = append(texts, p.String())
	}
	return strings.Join(texts, "; ")
}

func actual(t *testing.T, r *cloacina.Runner, id string) string {
	t.Helper()
	_, waited := r.Wait(t.Context(), id)
	d, err := r.Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if errors.Is(waited, cloacina.ErrBlocked) {
		_, reasons, _ := strings.Cut(waited.Error(), "does not fit what it has done: ")
		reasons, ways, _ := strings.Cut(reasons, "; register the code")
		return fmt.Sprintf("blocked, acceptable %t: %s", strings.Contains(ways, "UnblockAccept"), reasons)
	}
	var changes []string
	if n := len(d.PlanChanges); n > 0 {
		changes = d.PlanChanges[n-1].Differences
	}
	return "goes on: " + strings.Join(changes, "; ")
}

// openOrders opens a runner on the store with a plan, whose tasks do what behave
// says and then write what the plan says.
func openOrders(t *testing.T, file string, p *plan.Plan, behave func(context.Context, string) error) *cloacina.Runner {
	t.Helper()
	r, err := cloacina.Open(t.Context(), file, cloacina.Config{Durability: cloacina.Relaxed})
	if err != nil {
		t.Fatal(err)
	}
	w := &cloacina.Workflow{Plan: *p}
	for i := range p.Tasks {
		w.Code = append(w.Code, orderCode(&p.Tasks[i], behave))
	}
	if err := r.Register(w); err != nil {
		t.Fatal(err)
	}
	return r
}

func orderCode(task *plan.Task, behave func(context.Context, string) error) cloacina.TaskCode {
	code := cloacina.TaskCode{Call: cloacina.CallDynamic(func(ctx context.Context, c *cloacina.Context) error {
		if err := behave(ctx, task.ID); err != nil {
			return err
		}
		for _, w := range task.Writes {
			value := any(7)
			if w.Shape == "string" {
				value = "seven"
			}
			if err := c.Set(w.Key, value); err != nil {
				return err
			}
		}
		return nil
	})}
	if tree := task.Rule.Tree; tree != nil {
		code.When = func(v *cloacina.View) (bool, cloacina.Leaves) {
			l := cloacina.LeavesOf(outcomes(v, tree)...)
			return tree.Eval(l), l
		}
	}
	return code
}

// outcomes returns the truth of a rule's leaves, which ask for outcomes only.
func outcomes(v *cloacina.View, n *plan.Node) []bool {
	var bits []bool
	switch n.Op {
	case plan.OpTaskSuccess:
		return []bool{v.Success(n.Task)}
	case plan.OpTaskFailed:
		return []bool{v.Failed(n.Task)}
	case plan.OpTaskSkipped:
		return []bool{v.Skipped(n.Task)}
	}
	for _, arg := range n.Args {
		bits = append(bits, outcomes(v, arg)...)
	}
	return bits
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
