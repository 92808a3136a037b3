package cloacina

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

func TestMain(m *testing.M) {
	if value := os.Getenv(childVariable); value != "" {
		fmt.Println(child(value))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// task is a task of a hand-written workflow: its plan and its code.
type task struct {
	PlanTask
	TaskCode
}

// plain is a task without input and result.
func plain(id string, fn func(ctx context.Context) error, deps ...int) task {
	return task{PlanTask{ID: id, DependsOn: deps}, TaskCode{Call: CallPlain(fn)}}
}

// dynamic is a task that reads and writes keys by name.
func dynamic(id string, fn func(ctx context.Context, c *Context) error, deps ...int) task {
	return task{PlanTask{ID: id, DependsOn: deps, Open: true}, TaskCode{Call: CallDynamic(fn)}}
}

// nothing is a function that succeeds at once.
func nothing(context.Context) error { return nil }

// failing is a function that fails with err.
func failing(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

// forever is a function that returns when its context ends, with the cause.
func forever(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

func (t task) retries(n int, d time.Duration) task {
	t.Retry = Retry{Attempts: n, Delay: d, MaxDelay: 24 * time.Hour, Backoff: Fixed}
	return t
}

func (t task) timeout(d time.Duration) task {
	t.Timeout = d
	return t
}

// when gives the task a rule of outcomes and values; see the callers.
func (t task) when(tree *RuleNode, f func(v *View) (bool, Leaves), reads ...PlanRead) task {
	t.Rule = Rule{Text: "as the tree", Tree: tree, Reads: reads}
	t.When = f
	return t
}

// flow is a workflow of these tasks.
func flow(name string, tasks ...task) *Workflow {
	w := &Workflow{Plan: Plan{Name: name}}
	for _, t := range tasks {
		w.Plan.Tasks = append(w.Plan.Tasks, t.PlanTask)
		w.Code = append(w.Code, t.TaskCode)
	}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}

// logs collects what a runner logs, one "LEVEL component > message" a line.
type logs struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	fields bytes.Buffer // "LEVEL message key=value ..." a line
}

func (l *logs) Enabled(context.Context, slog.Level) bool { return true }
func (l *logs) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *logs) WithGroup(string) slog.Handler            { return l }

func (l *logs) Handle(_ context.Context, r slog.Record) error {
	component := ""
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == fieldComponent {
			component = a.Value.String()
		}
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(&l.buf, "%-5s %s > %s\n", r.Level, component, r.Message)
	fmt.Fprintf(&l.fields, "%s %s", r.Level, r.Message)
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != fieldComponent {
			fmt.Fprintf(&l.fields, " %s=%v", a.Key, a.Value)
		}
		return true
	})
	l.fields.WriteByte('\n')
	return nil
}

// hasFields fails the test unless the log, with its fields, has each of the lines.
func (l *logs) hasFields(t *testing.T, lines ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range lines {
		if !strings.Contains(l.fields.String(), line+"\n") {
			t.Errorf("log lacks %q:\n%s", line, l.fields.String())
		}
	}
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// has fails the test unless the log has each of the lines.
func (l *logs) has(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(l.String(), line) {
			t.Errorf("log lacks %q:\n%s", line, l)
		}
	}
}

// kept is a memory store that outlives its runner, as a file does.
type kept struct{ store.Store }

func (kept) Close() error { return nil }

// place opens runners on one store, one after the other.
type place struct {
	path string
	cfg  Config
}

func (p place) open(t *testing.T, workflows ...*Workflow) *Runner {
	t.Helper()
	r, err := Open(t.Context(), p.path, p.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Register(workflows...); err != nil {
		t.Fatal(err)
	}
	return r
}

// onEveryStore runs a test in virtual time on each kind of store.
func onEveryStore(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		s := kept{memory.New()}
		synctest.Test(t, func(t *testing.T) { test(t, place{":memory:", Config{store: s}}) })
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "runs.db")
		synctest.Test(t, func(t *testing.T) { test(t, place{file, Config{}}) })
	})
}

// inMemory runs a test in virtual time on the memory store.
func inMemory(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	s := kept{memory.New()}
	synctest.Test(t, func(t *testing.T) { test(t, place{":memory:", Config{store: s}}) })
}

func shutdown(t *testing.T, r *Runner) {
	t.Helper()
	if err := r.Shutdown(context.Background()); err != nil {
		t.Errorf("shutdown: %v", err)
	}
}
