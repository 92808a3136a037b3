package cloacina

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// chain is a workflow of n tasks in a row: each writes a key of its own and
// reads that of the one before.
func chain(n int) *Workflow {
	tasks := make([]task, n)
	for i := range tasks {
		own, before := key(i), key(i-1)
		t := task{PlanTask: PlanTask{ID: own, Writes: []PlanWrite{{Key: own, Shape: "int"}}}}
		if i == 0 {
			t.Call = CallOut(func(context.Context) (int, error) { return 1, nil },
				func(k *Keys, out *int) { Write[int](k, own, *out) })
		} else {
			t.DependsOn = []int{i - 1}
			t.Reads = []PlanRead{{Key: before, Shape: "int", Writers: []int{i - 1}}}
			t.Call = CallInOut(func(_ context.Context, in int) (int, error) { return in + 1, nil },
				func(k *Keys, in *int) { Require[int](k, before, in) },
				func(k *Keys, out *int) { Write[int](k, own, *out) })
		}
		tasks[i] = t
	}
	return flow("chain", tasks...)
}

// fan is a workflow of n tasks beside each other, between one and one that
// reads all their keys.
func fan(n int) *Workflow {
	tasks := []task{plain("first", nothing)}
	last := PlanTask{ID: "last", Writes: []PlanWrite{{Key: "sum", Shape: "int"}}}
	for i := range n {
		own := key(i)
		tasks = append(tasks, task{
			PlanTask{ID: own, DependsOn: []int{0}, Writes: []PlanWrite{{Key: own, Shape: "int"}}},
			TaskCode{Call: CallOut(func(context.Context) (int, error) { return i, nil },
				func(k *Keys, out *int) { Write[int](k, own, *out) })},
		})
		last.DependsOn = append(last.DependsOn, i+1)
		last.Reads = append(last.Reads, PlanRead{Key: own, Shape: "int", Writers: []int{i + 1}})
	}
	read := func(k *Keys, sum *int) {
		for i := range n {
			var v int
			Require[int](k, key(i), &v)
			*sum += v
		}
	}
	tasks = append(tasks, task{last, TaskCode{Call: CallInOut(
		func(_ context.Context, sum int) (int, error) { return sum, nil }, read,
		func(k *Keys, out *int) { Write[int](k, "sum", *out) })}})
	return flow("fan", tasks...)
}

func key(i int) string { return fmt.Sprintf("k%d", i) }

// dynamicChain is a chain of tasks whose keys the plan does not know: each
// looks for one that nobody writes, inserts one of its own, reads that of the
// one before, and replaces the one that they all have in common.
func dynamicChain(n int) *Workflow {
	tasks := []task{dynamic(key(0), func(_ context.Context, c *Context) error {
		return errors.Join(c.Insert(key(0), 1), c.Insert("last", 0))
	})}
	for i := 1; i < n; i++ {
		tasks = append(tasks, dynamic(key(i), func(_ context.Context, c *Context) error {
			before, err := Get[int](c, key(i-1))
			if c.Has("missing") || err != nil {
				return err
			}
			return errors.Join(c.Insert(key(i), before+1), c.Update("last", i))
		}, i-1))
	}
	return flow("dynamic", tasks...)
}

// shapes are the workflows that growth is measured with, and what they compute.
var shapes = []struct {
	name   string
	make   func(n int) *Workflow
	key    func(n int) string
	result func(n int) int
}{
	{"chain", chain, func(n int) string { return key(n - 1) }, func(n int) int { return n }},
	{"dynamic", dynamicChain, func(n int) string { return key(n - 1) }, func(n int) int { return n }},
	{"fan", fan, func(int) string { return "sum" }, func(n int) int { return n * (n - 1) / 2 }},
}

// runShape executes a shape once in a fresh runner and checks its result.
func runShape(tb testing.TB, path string, w *Workflow, key string, want int) {
	tb.Helper()
	r, err := Open(tb.Context(), path, Config{})
	if err != nil {
		tb.Fatal(err)
	}
	if err := r.Register(w); err != nil {
		tb.Fatal(err)
	}
	result, err := r.Execute(tb.Context(), w.Plan.Name, nil)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := result.Context()
	if err != nil {
		tb.Fatal(err)
	}
	if got, err := Get[int](c, key); err != nil || got != want {
		tb.Errorf("%s is %d, %v; want %d", key, got, err, want)
	}
	if err := r.Shutdown(context.Background()); err != nil {
		tb.Fatal(err)
	}
}

// Four times the tasks allocate four times the memory and fill four times the
// space on disk: nothing is listed per task that grows with the graph.
func TestGrowthIsLinear(t *testing.T) { //nolint:paralleltest // it measures the memory of the process
	const small, factor = 250, 4
	for _, s := range shapes {
		var memory, disk [2]uint64
		for i, n := range []int{small, small * factor} {
			w := s.make(n)
			memory[i] = allocated(func() { runShape(t, ":memory:", w, s.key(n), s.result(n)) })
			file := filepath.Join(t.TempDir(), "runs.db")
			runShape(t, file, w, s.key(n), s.result(n))
			disk[i] = sizeOf(t, file)
		}
		for what, v := range map[string][2]uint64{"memory": memory, "disk": disk} {
			if v[1] > v[0]*factor*5/4 {
				t.Errorf("%s: %s grows from %d to %d with %d times the tasks", s.name, what, v[0], v[1], factor)
			}
		}
	}
}

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func sizeOf(tb testing.TB, file string) uint64 {
	tb.Helper()
	info, err := os.Stat(file)
	if err != nil {
		tb.Fatal(err)
	}
	return uint64(info.Size())
}

// BenchmarkScale executes whole runs of growing size. Read it as a table: the
// columns per task stay the same.
func BenchmarkScale(b *testing.B) {
	for _, s := range shapes {
		for _, on := range []string{"memory", "sqlite"} {
			for _, n := range []int{1250, 2500, 5000, 10000} {
				b.Run(fmt.Sprintf("%s/%s/%d", s.name, on, n), func(b *testing.B) {
					w := s.make(n)
					var size uint64
					b.ReportAllocs()
					for b.Loop() {
						path := ":memory:"
						if on == "sqlite" {
							path = filepath.Join(b.TempDir(), "runs.db")
						}
						runShape(b, path, w, s.key(n), s.result(n))
						if on == "sqlite" {
							size = sizeOf(b, path)
						}
					}
					tasks := float64(b.N) * float64(n)
					b.ReportMetric(float64(b.Elapsed().Microseconds())/tasks, "µs/task")
					b.ReportMetric(float64(size)/float64(n), "disk-B/task")
				})
			}
		}
	}
}
