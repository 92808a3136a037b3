package trust

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/proof"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

const (
	// wideTasks is how many tasks the large runs have, which make up most of the number.
	wideTasks = 100
	// mixedRuns is how many runs of the mixed load there are for each large one.
	mixedRuns = 3
	// clients is how many runs are waited for at once.
	clients = 48
)

// TestTasksLeaveNothing executes task after task in one runner, and measures when
// every run has ended: after a tenth of the tasks, a half, and all. The runs are
// large ones and small ones with retries, skips, failures, timeouts of attempts
// and of runs, cancels and callbacks; they are waited for by several, watched to
// their ends and not to their ends, and listed.
//
// Of a million tasks, nine tenths of a small map entry for each would be more
// than the heap may grow by. The resident memory may grow by what the caches of
// SQLite have not used yet: 16 MiB of the writer and 2 MiB of each of 4 readers,
// and the heap of Go once more, which lets garbage grow to the size of the rest.
// The runner keeps the goroutines of calls for the next ones. Sooner or later they are
// as many as there may be calls at once, which is brought about first, since it is no
// leak. Each of the 4
// connections that read is opened when it is first needed: two files and a lock.
func TestTasksLeaveNothing(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "no leak", 20_000)
	path := filepath.Join(keptDir(t), "runs.db")
	p := start(t, job{Role: "tasks", Path: path, Count: int(row.Target()), Relaxed: true})
	flat(t, row, p, growth{goroutines: 16, files: 8, locks: 4, heap: 1 << 20, resident: 32 << 20})
}

// manyTasks executes tasks.
func manyTasks(p *parent, j job) error {
	m := &multitude{flows: newFlows(j.Seed)}
	r, err := cloacina.Open(context.Background(), j.Path, cloacina.Config{
		Durability: j.durability(), MaxConcurrentTasks: slots,
	})
	if err != nil {
		return err
	}
	m.r = r
	workflows := []*cloacina.Workflow{wide(), meeting()}
	for _, f := range m.flows {
		workflows = append(workflows, f.quick().workflow(&ledger{}, 0))
	}
	if err := r.Register(workflows...); err != nil {
		return err
	}
	if _, err := r.Execute(context.Background(), "meeting", nil); err != nil {
		return err
	}
	goroutines := 0
	for _, goal := range []int{j.Count / 10, j.Count / 2, j.Count} {
		if err := m.until(p, int64(goal)); err != nil {
			return err
		}
		u, err := used(int(m.tasks.Load()), goroutines, j.Path, j.Path+".lock")
		if err != nil {
			return err
		}
		goroutines = u.Goroutines
		if err := p.sayUsage("usage", u); err != nil {
			return err
		}
	}
	return r.Shutdown(context.Background())
}

// multitude is the load of such a process.
type multitude struct {
	r     *cloacina.Runner
	flows []*flow
	runs  atomic.Int64
	tasks atomic.Int64
	stop  atomic.Bool
}

// wide is the workflow of the large runs.
func wide() *cloacina.Workflow {
	nothing := cloacina.TaskCode{Call: cloacina.CallPlain(func(context.Context) error { return nil })}
	parts := []any{cloacina.PlanTask{ID: "first"}, nothing}
	last := cloacina.PlanTask{ID: "last"}
	for i := 1; i < wideTasks-1; i++ {
		parts = append(parts, cloacina.PlanTask{ID: fmt.Sprintf("t%d", i), DependsOn: []int{0}}, nothing)
		last.DependsOn = append(last.DependsOn, i)
	}
	return handWritten("wide", append(parts, last, nothing)...)
}

// meeting is a workflow of as many tasks as may run at once, which wait for each other.
func meeting() *cloacina.Workflow {
	var all sync.WaitGroup
	all.Add(slots)
	meet := cloacina.TaskCode{Call: cloacina.CallPlain(func(context.Context) error { all.Done(); all.Wait(); return nil })}
	var parts []any
	for i := range slots {
		parts = append(parts, cloacina.PlanTask{ID: fmt.Sprintf("t%d", i)}, meet)
	}
	return handWritten("meeting", parts...)
}

// until executes runs until so many tasks have ended, and lets the last traces of
// them end as well: callbacks are recorded, and the notes of them are stored.
func (m *multitude) until(p *parent, goal int64) error {
	var wg sync.WaitGroup
	errs := make(chan error, clients)
	for range clients {
		wg.Go(func() {
			for m.tasks.Load() < goal && !m.stop.Load() {
				if err := m.one(m.runs.Add(1)); err != nil {
					m.stop.Store(true)
					errs <- err
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		case <-p.orders:
			m.stop.Store(true)
		case <-second.C:
			if err := p.sayUsage("progress", usage{Done: int(m.tasks.Load())}); err != nil {
				return err
			}
		}
	}
	<-time.After(300 * time.Millisecond)
	close(errs)
	return <-errs
}

// one is a run.
func (m *multitude) one(number int64) error {
	ctx := context.Background()
	name, input := "wide", cloacina.Values(nil)
	if number%(mixedRuns+1) != 0 {
		_, f, n := runOf(m.flows, number)
		name, input = f.name, cloacina.Values{"n": n}
	}
	h, err := m.r.Start(ctx, name, input, cloacina.StartOptions{})
	if err != nil {
		return err
	}
	var beside sync.WaitGroup
	defer beside.Wait()
	switch number % 13 {
	case 1:
		err = h.Cancel(ctx)
	case 2: // one that gives up waiting
		hasty, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		beside.Go(func() { _, _ = h.Wait(hasty) })
	case 3:
		beside.Go(func() { m.watch(ctx, h.ID(), 1<<30) })
	case 4: // one that has seen enough
		beside.Go(func() { m.watch(ctx, h.ID(), 3) })
	case 5:
		_, err = m.r.Runs(ctx, cloacina.RunFilter{Limit: 3})
	}
	if err != nil {
		return err
	}
	result, err := h.Wait(ctx)
	if result == nil {
		return fmt.Errorf("wait for %s: %w", name, err)
	}
	m.tasks.Add(int64(len(result.Tasks)))
	return nil
}

// watch follows a run for some changes.
func (m *multitude) watch(ctx context.Context, id string, most int) {
	n := 0
	for _, err := range m.r.Watch(ctx, id) {
		if n++; n >= most || err != nil {
			return
		}
	}
}
