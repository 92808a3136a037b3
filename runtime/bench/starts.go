package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	driver "modernc.org/sqlite"

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/fill"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/limit"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/seven"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/shapes"
)

// startWorks are measured in processes of their own: what it takes until a process
// has executed its first task, and what one takes that has nothing to do.
func startWorks(o *options) []*work {
	finished, waiting := 100_000, 10_000
	if o.quick {
		finished, waiting = 300, 100
	}
	last := finished
	return []*work{
		{
			name: "w4-relaxed", title: fmt.Sprintf("W4: first task beside %d ended runs", finished), relaxed: true,
			unit: perRun, load: limit.Load{Runs: 1}, peer: 5.8, only: []contender{theLimit, ours},
			setup: func(ctx context.Context, dir string) error {
				return errors.Join(fill.Sevens(ctx, oursIn(dir), finished), fillLimit(limitIn(dir), finished))
			},
			own: func(ctx context.Context, c contender, dir string) (sample, error) {
				if last++; c == theLimit {
					return started(ctx, "first-limit", limitIn(dir), last)
				}
				return started(ctx, "first-ours", oursIn(dir), finished)
			},
			goals: []goal{duration(ours, theLimit, 2), peer(0)},
		},
		{
			name: "idle", title: fmt.Sprintf("10 s with %d runs that wait for a retry", waiting), relaxed: true,
			unit: processor, load: limit.Load{Runs: 1}, only: []contender{ours},
			own: func(ctx context.Context, _ contender, dir string) (sample, error) {
				return started(ctx, "idle", filepath.Join(dir, fmt.Sprint(time.Now().UnixNano())), waiting)
			},
			goals: []goal{atMost(10)},
		},
	}
}

func oursIn(dir string) string  { return filepath.Join(dir, "ours.db") }
func limitIn(dir string) string { return filepath.Join(dir, "limit.db") }

// fillLimit makes the file of the limit with as many runs as ours has.
func fillLimit(path string, runs int) error {
	f, err := limit.Open(path, limit.Config{Relaxed: true, Checkpoint: longLog})
	if err != nil {
		return err
	}
	_, err = f.Do(limit.Load{Shape: sevenShape, First: 1, Runs: runs, InFlight: 1000})
	return errors.Join(err, f.Close())
}

// started is how long something took in a process of its own.
func started(ctx context.Context, child, path string, n int) (s sample, err error) {
	err = inChild(ctx, child, path, n, &s.took)
	return s, err
}

// firstLimit stores a run of one task, with the given number.
func firstLimit(_ context.Context, path string, num int) (any, error) {
	begin := time.Now()
	if _, err := driver.OFDLocking(true); err != nil {
		return nil, err
	}
	f, err := limit.Open(path, limit.Config{Relaxed: true, Checkpoint: longLog})
	if err != nil {
		return nil, err
	}
	_, err = f.Do(limit.Load{Shape: limit.Shape{1}, First: int64(num), Runs: 1, InFlight: 1})
	took := time.Since(begin)
	return took, errors.Join(err, f.Close())
}

// firstOurs executes a run of one task, and reads one of the ended runs back.
func firstOurs(ctx context.Context, path string, ended int) (any, error) {
	w := shapes.One()
	begin := time.Now()
	e, err := openEngine(ctx, path, true)
	if err != nil {
		return nil, err
	}
	if err := e.Register(w); err != nil {
		return nil, err
	}
	result, err := e.Execute(ctx, w.Plan.Name, nil)
	took := time.Since(begin)
	if err != nil {
		return nil, err
	}
	if err := readSimple(ctx, e, []string{result.Run}, 1); err != nil {
		return nil, err
	}
	if err := readAny(ctx, e, ended); err != nil {
		return nil, err
	}
	return took, e.close()
}

// readAny reads one of the first runs of a store back, which have seven tasks.
func readAny(ctx context.Context, e *engine, runs int) error {
	if runs == 0 {
		return nil
	}
	page, err := e.Runs(ctx, cloacina.RunFilter{
		Workflow: seven.Workflow().Plan.Name, Before: rand.Int64N(int64(runs)) + 2, Limit: 1,
	})
	if err != nil || len(page) != 1 {
		return errors.Join(err, fmt.Errorf("%d of %d runs", len(page), runs))
	}
	return readSeven(ctx, e, []string{page[0].ID})
}
