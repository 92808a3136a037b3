package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/fill"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/seven"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/stat"
)

// growth is a table that shows what grows with what. Everything is relaxed, so
// that the disk hides nothing.
type growth struct {
	name, title string
	heading     []string
	sizes       []int
	// measure returns a figure for each column behind the first.
	measure func(ctx context.Context, o *options, dir string, size int) ([]float64, error)
	note    string // how to read it
}

// growths are all that is printed behind the table.
func growths(o *options) []*growth {
	stores, tasks := []int{0, 10_000, 100_000, 300_000}, []int{10, 100, 1000, 10_000}
	contexts, opens := []int{1 << 10, 16 << 10, 128 << 10, 1 << 20}, []int{1, 100, 1000, 10_000, 100_000}
	switch {
	case o.full:
		stores = append(stores[:3], 1_000_000)
	case o.quick:
		stores, tasks, contexts, opens = []int{0, 400}, []int{10, 100}, contexts[:2], []int{1, 100}
	}
	return []*growth{
		{
			name: "store", title: "Runs in the store", sizes: stores, measure: inStore,
			heading: []string{
				"ended runs", "open, ms", "W1 with 64, runs/s", "W1 with 1, p50 ms", "page of 100, ms", "bytes/run",
			},
			note: "Each figure stays the same if nothing depends on what has ended.",
		},
		{
			name: "tasks", title: "Tasks per run", sizes: tasks, measure: perTask,
			heading: []string{
				"tasks", "chain, us/task", "fan, us/task", "chain, bytes/task", "chain, allocated bytes/task",
			},
			note: "Each figure stays the same if a run costs what its tasks cost.",
		},
		{
			name: "context", title: "Size of a value that one task writes and four read",
			sizes: contexts, measure: perByte,
			heading: []string{"bytes", "ms/run", "ns/byte", "stored bytes/byte"},
			note:    "Nanoseconds fall until the bytes outweigh the tasks, and then stay the same.",
		},
		{
			name: "open", title: "Open runs, which wait for a retry", sizes: opens, measure: perOpen,
			heading: []string{
				"open runs", "memory, bytes/run", "W1 beside them, runs/s", "open again, ms", "open again, us/run",
			},
			note: "Memory counts what the heap holds after a collection.",
		},
	}
}

// print measures a table and prints it.
func (g *growth) print(ctx context.Context, o *options, out io.Writer) (err error) {
	dir, err := os.MkdirTemp(o.dir, "bench")
	if err != nil {
		return err
	}
	defer func() {
		if removed := os.RemoveAll(dir); err == nil {
			err = removed
		}
	}()
	rows := [][]string{g.heading}
	for _, size := range g.sizes {
		figures, err := g.measure(ctx, o, dir, size)
		if err != nil {
			return fmt.Errorf("%s: %d: %w", g.name, size, err)
		}
		row := []string{whole(size)}
		for _, f := range figures {
			if math.IsInf(f, 0) { // of nothing
				row = append(row, "")
				continue
			}
			row = append(row, number(f))
		}
		rows = append(rows, row)
	}
	fmt.Fprintf(out, "\n%s. %s\n\n", g.title, g.note)
	print(out, rows)
	return nil
}

// inStore measures runs of seven tasks in a store that has some already.
func inStore(ctx context.Context, o *options, dir string, size int) ([]float64, error) {
	path := filepath.Join(dir, "runs.db")
	e, err := openEngine(ctx, path, true)
	if err != nil {
		return nil, err
	}
	var last int64
	page, err := e.Runs(ctx, cloacina.RunFilter{Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(page) > 0 {
		last = page[0].Number
	}
	if err := e.close(); err != nil {
		return nil, err
	}
	if err := fill.Sevens(ctx, path, max(0, size-int(last))); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	var opened, together, alone, listed []float64
	for range min(3, o.repeat) {
		begin := time.Now()
		if e, err = openEngine(ctx, path, true); err != nil {
			return nil, err
		}
		opened = append(opened, time.Since(begin).Seconds()*1000)
		if err := sevens(o.alone(), 64)(ctx, e); err != nil {
			return nil, err
		}
		together = append(together, float64(o.alone())/e.took.Seconds())
		if err := e.sevens(ctx, 200, 1); err != nil {
			return nil, err
		}
		alone = append(alone, stat.Percentile(e.each, 0.5).Seconds()*1000)
		begin = time.Now()
		if _, err := e.Runs(ctx, cloacina.RunFilter{Workflow: seven.Workflow().Plan.Name}); err != nil {
			return nil, err
		}
		listed = append(listed, time.Since(begin).Seconds()*1000)
		if err := readAny(ctx, e, size); err != nil {
			return nil, err
		}
		if err := e.close(); err != nil {
			return nil, err
		}
	}
	return []float64{
		stat.Of(opened).Median, stat.Of(together).Median, stat.Of(alone).Median, stat.Of(listed).Median,
		float64(info.Size()) / float64(size),
	}, nil
}
