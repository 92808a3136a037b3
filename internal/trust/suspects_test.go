package trust

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// interruptionsAllowed is the default of [cloacina.Config.MaxInterruptions].
const interruptionsAllowed = 3

// neighbourhood are the runs in the order of their starts.
var neighbourhood = []string{"neighbour-1", "neighbour-2", "killer", "neighbour-3", "neighbour-4"}

// TestOnlyTheKillerFails has a task that kills its own process among tasks that
// do nothing wrong. All of them become suspects, run one at a time, and the
// killer alone fails.
func TestOnlyTheKillerFails(t *testing.T) {
	t.Parallel()
	dir := keptDir(t)
	path := filepath.Join(dir, "runs.db")
	ledger := reading{path: path + ".ledger"}
	deaths, died := 0, true
	for died && deaths < 10 {
		p := start(t, job{Role: "killer", Path: path, Ledger: ledger.path, Generation: deaths + 1})
		err := p.wait()
		if died = wasKilled(err); died {
			deaths++
		} else if err != nil {
			t.Fatalf("%v\n%s", err, p.stderr.String())
		}
	}
	if deaths != interruptionsAllowed+1 {
		t.Errorf("the process died %d times, want %d", deaths, interruptionsAllowed+1)
	}
	states := map[string]string{}
	for _, e := range ledger.more(t) {
		switch e.What {
		case problem:
			t.Errorf("generation %d, run %s: %s", e.Generation, e.Run, e.Text)
		case ended:
			states[e.Run] = e.State
		}
	}
	now := look(t, path, &snapshot{}, true)
	for _, id := range neighbourhood {
		d, task, interruptions := now.runs[id], engine.TaskCompleted, interruptionsAllowed
		want := cloacina.Completed
		if id == "killer" {
			want, task, interruptions = cloacina.Failed, engine.TaskFailed, interruptionsAllowed+1
		}
		a := d.Tasks[0].Attempts
		if states[id] != string(want) || d.Tasks[0].Status != task || len(a) != 1 || a[0].Interruptions != interruptions {
			t.Errorf("run %s: %s, %+v; want %s after %d interruptions", id, states[id], d.Tasks, want, interruptions)
		}
		if id == "killer" && (a[0].Outcome != store.AttemptInterrupted || !strings.Contains(a[0].Error, cloacina.ErrInterrupted.Error())) {
			t.Errorf("the killer's attempt: %+v", a[0])
		}
		if d.Tasks[1].Status != engine.TaskCompleted {
			t.Errorf("run %s: what follows is %v", id, d.Tasks[1].Status)
		}
	}
	if t.Failed() {
		t.Logf("the ledger ends with:\n%s", ledger.tail())
	}
}

// killer is a process with the neighbourhood. As long as nobody is a suspect,
// the neighbours run when the killer strikes.
func killer(_ *parent, j job) error {
	l, err := openLedger(j)
	if err != nil {
		return err
	}
	r, err := cloacina.Open(context.Background(), j.Path, cloacina.Config{})
	if err != nil {
		return err
	}
	h := &neighbours{l: l, alone: j.Generation > interruptionsAllowed}
	h.here.Add(len(neighbourhood) - 1)
	if err := r.Register(h.workflow()); err != nil {
		return err
	}
	runs := map[string]*cloacina.RunHandle{}
	for _, id := range neighbourhood {
		if runs[id], err = r.Start(context.Background(), "neighbours", nil, cloacina.StartOptions{ID: id}); err != nil {
			return err
		}
	}
	for _, id := range neighbourhood {
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
