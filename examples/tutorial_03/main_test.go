package main

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/examples/internal/golden"
	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/cloacinatest"
)

func TestOutput(t *testing.T) { golden.Run(t, "output.txt", run) }

// The branches overlap: none of them gets on before all three are at work.
func TestBranchesOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		meet(t, cloacina.Config{}).Completed("count_words", "count_letters", "find_longest", "report")
	})
}

// With two slots the three do not meet, so that the test above can fail.
func TestTwoSlotsAreNotEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		meet(t, cloacina.Config{MaxConcurrentTasks: 2}, cloacinatest.Ends(cloacina.Failed)).
			Error("count_words", errAlone).Error("count_letters", errAlone)
	})
}

var errAlone = errors.New("waited a minute for the other branches")

// meet runs the workflow with a barrier in the place of each branch's work.
func meet(t *testing.T, cfg cloacina.Config, opts ...cloacinatest.Option) *cloacinatest.Outcomes {
	t.Helper()
	b := newBarrier(3)
	return cloacinatest.Run(t, Workflow(), cloacina.Values{"text": "one two three"}, append(opts,
		cloacinatest.Config(cfg),
		cloacinatest.Fake("count_words", func(ctx context.Context, _ Clean) (WordCount, error) {
			return WordCount{}, b.reach(ctx)
		}),
		cloacinatest.Fake("count_letters", func(ctx context.Context, _ Clean) (LetterCount, error) {
			return LetterCount{}, b.reach(ctx)
		}),
		cloacinatest.Fake("find_longest", func(ctx context.Context, _ Clean) (LongestWord, error) {
			return LongestWord{}, b.reach(ctx)
		}))...)
}

// barrier lets nobody past before all have reached it.
type barrier struct {
	mu      sync.Mutex
	missing int
	met     chan struct{}
}

func newBarrier(n int) *barrier { return &barrier{missing: n, met: make(chan struct{})} }

func (b *barrier) reach(ctx context.Context) error {
	b.mu.Lock()
	if b.missing--; b.missing == 0 {
		close(b.met)
	}
	b.mu.Unlock()
	select {
	case <-b.met:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(time.Minute):
		return cloacina.Permanent(errAlone)
	}
}
