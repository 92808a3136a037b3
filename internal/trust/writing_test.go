package trust

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	driver "modernc.org/sqlite"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

const (
	// inFlight is how many runs are in flight while a process writes.
	inFlight = 64
	// writingSlots is how many attempts run at once. Few of them share few commits.
	writingSlots = 8
	// width is how many tasks of a run have one before and one behind all of them.
	width = 20
)

// writing is a process that writes and reads.
type writing struct {
	job      job
	r        *cloacina.Runner
	changes  atomic.Int64
	commits  atomic.Int64
	reads    atomic.Int64
	log      atomic.Int64
	mu       sync.Mutex
	problems []string
	stop     chan struct{} // closed when it is enough
	enough   sync.Once
}

// commits writes until enough writes were queued or it is told to stop, and says
// once a second how far it is.
func commits(p *parent, j job) error {
	w := &writing{job: j, stop: make(chan struct{})}
	// Every connection of this process that writes tells of its commits. One that
	// is taken back was one that could not be made.
	driver.RegisterConnectionHook(func(c driver.ExecQuerierContext, _ string) error {
		hooks := c.(driver.HookRegisterer)
		hooks.RegisterCommitHook(func() int32 { w.commits.Add(1); return 0 })
		return nil
	})
	var err error
	w.r, err = cloacina.Open(context.Background(), j.Path, cloacina.Config{
		Handler: w, Durability: j.durability(), MaxConcurrentTasks: writingSlots,
	})
	if err != nil {
		return err
	}
	if err := w.r.Register(w.workflow()); err != nil {
		return err
	}
	w.commits.Store(0) // those of opening
	p.say("open")
	p.order() // everyone else is there
	w.write(p)
	w.tell(p, "done")
	for p.order() != "end" { // until the others are gone
	}
	return w.r.Shutdown(context.Background())
}

// write does all of it at once.
func (w *writing) write(p *parent) {
	var wg sync.WaitGroup
	for range inFlight {
		wg.Go(func() { w.each(0, w.execute) })
	}
	wg.Go(func() { w.each(2*time.Millisecond, w.list) })
	wg.Go(func() { w.each(2*time.Millisecond, w.look) })
	wg.Go(func() { w.each(200*time.Millisecond, w.purge) })
	wg.Go(func() { w.each(3*time.Second, w.backup) })
	wg.Go(func() { w.each(5*time.Millisecond, w.weigh) })
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for going := true; going; {
		select {
		case <-w.stop:
			going = false
		case <-p.orders:
			w.end()
		case <-second.C:
			w.tell(p, "progress")
		}
	}
	wg.Wait()
}

// each does something again and again, with a pause, until it is enough. What
// fails is a problem, and enough.
func (w *writing) each(pause time.Duration, do func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	for {
		select {
		case <-w.stop:
			return
		default:
		}
		if pause > 0 {
			select {
			case <-w.stop:
				return
			case <-time.After(pause):
			}
		}
		if err := do(ctx); err != nil {
			w.problem("%v", err)
		}
	}
}

func (w *writing) end() { w.enough.Do(func() { close(w.stop) }) }

// problem notes what nobody should have seen, and ends the work.
func (w *writing) problem(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.problems) < 5 {
		w.problems = append(w.problems, fmt.Sprintf(format, args...))
	}
	w.end()
}

func (w *writing) tell(p *parent, word string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text, err := json.Marshal(written{
		Changes: w.changes.Load(), Commits: w.commits.Load(), Reads: w.reads.Load(), Log: w.log.Load(), Problems: w.problems,
	})
	if err != nil {
		text = fmt.Appendf(nil, "%v", err)
	}
	p.say("%s %s", word, text)
}

// workflow is one whose runs write much: values that fill pages, and callbacks.
func (w *writing) workflow() *cloacina.Workflow {
	done := func(context.Context, cloacina.TaskEnd) { w.changes.Add(1) } // that of its note
	parts := []any{
		cloacina.PlanTask{ID: "first", Open: true},
		cloacina.TaskCode{OnSuccess: done, Call: cloacina.CallDynamic(func(_ context.Context, c *cloacina.Context) error {
			return c.Set("ballast", make([]byte, 1000))
		})},
	}
	last := cloacina.PlanTask{ID: "last"}
	nothing := cloacina.CallPlain(func(context.Context) error { return nil })
	for i := range width {
		parts = append(parts, cloacina.PlanTask{ID: fmt.Sprintf("t%d", i), DependsOn: []int{0}}, cloacina.TaskCode{Call: nothing})
		last.DependsOn = append(last.DependsOn, i+1)
	}
	return handWritten("writing", append(parts, last, cloacina.TaskCode{Call: nothing})...)
}

// execute is one run, and counts what was queued for it: its start and end, and
// for each task the decision, each attempt's start and end, and its end.
func (w *writing) execute(ctx context.Context) error {
	result, err := w.r.Execute(ctx, "writing", nil)
	if err != nil {
		return fmt.Errorf("execute: %w", err)
	}
	n := int64(2)
	for _, t := range result.Tasks {
		n += 2 + 2*int64(t.Attempts)
	}
	if w.changes.Add(n) >= int64(w.job.Count) {
		w.end()
	}
	return nil
}

// list reads a page of runs.
func (w *writing) list(ctx context.Context) error {
	w.reads.Add(1)
	if _, err := w.r.Runs(ctx, cloacina.RunFilter{Limit: 20}); err != nil {
		return fmt.Errorf("list runs: %w", err)
	}
	return nil
}

// look reads one run as a whole.
func (w *writing) look(ctx context.Context) error {
	runs, err := w.r.Runs(ctx, cloacina.RunFilter{Limit: 1})
	if err != nil || len(runs) == 0 {
		return err
	}
	w.reads.Add(1)
	if _, err := w.r.Run(ctx, runs[0].ID); err != nil {
		return fmt.Errorf("read run: %w", err)
	}
	return nil
}

// purge removes runs whose ends are so old that nobody waits for them.
func (w *writing) purge(ctx context.Context) error {
	if _, err := w.r.Purge(ctx, cloacina.PurgeOptions{EndedBefore: time.Now().Add(-5 * time.Second)}); err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	return nil
}

// backup copies the file.
func (w *writing) backup(ctx context.Context) error {
	w.reads.Add(1)
	file := filepath.Join(filepath.Dir(w.job.Path), fmt.Sprintf("backup-%d.db", w.job.Generation))
	if err := w.r.Backup(ctx, file); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return os.Remove(file)
}

// weigh looks at the size of the write-ahead log.
func (w *writing) weigh(context.Context) error {
	info, err := os.Stat(w.job.Path + "-wal")
	if err == nil {
		w.log.Store(max(w.log.Load(), info.Size()))
	}
	return err
}

// The runner logs to the process: what it says about a lock, or an error of any
// kind, is a problem that it has hidden from its callers.

// Enabled takes warnings and errors.
func (*writing) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle looks at a record.
func (w *writing) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		return true
	})
	low := strings.ToLower(text)
	if r.Level >= slog.LevelError || strings.Contains(low, "unavailable") ||
		strings.Contains(low, "locked") || strings.Contains(low, "busy") {
		w.problem("the runner has logged: %s", text)
	}
	return nil
}

// WithAttrs returns the handler as it is.
func (w *writing) WithAttrs([]slog.Attr) slog.Handler { return w }

// WithGroup returns the handler as it is.
func (w *writing) WithGroup(string) slog.Handler { return w }
