package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/cloacina-go/cloacina/runtime/bench/internal/limit"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/syncs"
)

// contender is who does a work.
type contender int

const (
	theLimit contender = iota
	theFloor
	ours
	contenders
)

var contenderNames = [contenders]string{"limit", "floor", "ours"}

// work is something that the contenders do.
type work struct {
	name, title string
	relaxed     bool
	load        limit.Load // what the limit does
	checkpoint  int        // of the limit, in pages
	engine      func(ctx context.Context, e *engine) error
	unit        unit
	also        []unit  // what else is told
	peer        float64 // the best embeddable engine that was measured elsewhere, in the unit
	goals       []goal
	counted     bool        // the disk is listened to, which takes time
	only        []contender // who can do it; all by default
	// own does the work in another way; dir is there as long as the work is measured.
	own func(ctx context.Context, c contender, dir string) (sample, error)
	// setup is called once, before the first measurement in dir.
	setup func(ctx context.Context, dir string) error
}

// sample is one measurement.
type sample struct {
	took  time.Duration
	each  []time.Duration // how long each run took
	bytes int64           // of the file, once the log is copied into it
	steps int             // statements that were executed
	disk  syncs.Counts    // what the disk was asked for, if it is counted
	cpu   time.Duration   // of the processor; 0 where the system does not tell
}

// measurements are the samples of a work, by repetition.
type measurements [contenders][]sample

// measure lets the contenders do the work in turn, as often as asked for. The one
// that begins changes.
func (w *work) measure(ctx context.Context, o *options) (m measurements, err error) {
	dir, err := os.MkdirTemp(o.dir, "bench")
	if err != nil {
		return m, err
	}
	defer func() {
		if removed := os.RemoveAll(dir); err == nil {
			err = removed
		}
	}()
	if w.setup != nil {
		if err := w.setup(ctx, dir); err != nil {
			return m, err
		}
	}
	if w.counted {
		stop, err := syncs.Count()
		if err != nil {
			return m, err
		}
		defer func() { _ = stop() }()
	}
	for i := range o.repeat {
		for j := range contenders {
			c := (contender(i) + j) % contenders
			if !o.measures(w, c) {
				continue
			}
			s, err := w.once(ctx, c, filepath.Join(dir, fmt.Sprint(i, c)))
			if err != nil {
				return m, fmt.Errorf("%s: %s: %w", w.name, contenderNames[c], err)
			}
			m[c] = append(m[c], s)
		}
	}
	return m, nil
}

// once lets one contender do the work on a fresh file.
func (w *work) once(ctx context.Context, c contender, dir string) (s sample, err error) {
	if w.own != nil {
		return w.own(ctx, c, filepath.Dir(dir))
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return s, err
	}
	defer func() {
		if removed := os.RemoveAll(dir); err == nil {
			err = removed
		}
	}()
	path := filepath.Join(dir, "runs.db")
	switch c {
	case theLimit:
		s, err = w.doLimit(path)
	case theFloor:
		s, err = w.doFloor(ctx, path, filepath.Join(dir, "recorded.db"))
	default:
		s, err = w.doOurs(ctx, path)
	}
	if err != nil {
		return s, err
	}
	info, err := os.Stat(path)
	if err == nil {
		s.bytes = info.Size()
	}
	return s, err
}

// timed measures what f takes, without what others left to the collector.
func (s *sample) timed(f func() error) error {
	runtime.GC()
	cpu, unknown := processorTime()
	disk, begin := syncs.Now(), time.Now()
	err := f()
	s.took, s.disk = time.Since(begin), syncs.Now().Sub(disk)
	if now, err := processorTime(); unknown == nil && err == nil {
		s.cpu = now - cpu
	}
	return err
}

func (w *work) doOurs(ctx context.Context, path string) (sample, error) {
	e, err := openEngine(ctx, path, w.relaxed)
	if err != nil {
		return sample{}, err
	}
	if err := w.engine(ctx, e); err != nil {
		return sample{}, err
	}
	return e.sample, e.close()
}

// seconds returns how long each sample took.
func seconds(samples []sample) []float64 {
	var all []float64
	for _, s := range samples {
		all = append(all, s.took.Seconds())
	}
	return all
}
