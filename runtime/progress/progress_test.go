package progress

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

var update = flag.Bool("update", false, "rewrite the recorded outputs")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorded compares got with a file in testdata.
func recorded(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; record it with: make golden", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("output differs from %s (-want +got); if it should: make golden\n%s", path, diff)
	}
}

var errDown = errors.New("connection refused\nby \x1b[31mexample.com")

// job is a task that takes its time, and fails until an attempt with a number.
type job struct {
	id      string
	takes   time.Duration
	until   int
	retries int
	deps    []int
	never   bool // its rule is false
}

func workflow(jobs ...job) *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: "orders"}}
	for _, j := range jobs {
		p := cloacina.PlanTask{ID: j.id, DependsOn: j.deps}
		p.Retry = cloacina.Retry{
			Attempts: j.retries, Delay: 3500 * time.Millisecond, MaxDelay: time.Hour, Backoff: cloacina.Fixed,
		}
		c := cloacina.TaskCode{Call: cloacina.CallPlain(func(ctx context.Context) error {
			select {
			case <-time.After(j.takes):
			case <-ctx.Done():
				return ctx.Err()
			}
			if cloacina.TaskFrom(ctx).Attempt < j.until {
				return errDown
			}
			return nil
		})}
		if j.never {
			p.Rule = cloacina.Rule{Text: "failed", Tree: cloacina.TaskFailed(j.deps[0])}
			c.When = func(*cloacina.View) (bool, cloacina.Leaves) { return false, cloacina.LeavesOf(false) }
		}
		w.Plan.Tasks, w.Code = append(w.Plan.Tasks, p), append(w.Code, c)
	}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}

// eventful has something of everything.
func eventful() *cloacina.Workflow {
	return workflow(
		job{id: "fetch", takes: 800 * time.Millisecond},
		job{id: "cached", deps: []int{0}, never: true},
		job{id: "check", takes: 1200 * time.Millisecond, until: 2, retries: 1, deps: []int{0}},
		job{id: "bad", takes: 2 * time.Second, until: 9, deps: []int{0}},
		job{id: "store", takes: 12 * time.Second, deps: []int{1, 2}},
		job{id: "log", takes: 100 * time.Millisecond, deps: []int{2}},
		job{id: "report", takes: time.Second, deps: []int{3, 4}},
		job{id: "beside", takes: 90 * time.Second},
	)
}

// open opens a runner and starts a run of the workflow.
func open(t *testing.T, w *cloacina.Workflow) *cloacina.Runner {
	t.Helper()
	r, err := cloacina.Open(t.Context(), ":memory:", cloacina.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Register(w); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Start(t.Context(), "orders", nil, cloacina.StartOptions{ID: "42"}); err != nil {
		t.Fatal(err)
	}
	return r
}

func shutdown(t *testing.T, r *cloacina.Runner) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Shutdown(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func watchOf(r *cloacina.Runner, id string) watchFunc {
	return func(ctx context.Context) iter.Seq2[cloacina.Change, error] { return r.Watch(ctx, id) }
}

// shown shows a run in the background; the function that it returns waits for the end.
func shown(ctx context.Context, v *vt, watch watchFunc) func() error {
	end := make(chan error, 1)
	go func() { end <- tree(ctx, v.asScreen(), watch) }()
	return func() error { return <-end }
}

// A run from its start to its end, in a window that has other text in it.
func TestTree(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := open(t, eventful())
		defer shutdown(t, r)
		v := newVT(t, 80, 14)
		fmt.Fprint(v, "$ go run . -progress\r\n")
		end := shown(t.Context(), v, watchOf(r, "42"))
		var got strings.Builder
		begin := time.Now()
		for _, at := range []time.Duration{100, 900, 2100, 2500, 3500, 6000, 7500, 20000, 20100, 89000, 91000} {
			<-time.After(time.Until(begin.Add(at*time.Millisecond + time.Microsecond)))
			synctest.Wait()
			fmt.Fprintf(&got, "=== after %v\n%s", time.Since(begin).Round(time.Millisecond), v)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
		if len(v.gone) > 0 {
			t.Errorf("it has scrolled: %q", v.gone)
		}
		recorded(t, "tree.txt", got.String())
	})
}

// The time until the next attempt runs down by the second.
func TestCountdown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := open(t, workflow(job{id: "flaky", until: 2, retries: 1}))
		defer shutdown(t, r)
		v := newVT(t, 80, 14)
		end := shown(t.Context(), v, watchOf(r, "42"))
		var got []string
		for range 4 {
			<-time.After(60 * time.Millisecond) // it is drawn after 50
			_, line, _ := strings.Cut(v.String(), "\n")
			got = append(got, strings.TrimSpace(line))
			<-time.After(940 * time.Millisecond)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
		var want []string
		for _, left := range []string{"4s", "3s", "2s", "1s"} {
			want = append(want, "↻ flaky  retrying attempt 2 in "+left+": connection refused")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("countdown (-want +got):\n%s", diff)
		}
	})
}

// A window may be made smaller and larger while it is drawn to; no part of an older
// frame stays in it, and what was above is not touched.
func TestResize(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := open(t, eventful())
		defer shutdown(t, r)
		v := newVT(t, 100, 20)
		fmt.Fprint(v, "$ go\r\n")
		end := shown(t.Context(), v, watchOf(r, "42"))
		for i, size := range [][2]int{{40, 20}, {100, 20}, {30, 12}, {25, 6}, {80, 20}, {10, 3}, {120, 30}} {
			<-time.After(2 * time.Second)
			v.resize(size[0], size[1])
			<-time.After(2 * time.Second)
			synctest.Wait()
			if n := strings.Count(v.String(), "● orders"); n != 1 {
				t.Errorf("size %v: %d frames are shown:\n%s", size, n, v)
			}
			if i < 2 && (!strings.HasPrefix(v.String(), "$ go\n● orders") || len(v.gone) > 0) {
				t.Errorf("size %v: the line above is gone: %q\n%s", size, v.gone, v)
			}
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

// What is drawn before and after the run went on elsewhere, and what an ended or a
// blocked run looks like.
func TestScripts(t *testing.T) {
	t.Parallel()
	begin := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	run := func(s cloacina.State, err, reason string) cloacina.Change {
		return cloacina.Change{Run: "42", Workflow: "orders", State: s, Err: err, Reason: reason, At: begin}
	}
	task := func(id string, s cloacina.State, deps ...string) cloacina.Change {
		return cloacina.Change{Run: "42", Workflow: "orders", Task: id, State: s, Attempt: 1, At: begin.Add(time.Second), DependsOn: deps}
	}
	blocked := errors.New("run is blocked")
	scripts := []struct {
		name    string
		changes []cloacina.Change
		err     error
	}{
		{"ended before", []cloacina.Change{
			task("a", cloacina.Completed), task("b", cloacina.Cancelled, "a"), run(cloacina.Failed, "run timed out after 1m0s", ""),
		}, nil},
		{"unregistered, then another plan", []cloacina.Change{
			run(cloacina.Running, "", "its workflow is not registered with this runner"),
			task("a", cloacina.Completed), task("old", cloacina.Waiting, "a"), task("r", cloacina.Running),
			run(cloacina.Running, "", ""),
			task("a", cloacina.Completed), task("new", cloacina.Waiting, "a"), task("r", cloacina.Running),
		}, nil},
		{"blocked", []cloacina.Change{
			run(cloacina.Running, "", ""), task("a", cloacina.Running), run(cloacina.Blocked, "an assertion failed\nat length", ""),
		}, blocked},
		{"blocked before", []cloacina.Change{
			run(cloacina.Blocked, "the plan does not fit", ""), task("a", cloacina.Completed), task("b", cloacina.Waiting),
		}, blocked},
	}
	var got strings.Builder
	for _, script := range scripts {
		watch := func(context.Context) iter.Seq2[cloacina.Change, error] {
			return func(yield func(cloacina.Change, error) bool) {
				for _, c := range script.changes {
					if !yield(c, nil) {
						return
					}
				}
				if script.err != nil {
					yield(cloacina.Change{}, script.err)
				}
			}
		}
		v := newVT(t, 100, 10)
		synctest.Test(t, func(t *testing.T) {
			if err := tree(t.Context(), v.asScreen(), watch); !errors.Is(err, script.err) {
				t.Errorf("%s: %v", script.name, err)
			}
		})
		var out bytes.Buffer
		if err := lines(t.Context(), &out, watch); !errors.Is(err, script.err) {
			t.Errorf("%s: %v", script.name, err)
		}
		fmt.Fprintf(&got, "=== %s\n%s--- as lines\n%s", script.name, v, &out)
	}
	recorded(t, "scripts.txt", got.String())
}

// Where there is no terminal, each change is a line.
func TestLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := open(t, eventful())
		defer shutdown(t, r)
		var out bytes.Buffer
		if err := Show(t.Context(), &out, r, "42"); err != nil {
			t.Error(err)
		}
		again := strings.Builder{}
		if err := Show(t.Context(), &again, r, "42"); err != nil {
			t.Error(err)
		}
		recorded(t, "lines.txt", out.String()+"=== again\n"+again.String())
	})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := open(t, eventful())
		defer shutdown(t, r)
		v := newVT(t, 80, 24)
		for name, show := range map[string]func(ctx context.Context, id string) error{
			"lines": func(ctx context.Context, id string) error { return Show(ctx, io.Discard, r, id) },
			"tree":  func(ctx context.Context, id string) error { return tree(ctx, v.asScreen(), watchOf(r, id)) },
		} {
			if err := show(t.Context(), "nobody"); !errors.Is(err, cloacina.ErrRunNotFound) {
				t.Errorf("%s of an unknown run: %v", name, err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if err := show(ctx, "42"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s with a context that ends: %v", name, err)
			}
			cancel()
		}
		if !strings.HasPrefix(v.String(), "● orders running") {
			t.Errorf("what was drawn last is gone:\n%s", v)
		}
		broken := &screen{w: brokenWriter{}, size: v.size}
		if err := tree(t.Context(), broken, watchOf(r, "42")); !errors.Is(err, os.ErrClosed) {
			t.Errorf("tree on a broken terminal: %v", err)
		}
		if err := Show(t.Context(), brokenWriter{}, r, "42"); !errors.Is(err, os.ErrClosed) {
			t.Errorf("lines into a broken file: %v", err)
		}
	})
}

// brokenWriter is a terminal that was closed.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }

// heldWriter is a terminal whose user has stopped the output.
type heldWriter struct{ release chan struct{} }

func (w heldWriter) Write(p []byte) (int, error) {
	<-w.release
	return len(p), nil
}

// A terminal that takes nothing does not hold up the run.
func TestHeldTerminal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := open(t, eventful())
		defer shutdown(t, r)
		held := heldWriter{make(chan struct{})}
		ends := make(chan error, 2)
		go func() {
			ends <- tree(t.Context(), &screen{w: held, size: func() (int, int) { return 80, 24 }}, watchOf(r, "42"))
		}()
		go func() { ends <- Show(t.Context(), held, r, "42") }()
		begin := time.Now()
		if _, err := r.Wait(t.Context(), "42"); err == nil || time.Since(begin) != 90*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		close(held.release)
		for range 2 {
			if err := <-ends; err != nil {
				t.Error(err)
			}
		}
	})
}

// It is drawn once for all that comes within a moment, and else once a second.
func TestDrawsLittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var jobs []job
		for i := range 60 {
			jobs = append(jobs, job{id: fmt.Sprintf("t%d", i), takes: time.Millisecond * time.Duration(1+i%40)})
		}
		r := open(t, workflow(slices.Concat(jobs, []job{{id: "long", takes: 10 * time.Second}})...))
		defer shutdown(t, r)
		v := newVT(t, 80, 24)
		if err := tree(t.Context(), v.asScreen(), watchOf(r, "42")); err != nil {
			t.Error(err)
		}
		if v.writes > 12 {
			t.Errorf("%d frames in ten seconds", v.writes)
		}
	})
}
