package cloacina

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

func TestWatchEndsWithTheRunner(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		begin := time.Now()
		r := p.open(t, flow("w", naps("a", nil), naps("b", nil, 0)))
		mustStart(t, r, "x")
		end := inBackground(t.Context(), r, "x", begin)
		synctest.Wait()
		shutdown(t, r)
		lines, err := end()
		if !errors.Is(err, ErrShutdown) {
			t.Errorf("watch: %v", err)
		}
		sameLines(t, "until the shutdown", lines, "RUN running 0 at 0s", "a running 1 at 0s", "b waiting 0 at - <- a",
			"a completed 1 at 1s", "b ready 0 at 1s")
		if _, err := watching(t.Context(), r, "x", begin); !errors.Is(err, ErrShutdown) {
			t.Errorf("after the shutdown: %v", err)
		}
	})
}

func TestWatchOfUnknownAndPurgedRuns(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", naps("a", nil)))
		defer shutdown(t, r)
		mustStart(t, r, "x")
		first := true
		for _, err := range r.Watch(t.Context(), "x") {
			if err != nil {
				t.Fatal(err)
			}
			if !first {
				continue
			}
			first = false
			<-time.After(2 * time.Second)
			if n, err := r.Purge(t.Context(), PurgeOptions{}); n != 1 || err != nil {
				t.Errorf("purged %d, %v", n, err)
			}
		}
		for _, id := range []string{"x", "nobody"} {
			_, err := watching(t.Context(), r, id, time.Now())
			if want := fmt.Sprintf("watch run %q: run not found", id); !errors.Is(err, ErrRunNotFound) || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		}
	})
}

// A store whose changes are refused, or which is unavailable for a while, says
// nothing that is not on disk.
func TestWatchSaysOnlyWhatIsOnDisk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		s := &picky{Store: memory.New()}
		p := place{":memory:", Config{store: s}}
		r := p.open(t, flow("w", naps("a", nil), naps("b", nil, 0)))
		defer shutdown(t, r)
		mustStart(t, r, "x")
		mustStart(t, r, "y")
		x, y := inBackground(t.Context(), r, "x", begin), inBackground(t.Context(), r, "y", begin)
		synctest.Wait()
		s.set(func(c store.Change) error {
			if e, ok := c.(*store.TaskEnded); ok && e.Run == 2 {
				return &store.FencedError{Change: c, Reason: "because"}
			}
			if time.Since(begin) < time.Minute {
				return store.ErrUnavailable
			}
			return nil
		})
		lines, err := y()
		if !errors.Is(err, ErrBlocked) || len(lines) != 4 || !strings.HasPrefix(lines[3], "RUN blocked 0 at - (") {
			t.Errorf("%v, %q", err, lines)
		}
		if lines, err = x(); err != nil {
			t.Error(err)
		}
		sameLines(t, "the other", lines[3:5], "a completed 1 at 1s", "b running 1 at 1s")
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, "RUN completed 0 at 1m") {
			t.Errorf("while nothing could be stored: %s", last)
		}
		again, err := watching(t.Context(), r, "y", begin)
		if !errors.Is(err, ErrBlocked) || len(again) != 3 || again[1] != "a running 1 at 0s" {
			t.Errorf("the blocked one again: %v, %q", err, again)
		}
	})
}

// replaced is a store in which a run is removed and started again between two looks.
type replaced struct {
	store.Store
	purge func()
}

func (s *replaced) Run(ctx context.Context, id string) (*store.RunDetail, error) {
	if f := s.purge; f != nil {
		s.purge = nil
		f()
	}
	return s.Store.Run(ctx, id)
}

// A run that is removed before its list is read is not confused with the next one
// that has its ID.
func TestWatchOfAReplacedRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &replaced{Store: memory.New()}
		r := place{":memory:", Config{store: s}}.open(t, flow("w", naps("a", nil)))
		defer shutdown(t, r)
		mustStart(t, r, "x")
		s.purge = func() {
			<-time.After(2 * time.Second)
			if n, err := r.Purge(t.Context(), PurgeOptions{}); n != 1 || err != nil {
				t.Errorf("purged %d, %v", n, err)
			}
			mustStart(t, r, "x")
		}
		if lines, err := watching(t.Context(), r, "x", time.Now()); !errors.Is(err, ErrRunNotFound) || len(lines) > 0 {
			t.Errorf("%v, %q", err, lines)
		}
	})
}

// A consumer in the middle of its loop does not hold up a shutdown, and still gets
// what had happened by then.
func TestShutdownBesideAWatch(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", naps("a", nil)))
		mustStart(t, r, "x")
		var last Change
		for c, err := range r.Watch(t.Context(), "x") {
			if err != nil {
				t.Error(err)
			}
			if last = c; c.Task == "a" && c.State == Running {
				shutdown(t, r)
			}
		}
		if last.Task != "" || last.State != Completed {
			t.Errorf("the last change is %+v", last)
		}
	})
}
