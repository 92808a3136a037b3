package cloacina

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// benchRuns is how many open runs the benchmarks of a start have.
const benchRuns = 10_000

// sevenTasks is a workflow of seven tasks in a row; f is called in each.
func sevenTasks(f func(context.Context) error) *Workflow {
	var tasks []task
	for i := range 7 {
		t := plain(fmt.Sprintf("t%d", i), f)
		if i > 0 {
			t.DependsOn = []int{i - 1}
			t = t.when(TaskSuccess(i-1), func(v *View) (bool, Leaves) { return v.Success(i - 1), LeavesOf(v.Success(i - 1)) })
		}
		tasks = append(tasks, t.retries(3, time.Second))
	}
	return flow("seven", tasks...)
}

// leaveOpen fills a file with runs that have completed one task, and were in the
// second when the process died.
func leaveOpen(b *testing.B, file string, w *Workflow) {
	b.Helper()
	s, err := sqlite.Open(b.Context(), file, sqlite.Config{Relaxed: true})
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now().UnixMilli()
	var changes []store.Change
	for num := int64(1); num <= benchRuns; num++ {
		changes = append(changes,
			&store.RunCreated{Num: num, ID: fmt.Sprint(num), Plan: &w.Plan, At: now,
				Initial: []engine.Entry{{Key: "n", Value: []byte("1")}}},
			&store.TaskDecided{Run: num, Ready: true, At: now},
			&store.AttemptStarted{Run: num, Attempt: 1, At: now, Host: "h", Version: "v"},
			&store.TaskEnded{Run: num, Status: engine.TaskCompleted, At: now,
				Last:   store.AttemptEnd{Attempt: 1, Outcome: store.AttemptSucceeded},
				Writes: []engine.Entry{{Key: "k", Value: []byte(`"value"`)}}},
			&store.TaskDecided{Run: num, Task: 1, Ready: true, Leaves: LeavesOf(true), At: now},
			&store.AttemptStarted{Run: num, Task: 1, Attempt: 1, At: now, Host: "h", Version: "v"})
	}
	if err := s.Commit(b.Context(), changes); err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkStart measures what a start takes with ten thousand open runs of
// seven tasks, one of which ran when the process died: until Open and Register
// have returned, and until the first attempt runs.
func BenchmarkStart(b *testing.B) {
	changed := func(f func(context.Context) error) *Workflow {
		w := sevenTasks(f)
		w.Plan.Tasks[3].Retry.Attempts++
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		return w
	}
	misfit := func(f func(context.Context) error) *Workflow {
		w := sevenTasks(f)
		w.Plan.Tasks[0].ID = "renamed"
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		return w
	}
	for name, variant := range map[string]func(f func(context.Context) error) *Workflow{
		"same": sevenTasks, "changed": changed, "misfit": misfit,
	} {
		b.Run(name, func(b *testing.B) {
			var open, register, first time.Duration
			for b.Loop() {
				b.StopTimer()
				file := filepath.Join(b.TempDir(), "runs.db")
				leaveOpen(b, file, sevenTasks(nothing))
				runs := make(chan time.Time, 1)
				var once sync.Once
				w := variant(func(ctx context.Context) error {
					once.Do(func() { runs <- time.Now() })
					return forever(ctx)
				})
				b.StartTimer()
				begin := time.Now()
				r, err := Open(b.Context(), file, Config{})
				if err != nil {
					b.Fatal(err)
				}
				open += time.Since(begin)
				if err := r.Register(w); err != nil {
					b.Fatal(err)
				}
				register += time.Since(begin)
				if name != "misfit" {
					first += (<-runs).Sub(begin)
				}
				b.StopTimer()
				ctx, cancel := context.WithCancel(b.Context())
				cancel()
				if err := r.Shutdown(ctx); !errors.Is(err, context.Canceled) {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(open.Milliseconds())/float64(b.N), "ms-opened")
			b.ReportMetric(float64(register.Milliseconds())/float64(b.N), "ms-registered")
			b.ReportMetric(float64(first.Milliseconds())/float64(b.N), "ms-first")
		})
	}
}
