package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/seven"
)

// engine is a runner on a file, and what was measured with it.
type engine struct {
	*cloacina.Runner
	sample
	path  string
	begin func() // called before the work begins
}

func openEngine(ctx context.Context, path string, relaxed bool) (*engine, error) {
	cfg := cloacina.Config{}
	if relaxed {
		cfg.Durability = cloacina.Relaxed
	}
	r, err := cloacina.Open(ctx, path, cfg)
	if err != nil {
		return nil, err
	}
	return &engine{Runner: r, path: path, begin: func() {}}, nil
}

// close shuts the runner down, which copies the log into the file.
func (e *engine) close() error { return e.Shutdown(context.Background()) }

// timed measures what f takes.
func (e *engine) timed(f func() error) error {
	e.begin()
	return e.sample.timed(f)
}

// sevens executes runs of seven tasks, some of them at once.
func sevens(runs, inFlight int) func(context.Context, *engine) error {
	return func(ctx context.Context, e *engine) error {
		if err := e.Register(seven.Workflow()); err != nil {
			return err
		}
		return e.sevens(ctx, runs, inFlight)
	}
}

// sevens executes runs of seven tasks, whose workflow is registered: each is
// executed by a client that then goes on with the next, as the Run of generated code
// does it.
func (e *engine) sevens(ctx context.Context, runs, inFlight int) error {
	ids := make([]string, runs)
	e.each = make([]time.Duration, runs)
	err := e.timed(func() error {
		return parallel(runs, inFlight, func(i int) error {
			begin := time.Now()
			run, err := seven.Start(ctx, e.Runner, seven.Input{N: i%10 + 1},
				cloacina.StartOptions{UntilEnd: true})
			if err != nil {
				return err
			}
			result, err := run.Wait(ctx)
			e.each[i] = time.Since(begin)
			ids[i] = run.ID()
			if err == nil && result.Path != "high" {
				err = fmt.Errorf("run %s took the path %q", run.ID(), result.Path)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	return readSeven(ctx, e, ids)
}

// repeated executes runs of a workflow without input, one after the other.
func repeated(w *cloacina.Workflow, runs int) func(context.Context, *engine) error {
	return func(ctx context.Context, e *engine) error {
		if err := e.Register(w); err != nil {
			return err
		}
		var ids []string
		err := e.timed(func() error {
			for range runs {
				begin := time.Now()
				result, err := e.Execute(ctx, w.Plan.Name, nil)
				if err != nil {
					return err
				}
				e.each = append(e.each, time.Since(begin))
				ids = append(ids, result.Run)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return readSimple(ctx, e, ids, len(w.Plan.Tasks))
	}
}

// parallel calls f with 0 to n-1, some calls at once.
func parallel(n, inFlight int, f func(i int) error) error {
	if inFlight == 1 {
		for i := range n {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	}
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	errs := make(chan error, inFlight)
	var clients sync.WaitGroup
	for range min(inFlight, n) {
		clients.Go(func() {
			for i := range next {
				if err := f(i); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	clients.Wait()
	close(errs)
	return <-errs
}
