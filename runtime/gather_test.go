package cloacina

import (
	"testing"
	"testing/synctest"
	"time"
)

// several is how many goroutines have to be going for events to be gathered.
const several = 2

// Whoever reports while the loop gives way is in the same round, and the loop
// gives way no longer than that brings something.
func TestGatherGivesWayAsLongAsItBringsEvents(t *testing.T) {
	t.Parallel()
	q, yields := newQueue(&crew{}), 0
	g := gathering{stirred: several, yield: func() {
		if yields++; yields <= 3 {
			q.push(numbered(yields))
		}
	}}
	g.gather(q)
	g.stirred = several
	if yields != 0 {
		t.Errorf("it gave way %d times with nothing queued", yields)
	}
	q.push(numbered(0))
	g.gather(q)
	if n := len(q.take(nil)); n != 4 || yields != 4 {
		t.Errorf("%d events after giving way %d times, want 4 after 4", n, yields)
	}
}

// Giving way in vain to a goroutine that computes is made up for.
func TestGatherDoesNotWaitForTheBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, waits := newQueue(&crew{}), time.Duration(0)
		g := gathering{stirred: several, yield: func() {
			<-time.After(10 * time.Millisecond)
			waits += 10 * time.Millisecond
		}}
		begin := time.Now()
		for q.push(numbered(0)); time.Since(begin) < time.Minute; {
			g.stirred = several
			g.gather(q)
			<-time.After(time.Millisecond)
		}
		if waits < time.Minute/20 || waits > time.Minute/9 {
			t.Errorf("it has waited for %v of a minute", waits)
		}
	})
}

// A wait that brings an event was not in vain, unless it was long.
func TestGatherWaitsForTheSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, left := newQueue(&crew{}), 3
		g := gathering{stirred: several, yield: func() {
			if left--; left > 0 {
				<-time.After(10 * time.Millisecond)
				q.push(numbered(left))
			}
		}}
		q.push(numbered(0))
		g.gather(q)
		if n := len(q.take(nil)); n != 3 || !g.resumes.IsZero() {
			t.Errorf("%d events, and nothing is gathered until %v", n, g.resumes)
		}
	})
}

// However fast events come, and however long tasks compute that end one after the
// other, the round begins: timers and those who ask for something wait for it.
func TestGatherEnds(t *testing.T) {
	t.Parallel()
	for _, wait := range []time.Duration{time.Millisecond, 15 * time.Millisecond, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			const rounds = 100
			q := newQueue(&crew{})
			q.push(numbered(0))
			g := gathering{stirred: several, yield: func() {
				<-time.After(wait)
				q.push(numbered(0))
			}}
			var waited, busy, longest time.Duration
			for range rounds {
				begin := time.Now()
				g.stirred = several
				g.gather(q)
				took := time.Since(begin)
				waited, longest = waited+took, max(longest, took)
				<-time.After(100 * time.Millisecond)
				busy += 100 * time.Millisecond
			}
			if most := longWait + wait; longest > most {
				t.Errorf("with an event every %v a round has begun after %v, want %v at the most", wait, longest, most)
			}
			if wait > longWait && waited > busy/(patience-1) {
				t.Errorf("with an event every %v it has waited for %v of %v", wait, waited, waited+busy)
			}
		})
	}
}

// Where one goroutine was set going at the most there is nothing to wait for once
// it has reported.
func TestGatherNeedsSeveral(t *testing.T) {
	t.Parallel()
	for stirred, want := range []int{0, 0, 1} {
		q, yields := newQueue(&crew{}), 0
		q.push(numbered(0))
		g := gathering{stirred: stirred, yield: func() { yields++ }}
		g.gather(q)
		if yields != want {
			t.Errorf("%d set going: it gave way %d times, want %d", stirred, yields, want)
		}
		q.push(numbered(0))
		if g.gather(q); yields != want {
			t.Errorf("%d set going: it gave way once more", stirred)
		}
	}
}
