package trust

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/proof"
)

// eachSeed calls f with the seeds of a row, some at a time, and returns when all
// calls have. No seed is begun when no more time is left than takes. A call that
// fails its testing.TB, also by Fatal, makes its seed one that has failed and does
// not concern the others.
func eachSeed(t *testing.T, row *proof.Row, workers int, takes time.Duration, f func(tb testing.TB, seed uint64)) {
	t.Helper()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for row.Left() > takes {
				seed, ok := row.Next()
				if !ok {
					return
				}
				trying(t, row, seed, f)
			}
		})
	}
	wg.Wait()
}

// trying calls f with one seed.
func trying(t *testing.T, row *proof.Row, seed uint64, f func(tb testing.TB, seed uint64)) {
	t.Helper()
	c := &seedTB{TB: t, row: row, seed: seed}
	done := make(chan struct{})
	go func() { // of its own, which Fatal ends
		defer close(done)
		defer c.cleanUp()
		f(c, seed)
	}()
	<-done
}

// seedTB is the testing.TB of one seed.
type seedTB struct {
	testing.TB
	row  *proof.Row
	seed uint64

	mu     sync.Mutex
	failed bool
	undo   []func()
}

func (c *seedTB) fail(text string) {
	c.TB.Helper()
	c.mu.Lock()
	first := !c.failed
	c.failed = true
	c.mu.Unlock()
	if first { // a seed fails once
		c.row.Fail(c.seed, "%s", text)
	} else {
		c.TB.Errorf("seed %d: %s", c.seed, text)
	}
}

func (c *seedTB) Error(args ...any) { c.TB.Helper(); c.fail(fmt.Sprintln(args...)) }
func (c *seedTB) Errorf(format string, args ...any) {
	c.TB.Helper()
	c.fail(fmt.Sprintf(format, args...))
}
func (c *seedTB) Fail() { c.TB.Helper(); c.fail("it has failed") }

func (c *seedTB) Fatal(args ...any) {
	c.TB.Helper()
	c.fail(fmt.Sprintln(args...))
	runtime.Goexit()
}

func (c *seedTB) Fatalf(format string, args ...any) {
	c.TB.Helper()
	c.fail(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (c *seedTB) FailNow() {
	c.TB.Helper()
	c.Fail()
	runtime.Goexit()
}

func (c *seedTB) Failed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

func (c *seedTB) Cleanup(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.undo = append(c.undo, f)
}

// cleanUp calls what was given to Cleanup, the last one first.
func (c *seedTB) cleanUp() {
	for {
		c.mu.Lock()
		n := len(c.undo)
		if n == 0 {
			c.mu.Unlock()
			return
		}
		f := c.undo[n-1]
		c.undo = c.undo[:n-1]
		c.mu.Unlock()
		f()
	}
}

// milliseconds is a duration as a figure.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
