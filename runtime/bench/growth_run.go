package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/shapes"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/stat"
)

// shaped is what runs of a workflow take.
type shaped struct {
	seconds   float64 // of a run, the median
	bytes     float64 // that a run adds to the file
	allocated float64 // by a run
}

// shape measures runs of a workflow, one after the other. The first one, which
// also stores the plan, does not count.
func shape(ctx context.Context, path string, w *cloacina.Workflow, runs int) (s shaped, err error) {
	e, err := openEngine(ctx, path, true)
	if err != nil {
		return s, err
	}
	if err := repeated(w, 1)(ctx, e); err != nil {
		return s, err
	}
	if err := e.close(); err != nil {
		return s, err
	}
	first, err := os.Stat(path)
	if err != nil {
		return s, err
	}
	if e, err = openEngine(ctx, path, true); err != nil {
		return s, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := repeated(w, runs)(ctx, e); err != nil {
		return s, err
	}
	runtime.ReadMemStats(&after)
	if err := e.close(); err != nil {
		return s, err
	}
	all, err := os.Stat(path)
	if err != nil {
		return s, err
	}
	return shaped{
		seconds:   stat.Percentile(e.each, 0.5).Seconds(),
		bytes:     float64(all.Size()-first.Size()) / float64(runs),
		allocated: float64(after.TotalAlloc-before.TotalAlloc) / float64(runs),
	}, nil
}

// perTask measures runs of many tasks, one after the other and beside each other.
func perTask(ctx context.Context, o *options, dir string, size int) ([]float64, error) {
	runs := max(3, min(50, 2000/size))
	chain, err := shape(ctx, filepath.Join(dir, fmt.Sprint("chain", size)), shapes.Chain(size), runs)
	if err != nil {
		return nil, err
	}
	fan, err := shape(ctx, filepath.Join(dir, fmt.Sprint("fan", size)), shapes.Fan(size-2), runs)
	if err != nil {
		return nil, err
	}
	n := float64(size)
	return []float64{chain.seconds * 1e6 / n, fan.seconds * 1e6 / n, chain.bytes / n, chain.allocated / n}, nil
}

// perByte measures runs with a large value.
func perByte(ctx context.Context, o *options, dir string, size int) ([]float64, error) {
	wide, err := shape(ctx, filepath.Join(dir, fmt.Sprint("wide", size)), shapes.Wide(size), 20)
	if err != nil {
		return nil, err
	}
	n := float64(size)
	return []float64{wide.seconds * 1000, wide.seconds * 1e9 / n, wide.bytes / n}, nil
}

// perOpen measures what open runs cost, in a process of its own.
func perOpen(ctx context.Context, _ *options, dir string, size int) ([]float64, error) {
	var r open
	if err := inChild(ctx, "open", filepath.Join(dir, fmt.Sprint("open", size)), size, &r); err != nil {
		return nil, err
	}
	n := float64(size)
	return []float64{
		r.Heap / n, float64(beside(size)) / r.Took.Seconds(), r.Opened.Seconds() * 1000, r.Opened.Seconds() * 1e6 / n,
	}, nil
}
