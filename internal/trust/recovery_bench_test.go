package trust

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// BenchmarkRecovery kills processes with many open runs while attempts run, and
// measures how long the next process takes to have attempts running again:
// from its start (exec), and from its call of Open (open). Each run has a task
// that has completed and one that runs, or waits for one of the slots.
//
//	crowd    100 or 10,000 open runs, 64 of which (the default) have an attempt that runs
//	everyone as many attempts run, and are interrupted, as there are runs
func BenchmarkRecovery(b *testing.B) {
	for _, c := range []struct {
		name        string
		runs, slots int
	}{
		{"crowd/100", 100, 64},
		{"crowd/10000", 10_000, 64},
		{"everyone/10000", 10_000, 10_000},
	} {
		b.Run(c.name, func(b *testing.B) {
			path := filepath.Join(keptDir(b), "runs.db")
			crowded := job{Role: "crowd", Path: path, First: c.runs, Count: c.runs}
			p := start(b, crowded)
			p.expect("running")
			p.expect("crowded")
			p.kill()
			crowded.First, crowded.Count = 0, c.slots
			b.ResetTimer()
			var execs, opens []time.Duration
			for range b.N * *benchKills {
				p := start(b, crowded)
				var micros int64
				if _, err := fmt.Sscan(p.expect("running"), &micros); err != nil {
					b.Fatal(err)
				}
				execs = append(execs, time.Since(p.begun))
				opens = append(opens, time.Duration(micros)*time.Microsecond)
				p.expect("crowded") // as many run as there are slots
				p.kill()
			}
			b.StopTimer()
			report(b, "exec", execs)
			report(b, "open", opens)
			clean(b, path)
		})
	}
}

// report reports the middle one and the slowest in a hundred.
func report(b *testing.B, what string, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1)+0.5)].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.50), what+"-p50-ms")
	b.ReportMetric(at(0.99), what+"-p99-ms")
}

// crowd is a process with many runs, the second task of which never ends. It
// starts the first ones, and says when an attempt of a second task runs, and
// when all slots are taken.
func crowd(p *parent, j job) error {
	opened := time.Now()
	r, err := cloacina.Open(context.Background(), j.Path, cloacina.Config{
		MaxConcurrentTasks: j.Count, MaxInterruptions: -1,
	})
	if err != nil {
		return err
	}
	var running atomic.Int64
	err = r.Register(handWritten("crowd",
		cloacina.PlanTask{ID: "quick", Open: true},
		cloacina.TaskCode{Call: cloacina.CallDynamic(func(_ context.Context, c *cloacina.Context) error {
			return c.Set("value", "of the first task")
		})},
		cloacina.PlanTask{ID: "endless", DependsOn: []int{0}},
		cloacina.TaskCode{Call: cloacina.CallPlain(func(ctx context.Context) error {
			n := running.Add(1)
			if n == 1 {
				p.say("running %d", time.Since(opened).Microseconds())
			}
			if n == int64(j.Count) {
				p.say("crowded")
			}
			<-ctx.Done()
			return ctx.Err()
		})}))
	if err != nil {
		return err
	}
	if err := startMany(r, j.First); err != nil {
		return err
	}
	select {}
}

// startMany starts runs, many at a time so that they share commits.
func startMany(r *cloacina.Runner, runs int) error {
	var wg sync.WaitGroup
	errs := make(chan error, runs)
	for worker := range 100 {
		wg.Go(func() {
			for n := worker; n < runs; n += 100 {
				if _, err := r.Start(context.Background(), "crowd", cloacina.Values{"n": n}, cloacina.StartOptions{}); err != nil {
					errs <- err
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}
