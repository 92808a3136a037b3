package cloacina

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// meeting is a cell at work.
type meeting struct {
	t *testing.T
	cell
	change codeChange
	p      place

	mu     sync.Mutex
	second bool // the program has changed
	calls  []string
}

// open opens a runner.
func (m *meeting) open(workflows ...*Workflow) *Runner {
	m.t.Helper()
	r := m.p.open(m.t, workflows...)
	m.endsWithTest(r)
	return r
}

// wait waits for the run, with more patience than any retry takes.
func (m *meeting) wait(r *Runner) (*Result, error) {
	ctx, cancel := context.WithTimeout(m.t.Context(), 100*time.Hour)
	defer cancel()
	return r.Wait(ctx, "x")
}

// endsWithTest ends a runner, which has ended before unless the test has failed: it
// would be waited for without an end.
func (m *meeting) endsWithTest(r *Runner) {
	m.t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = r.Shutdown(ctx) // reported where it was expected to succeed
	})
}

// workflow builds a draft.
func (m *meeting) workflow(d *codeDraft) *Workflow {
	var tasks []task
	for _, t := range d.tasks {
		b := t.task
		b.ID, b.DependsOn = t.id, nil
		for _, id := range t.after {
			b.DependsOn = append(b.DependsOn, d.index(id))
		}
		switch up := d.index("up"); t.rule {
		case "if failed":
			b = b.ifFailed(up)
		case "if succeeded":
			b = b.ifSucceeded(up)
		}
		tasks = append(tasks, b)
	}
	w := flow(d.name, tasks...)
	d.set(&w.Plan)
	for i := range w.Plan.Tasks {
		t := &w.Plan.Tasks[i]
		link(&w.Plan, i, t.Reads)
		w.Code[i].Call = callFunc(func(ctx context.Context, k *Keys) error { return m.call(ctx, k, t) })
	}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}

func (m *meeting) before() *Workflow { return m.workflow(codeBefore(m.at)) }

func (m *meeting) after() *Workflow {
	d := codeBefore(m.at)
	m.change.edit(d, m.at)
	return m.workflow(d)
}

// call is the code of all tasks: it reads and writes what the plan says.
func (m *meeting) call(ctx context.Context, k *Keys, t *PlanTask) error {
	info := TaskFrom(ctx)
	m.mu.Lock()
	m.calls = append(m.calls, fmt.Sprintf("%s %d", info.Task, info.Attempt))
	second := m.second
	m.mu.Unlock()
	seen := 0
	for _, rd := range t.Reads {
		readAs(k, rd, &seen)
	}
	if err := k.firstError(); err != nil {
		return err
	}
	if err := m.trouble(ctx, t.ID, second); err != nil {
		return err
	}
	for i, w := range t.Writes {
		switch {
		case w.Shape == "string":
			Write(k, w.Key, "text")
		case w.Key == "k":
			Write(k, w.Key, seen)
		case w.Key == "v" && t.ID == "gate":
			Write(k, w.Key, 2)
		default:
			Write(k, w.Key, max(i, 1))
		}
	}
	return nil
}

// readAs reads a key; seen is set to what v holds.
func readAs(k *Keys, rd PlanRead, seen *int) {
	var n int
	var s string
	switch {
	case rd.Shape == "int" && rd.Optional:
		Optional(k, rd.Key, &n)
	case rd.Shape == "int":
		Require(k, rd.Key, &n)
	case rd.Optional:
		Optional(k, rd.Key, &s)
	default:
		Require(k, rd.Key, &s)
	}
	if rd.Key == "v" {
		*seen = n
	}
}

// trouble keeps a task from its success: "hold", and what is needed for the state.
func (m *meeting) trouble(ctx context.Context, id string, second bool) error {
	switch {
	case second && id == "touched" && m.change.retries && m.at.open():
		return errSource
	case second || m.ended && m.at == Completed:
		return nil
	case id == "hold", id == "gate" && m.at == Waiting, id == "touched" && m.at == Running:
		return forever(ctx)
	case id == "touched" && (m.at == Failed || m.at == Retrying):
		return errSource
	}
	return nil
}

// take returns the calls since the last time.
func (m *meeting) take() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := m.calls
	m.calls = nil
	slices.Sort(calls)
	return calls
}

// leave starts a run and lets its process die with the task in its state.
func (m *meeting) leave() {
	p := m.p
	if m.at == Ready {
		p.cfg.MaxConcurrentTasks = 1 // which "hold" has
	}
	r, crash := p.openToCrash(m.t, m.before())
	m.endsWithTest(r)
	if _, err := r.Start(m.t.Context(), "w", Values{"x": 1}, StartOptions{ID: "x"}); err != nil {
		m.t.Fatal(err)
	}
	synctest.Wait()
	if m.at == Cancelled {
		if err := r.Cancel(m.t.Context(), "x"); err != nil {
			m.t.Fatal(err)
		}
		synctest.Wait()
	}
	d, err := r.Run(m.t.Context(), "x")
	if err != nil {
		m.t.Fatal(err)
	}
	if want := map[bool]State{true: m.at, false: Running}[m.ended]; d.State != want || m.stateIn(d, "touched") != m.state() {
		m.t.Fatalf("the run is %s, task touched %s", d.State, m.stateIn(d, "touched"))
	}
	crash()
	m.take()
}

// state is the state of the task at the change.
func (m *meeting) state() State {
	if m.at == Cancelled {
		return Completed // before the run was cancelled
	}
	return m.at
}

func (m *meeting) stateIn(d *RunDetail, id string) State {
	for _, t := range d.Tasks {
		if t.ID == id {
			return t.State
		}
	}
	return ""
}

// blockBefore blocks the run with a program that it does not fit.
func (m *meeting) blockBefore() {
	d := codeBefore(m.at)
	d.task("up").id = "elsewhere"
	d.task("touched").rule = ""
	for _, t := range d.tasks {
		for i := range t.after {
			t.after[i] = strings.Replace(t.after[i], "up", "elsewhere", 1)
		}
	}
	r := m.open(m.workflow(d))
	if _, err := m.wait(r); !errors.Is(err, ErrBlocked) {
		m.t.Fatalf("wait before the change: %v", err)
	}
	shutdown(m.t, r)
	if calls := m.take(); len(calls) > 0 {
		m.t.Errorf("calls while the run is blocked are %q", calls)
	}
}
