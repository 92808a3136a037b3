package check

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/annotations"
)

// Paths come by their length, the longest first, and the first is as long as any
// way through the graph.
func TestPathsComeByLength(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawGraph(t)
		w.decl.Timeout = annotations.Value[time.Duration]{V: time.Hour, Set: true}
		w.order = planOrder(w.tasks)
		w.ancestry = newAncestry(w.order)
		longest := make([]time.Duration, len(w.order))
		var want time.Duration
		for i, x := range w.order {
			x.policy.Timeout = annotations.Value[time.Duration]{V: time.Duration(rapid.IntRange(0, 5).Draw(t, "seconds")), Set: true}
			x.policy.RetryAttempts = annotations.Value[int]{V: 0, Set: true}
			for _, d := range x.deps {
				longest[i] = max(longest[i], longest[d.index])
			}
			longest[i] += x.policy.Timeout.V
			want = max(want, longest[i])
		}
		s := pathSearch{w: w, ahead: make([]time.Duration, len(w.order)), own: make([]time.Duration, len(w.order))}
		s.measure()
		path, last := s.next()
		if last != want || s.length(path) != want {
			t.Fatalf("the first path takes %v, as a list %v; want %v", last, s.length(path), want)
		}
		for range 50 {
			path, length := s.next()
			if path == nil && length == 0 {
				break
			}
			if length > last || s.length(path) != length {
				t.Fatalf("after %v comes %v, as a list %v", last, length, s.length(path))
			}
			last = length
		}
	})
}

func TestDurationText(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 90 * time.Second: "1m30s", 2 * time.Minute: "2m", time.Hour: "1h", 90 * time.Minute: "1h30m",
		time.Hour + time.Second: "1h0m1s", 2750 * time.Millisecond: "2.75s", 100 * time.Second: "1m40s",
	} {
		if got := durationText(d); got != want {
			t.Errorf("%d is %s, want %s", d, got, want)
		}
		if back, err := time.ParseDuration(want); err != nil || back != d {
			t.Errorf("%s is read as %v: %v", want, back, err)
		}
	}
}
