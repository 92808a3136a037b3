package trust

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// neighbourhood is the choice of one seed: how often a task may be interrupted,
// and the runs in the order of their starts, one of which is the killer.
func neighbourhood(seed uint64) (allowed int, runs []string) {
	rng := rand.New(rand.NewPCG(seed, 4))
	allowed = 1 + rng.IntN(usualInterruptions)
	if seed%2 == 1 {
		allowed = usualInterruptions
	}
	for i := range 2 + rng.IntN(8) {
		runs = append(runs, fmt.Sprintf("neighbour-%d", i))
	}
	return allowed, slices.Insert(runs, rng.IntN(len(runs)+1), "killer")
}

// usualInterruptions is the default of [cloacina.Config.MaxInterruptions].
const usualInterruptions = 3

// TestOnlyTheKillerFails has a task that kills its own process among tasks that
// do nothing wrong. All of them become suspects, run one at a time, and the
// killer alone fails.
func TestOnlyTheKillerFails(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "suspects", 4)
	eachSeed(t, row, killsAtOnce, drainTime, func(tb testing.TB, seed uint64) {
		tb.Helper()
		row.Done(1)
		onlyTheKillerFails(tb, seed)
	})
}

func onlyTheKillerFails(tb testing.TB, seed uint64) {
	tb.Helper()
	allowed, runs := neighbourhood(seed)
	path := filepath.Join(keptDir(tb), "runs.db")
	ledger := reading{path: path + ".ledger"}
	deaths, died := 0, true
	for died && deaths < 10 {
		p := start(tb, job{Role: "killer", Path: path, Ledger: ledger.path, Generation: deaths + 1, Seed: seed})
		err := p.wait()
		if died = wasKilled(err); died {
			deaths++
		} else if err != nil {
			tb.Fatalf("%v\n%s", err, p.stderr.String())
		}
	}
	if deaths != allowed+1 {
		tb.Errorf("the process died %d times, want %d", deaths, allowed+1)
	}
	states := map[string]string{}
	for _, e := range ledger.more(tb) {
		switch e.What {
		case problem:
			tb.Errorf("generation %d, run %s: %s", e.Generation, e.Run, e.Text)
		case ended:
			states[e.Run] = e.State
		}
	}
	now := look(tb, path, &snapshot{}, true)
	for _, id := range runs {
		if now.runs[id] == nil {
			tb.Fatalf("run %s is lost", id)
		}
		checkNeighbour(tb, now.runs[id], states[id], allowed)
	}
	if tb.Failed() {
		tb.Logf("the ledger ends with:\n%s", ledger.tail())
	}
}

// checkNeighbour checks what has become of a run: the killer's has failed.
func checkNeighbour(tb testing.TB, d *store.RunDetail, state string, allowed int) {
	tb.Helper()
	guilty := d.ID == "killer"
	want, task, interruptions := cloacina.Completed, engine.TaskCompleted, allowed
	if guilty {
		want, task, interruptions = cloacina.Failed, engine.TaskFailed, allowed+1
	}
	a := d.Tasks[0].Attempts
	if state != string(want) || d.Tasks[0].Status != task || len(a) != 1 || a[0].Interruptions != interruptions {
		tb.Errorf("run %s: %s, %+v; want %s after %d interruptions", d.ID, state, d.Tasks, want, interruptions)
	}
	if guilty && (a[0].Outcome != store.AttemptInterrupted || !strings.Contains(a[0].Error, cloacina.ErrInterrupted.Error())) {
		tb.Errorf("the killer's attempt: %+v", a[0])
	}
	if d.Tasks[1].Status != engine.TaskCompleted {
		tb.Errorf("run %s: what follows is %v", d.ID, d.Tasks[1].Status)
	}
}

// killer is a process with the neighbourhood. As long as nobody is a suspect,
// the neighbours run when the killer strikes.
func killer(_ *parent, j job) error {
	l, err := openLedger(j)
	if err != nil {
		return err
	}
	allowed, ids := neighbourhood(j.Seed)
	r, err := cloacina.Open(context.Background(), j.Path, cloacina.Config{MaxInterruptions: allowed})
	if err != nil {
		return err
	}
	h := &neighbours{l: l, alone: j.Generation > allowed}
	h.here.Add(len(ids) - 1)
	if err := r.Register(h.workflow()); err != nil {
		return err
	}
	runs := map[string]*cloacina.RunHandle{}
	for _, id := range ids {
		if runs[id], err = r.Start(context.Background(), "neighbours", nil, cloacina.StartOptions{ID: id}); err != nil {
			return err
		}
	}
	for _, id := range ids {
		result, err := runs[id].Wait(context.Background())
		if result == nil {
			return err
		}
		if guilty := id == "killer"; guilty != errors.Is(err, cloacina.ErrInterrupted) || guilty != (err != nil) {
			l.problem(id, "the run ends with %v", err)
		}
		l.write(entry{What: ended, Run: id, State: string(result.State)})
	}
	return r.Shutdown(context.Background())
}

// neighbours are the tasks of one process.
type neighbours struct {
	l       *ledger
	alone   bool // each of them is a suspect
	here    sync.WaitGroup
	running atomic.Int32
}

func (h *neighbours) workflow() *cloacina.Workflow {
	return handWritten("neighbours",
		cloacina.PlanTask{ID: "live"}, cloacina.TaskCode{Call: cloacina.CallPlain(h.live)},
		cloacina.PlanTask{ID: "follow", DependsOn: []int{0}},
		cloacina.TaskCode{Call: cloacina.CallPlain(func(context.Context) error { return nil })})
}

func (h *neighbours) live(ctx context.Context) error {
	run := cloacina.TaskFrom(ctx).Run
	h.l.write(entry{What: begin, Run: run})
	if n := h.running.Add(1); h.alone && n != 1 {
		h.l.problem(run, "%d suspects run at once", n)
	}
	defer h.running.Add(-1)
	if run == "killer" {
		if !h.alone {
			h.here.Wait()
		}
		return killYourself()
	}
	if h.alone {
		return nil
	}
	h.here.Done()
	<-ctx.Done()
	return ctx.Err()
}

// killYourself is kill -9 of the own process; it does not return.
func killYourself() error {
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		return err
	}
	select {}
}

// handWritten makes a workflow of tasks and their code, which take turns.
func handWritten(name string, parts ...any) *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: name}}
	for i := 0; i < len(parts); i += 2 {
		w.Plan.Tasks = append(w.Plan.Tasks, parts[i].(cloacina.PlanTask))
		w.Code = append(w.Code, parts[i+1].(cloacina.TaskCode))
	}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}
