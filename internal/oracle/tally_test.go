package oracle

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// inParallel gives the seeds from 1 on, as many as there are to be workflows, to
// several workers.
func inParallel(t *testing.T, count int, look func(*tally, *testing.T, uint64)) *tally {
	t.Helper()
	var next atomic.Uint64
	parts := make([]*tally, runtime.GOMAXPROCS(0))
	t.Run("workflows", func(t *testing.T) {
		for i := range parts {
			parts[i] = newTally()
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				for seed := next.Add(1); seed <= uint64(count) && !t.Failed(); seed = next.Add(1) {
					look(parts[i], t, seed)
				}
			})
		}
	})
	total := newTally()
	for _, p := range parts {
		for what, n := range p.hits {
			total.hits[what] += n
		}
	}
	return total
}

// tally counts what the random workflows had and showed.
type tally struct{ hits map[string]int }

func newTally() *tally { return &tally{hits: make(map[string]int)} }

func (c *tally) String() string {
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(c.hits)) {
		fmt.Fprintf(&b, "\n%9d %s", c.hits[what], what)
	}
	return b.String()
}

// needs fails for everything that happened less than that often: what is never
// drawn is never tested.
func (c *tally) needs(t *testing.T, least int, names ...string) {
	t.Helper()
	for _, what := range names {
		if c.hits[what] < least {
			t.Errorf("%q happened %d times, want %d at least", what, c.hits[what], least)
		}
	}
}
