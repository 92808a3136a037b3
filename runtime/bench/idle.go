package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/shapes"
)

// waiting is what all of them are runs of.
var waiting = shapes.Waiting()

// wait starts runs whose task has failed and waits for an hour until it is tried
// again, and returns when all of them wait.
func wait(ctx context.Context, e *engine, runs int) error {
	ids := make([]string, runs)
	err := parallel(runs, 256, func(i int) error {
		run, err := e.Start(ctx, waiting.Plan.Name, nil, cloacina.StartOptions{})
		if err == nil {
			ids[i] = run.ID()
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := waits(ctx, e, id); err != nil {
			return err
		}
	}
	return nil
}

// waits returns when the task of a run waits for its second attempt.
func waits(ctx context.Context, e *engine, id string) error {
	for ctx.Err() == nil {
		detail, err := e.Run(ctx, id)
		if err != nil {
			return err
		}
		switch t := &detail.Tasks[0]; {
		case t.State == cloacina.Retrying && len(t.Attempts) == 1 && t.Attempts[0].Error != "" &&
			!t.Attempts[0].NextAt.IsZero():
			return nil
		case t.State == cloacina.Retrying || t.State.Ended():
			return fmt.Errorf("run %s: the task is %s with attempts %+v", id, t.State, t.Attempts)
		}
		time.Sleep(time.Millisecond)
	}
	return ctx.Err()
}

// idle returns how much of the processor a process takes in ten seconds, with runs
// that wait; in less if they are few.
func idle(ctx context.Context, path string, runs int) (any, error) {
	e, err := openWaiting(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := wait(ctx, e, runs); err != nil {
		return nil, err
	}
	seconds := 10 * time.Second
	if runs < 1000 {
		seconds /= 20
	}
	settle()
	before, err := processorTime()
	if err != nil {
		return nil, err
	}
	time.Sleep(seconds)
	after, err := processorTime()
	if err != nil {
		return nil, err
	}
	return after - before, errors.Join(e.close())
}

// openWaiting opens a runner for runs that wait.
func openWaiting(ctx context.Context, path string) (*engine, error) {
	e, err := openEngine(ctx, path, true)
	if err != nil {
		return nil, err
	}
	return e, e.Register(waiting)
}

// settle lets the collector and what is done in the background come to their end.
func settle() {
	debug.FreeOSMemory()
	time.Sleep(200 * time.Millisecond)
	runtime.GC()
	time.Sleep(50 * time.Millisecond)
}

// open is what open runs cost.
type open struct {
	Heap   float64 // bytes that they occupy in memory
	Took   time.Duration
	Opened time.Duration
}

// openRuns starts runs that wait, and measures runs of seven tasks beside them.
func openRuns(ctx context.Context, path string, runs int) (any, error) {
	e, err := openWaiting(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := wait(ctx, e, 1); err != nil { // what there is once does not count
		return nil, err
	}
	settle()
	before := heap()
	if err := wait(ctx, e, runs); err != nil {
		return nil, err
	}
	settle()
	result := open{Heap: float64(heap()) - float64(before)}
	if err := sevens(beside(runs), 64)(ctx, e); err != nil {
		return nil, err
	}
	result.Took = e.took
	if err := e.close(); err != nil {
		return nil, err
	}
	begin := time.Now()
	if e, err = openWaiting(ctx, path); err != nil {
		return nil, err
	}
	result.Opened = time.Since(begin)
	return result, e.close()
}

// beside is how many runs are executed beside open ones: few if those are.
func beside(runs int) int { return min(max(200, runs), 4000) }

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
