package main

import (
	"context"
	"fmt"

	"github.com/cloacina-go/cloacina/runtime/bench/internal/limit"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/tape"
)

// doLimit measures the bare loop that stores next to nothing.
func (w *work) doLimit(path string) (s sample, err error) {
	f, err := limit.Open(path, limit.Config{Relaxed: w.relaxed, Checkpoint: w.checkpoint})
	if err != nil {
		return s, err
	}
	err = s.timed(func() (err error) {
		s.each, err = f.Do(w.load)
		return err
	})
	if closed := f.Close(); err == nil {
		err = closed
	}
	return s, err
}

// doFloor measures the statements alone. Our engine does the work once more before,
// so that they can be recorded.
func (w *work) doFloor(ctx context.Context, path, recorded string) (s sample, err error) {
	t, begun, err := w.record(ctx, recorded)
	if err != nil {
		return s, err
	}
	r, err := t.Open(path)
	if err != nil {
		return s, err
	}
	defer func() {
		if closed := r.Close(); err == nil {
			err = closed
		}
		if err == nil {
			err = verify(ctx, path, w.load.Runs, w.load.Shape.Tasks())
		}
	}()
	if err := r.Until(begun); err != nil {
		return s, err
	}
	if err := r.Prepare(begun); err != nil {
		return s, err
	}
	if err := s.timed(func() error { return r.Until(t.Len()) }); err != nil {
		return s, err
	}
	s.steps = t.Statements(begun)
	if r.Done() != t.Len() {
		return s, fmt.Errorf("%d statements instead of the %d that the engine has issued", r.Done(), t.Len())
	}
	return s, nil
}

// record has our engine do the work, and returns what it did and where on the tape
// the work begins.
func (w *work) record(ctx context.Context, path string) (t *tape.Tape, begun int, err error) {
	t, stop := tape.Record()
	e, err := openEngine(ctx, path, w.relaxed)
	stop()
	if err != nil {
		return nil, 0, err
	}
	e.begin = func() { begun = t.Len() }
	if err := w.engine(ctx, e); err != nil {
		return nil, 0, err
	}
	return t, begun, e.close()
}
