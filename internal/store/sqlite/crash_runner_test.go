//go:build linux

package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// runnerWorkload runs a runner with an external ledger of its effects and has
// the power fail at some operations. All that showed outside before is in each
// image, nothing of it happens again, and what is left ends as it should.
func runnerWorkload(t *testing.T, seed uint64, seen *crashTally) (images int, err error) {
	t.Helper()
	dir := memoryDir(t)
	defer removeAll(t, dir)
	rng := rand.New(rand.NewPCG(seed, 8))
	runs := 2 + rng.IntN(4)
	v, err := faultvfs.Intercept(dir)
	if err != nil {
		return 0, err
	}
	b := &book{at: v.Len}
	err = runAll(filepath.Join(dir, "runs.db"), b, runs, nil)
	ops := v.Journal()
	if err := errors.Join(err, v.Close()); err != nil {
		return 0, fmt.Errorf("the workload: %w", err)
	}
	points := drawPoints(rng, ops, imagesOf)
	disk := faultvfs.NewDisk(seed)
	for i := range ops {
		disk.Apply(&ops[i])
		for range points[i] {
			images++
			seen.images.Add(1)
			seen.runners.Add(1)
			if err := runnerImage(t, disk, rng.Uint64(), b.until(i+1), runs); err != nil {
				return images, fmt.Errorf("a runner, after operation %d of %d: %w", i+1, len(ops), err)
			}
		}
	}
	return images, nil
}

// patience is how long a test waits for what takes some milliseconds.
const patience = time.Minute

// runAll opens a runner, has it run all runs to their end and shuts it down. The
// facts are those of earlier processes.
func runAll(path string, b *book, runs int, facts []fact) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := cloacina.Open(ctx, path, cloacina.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Shutdown(ctx)) }()
	if err := checkFacts(ctx, r, facts); err != nil {
		return err
	}
	if err := r.Register(newFlow(b)); err != nil {
		return err
	}
	handles := make([]*cloacina.RunHandle, runs)
	for i := range runs {
		id := fmt.Sprint("run-", i)
		if handles[i], err = r.Start(ctx, "flow", inputOf(i), cloacina.StartOptions{ID: id}); err != nil {
			return err
		}
		b.write(fact{what: started, run: id})
	}
	for i, h := range handles {
		result, err := h.Wait(ctx)
		if err != nil {
			return err
		}
		b.write(fact{what: ended, run: h.ID()})
		if err := checkResult(result, int64(i)); err != nil {
			return err
		}
	}
	return repeated(facts, b.until(ever))
}

func inputOf(run int) cloacina.Values { return cloacina.Values{"n": int64(run)} }

// runnerImage looks at an image and has a runner go on with it.
func runnerImage(t *testing.T, disk *faultvfs.Disk, seed uint64, facts []fact, runs int) error {
	t.Helper()
	dir := memoryDir(t)
	defer removeAll(t, dir)
	if err := disk.Image(dir, seed); err != nil {
		return err
	}
	return runAll(filepath.Join(dir, "runs.db"), &book{at: func() int { return 0 }}, runs, facts)
}

// checkFacts looks in the store for what has to be there.
func checkFacts(ctx context.Context, r *cloacina.Runner, facts []fact) error {
	tasks, attempts := over(facts)
	details := map[string]*cloacina.RunDetail{}
	for _, f := range facts {
		if details[f.run] != nil {
			continue
		}
		d, err := r.Run(ctx, f.run)
		if err != nil {
			return fmt.Errorf("a run that was acknowledged: %w", err)
		}
		details[f.run] = d
	}
	for _, f := range facts {
		if d := details[f.run]; f.what == ended && d.State != cloacina.Completed {
			return fmt.Errorf("run %s, whose end was acknowledged, is %s", f.run, d.State)
		}
	}
	for run, d := range details {
		for _, task := range d.Tasks {
			key := run + " " + task.ID
			if tasks[key] && task.Ended.IsZero() {
				return fmt.Errorf("task %s, after whose end things happened, is %s", key, task.State)
			}
			begun := func(a cloacina.AttemptDetail) bool { return a.Number == attempts[key] }
			if attempts[key] > 0 && !slices.ContainsFunc(task.Attempts, begun) {
				return fmt.Errorf("attempt %d of task %s had begun, the store has %v", attempts[key], key, task.Attempts)
			}
		}
	}
	return nil
}
