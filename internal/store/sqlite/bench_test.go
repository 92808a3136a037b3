package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// id returns the ID of a run.
func id(num int64) string { return fmt.Sprintf("run-%d", num) }

// onePlan returns a plan of one task.
func onePlan() *plan.Plan {
	return &plan.Plan{Name: "one", Fingerprint: "one", Tasks: []plan.Task{{ID: "only"}}}
}

// sevenPlan returns a plan of seven tasks.
func sevenPlan() *plan.Plan {
	p := &plan.Plan{Name: "seven", Fingerprint: "seven"}
	for i := range 7 {
		p.Tasks = append(p.Tasks, plan.Task{ID: fmt.Sprintf("task_%d", i)})
	}
	return p
}

// stages returns the transactions of a run of seven tasks, of which five run
// one after another and two are skipped.
func stages(num int64, p *plan.Plan) [][]store.Change {
	const now = 1_764_115_200_000
	start := func(task int) []store.Change {
		return []store.Change{
			&store.TaskDecided{Run: num, Task: task, Ready: true, Leaves: plan.LeavesOf(true), At: now},
			&store.AttemptStarted{Run: num, Task: task, Attempt: 1, At: now, Host: "host", Version: "v1.2.3"},
		}
	}
	uuid := fmt.Sprintf("0193625e-0000-7000-8000-%012d", num)
	all := [][]store.Change{append([]store.Change{
		&store.RunCreated{Num: num, ID: uuid, Plan: p, At: now, Initial: []engine.Entry{{Key: "n", Value: []byte("3")}}},
	}, start(0)...)}
	for task := range 5 {
		stage := []store.Change{
			&store.TaskEnded{
				Run: num, Task: task, Status: engine.TaskCompleted, At: now,
				Last:   store.AttemptEnd{Attempt: 1, Outcome: store.AttemptSucceeded},
				Writes: []engine.Entry{{Key: "score", Value: []byte("83")}},
			},
		}
		if task == 2 {
			stage = append(stage,
				&store.TaskDecided{Run: num, Task: 5, At: now}, &store.TaskDecided{Run: num, Task: 6, At: now})
		}
		if task < 4 {
			stage = append(stage, start(task+1)...)
		} else {
			stage = append(stage, &store.RunEnded{Run: num, Status: engine.RunCompleted, At: now})
		}
		all = append(all, stage)
	}
	return all
}

// BenchmarkRuns stores whole runs of seven tasks, some at a time in step.
func BenchmarkRuns(b *testing.B) {
	for _, cfg := range []sqlite.Config{{}, {Relaxed: true}} {
		for _, together := range []int{1, 64} {
			b.Run(fmt.Sprintf("relaxed=%t/together=%d", cfg.Relaxed, together), func(b *testing.B) {
				benchmarkRuns(b, cfg, together)
			})
		}
	}
}

func benchmarkRuns(b *testing.B, cfg sqlite.Config, together int) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "runs.db")
	s, err := sqlite.Open(context.Background(), path, cfg)
	if err != nil {
		b.Fatal(err)
	}
	p := sevenPlan()
	num, transitions, commits := int64(0), 0, 0
	start := time.Now()
	for b.Loop() {
		var group [6][]store.Change
		for range together {
			num++
			for i, stage := range stages(num, p) {
				group[i] = append(group[i], stage...)
			}
		}
		for _, batch := range group {
			commit(b, s, batch...)
			transitions += len(batch)
			commits++
		}
	}
	seconds := time.Since(start).Seconds()
	closed(b, s)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(num)/seconds, "runs/s")
	b.ReportMetric(float64(commits)/seconds, "commits/s")
	b.ReportMetric(float64(transitions)/seconds, "changes/s")
	b.ReportMetric(float64(info.Size())/float64(num), "bytes/run")
}

// BenchmarkOpen opens a store with open runs and reads them all.
func BenchmarkOpen(b *testing.B) {
	for _, runs := range []int64{100, 10_000} {
		b.Run(fmt.Sprintf("runs=%d", runs), func(b *testing.B) { benchmarkOpen(b, runs) })
	}
}

func benchmarkOpen(b *testing.B, runs int64) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "runs.db")
	s := open(b, path)
	p := sevenPlan()
	for num := int64(1); num <= runs; num++ {
		var batch []store.Change
		for _, stage := range stages(num, p)[:4] {
			batch = append(batch, stage...)
		}
		commit(b, s, batch...)
	}
	closed(b, s)
	for b.Loop() {
		s := open(b, path)
		n := int64(0)
		for _, err := range s.OpenRuns(context.Background()) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != runs {
			b.Fatalf("%d open runs", n)
		}
		closed(b, s)
	}
}

// BenchmarkPurge deletes ended runs, 500 at a time, from a store of ten thousand.
func BenchmarkPurge(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "runs.db"))
	p := sevenPlan()
	num := int64(0)
	fill := func(until int64) {
		for num < until {
			num++
			var batch []store.Change
			for _, stage := range stages(num, p) {
				batch = append(batch, stage...)
			}
			commit(b, s, batch...)
		}
	}
	fill(10_000)
	purged := 0
	for b.Loop() {
		n, err := s.Purge(context.Background(), store.PurgeFilter{Workflow: "seven", EndedBefore: 1 << 60})
		if err != nil {
			b.Fatal(err)
		}
		purged += n
		b.StopTimer()
		fill(num + int64(n))
		b.StartTimer()
	}
	b.ReportMetric(float64(purged)/b.Elapsed().Seconds(), "runs/s")
	closed(b, s)
}
