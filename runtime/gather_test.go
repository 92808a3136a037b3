package cloacina

import (
	"testing"
	"testing/synctest"
	"time"
)

// several is more than will ever report.
const several = 1 << 30

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

// When all have reported who were set going there is nobody to give way to.
func TestGatherKnowsWhoIsGoing(t *testing.T) {
	t.Parallel()
	earlier, later := attemptReturned{&call{seq: 1}}, attemptReturned{&call{seq: 2}}
	for _, c := range []struct {
		stirred, yields int
		events          []event
	}{
		{0, 0, []event{numbered(0)}},
		{1, 0, []event{numbered(0)}},
		{2, 1, []event{numbered(0)}},
		{1, 0, []event{later}},
		{1, 1, []event{earlier}}, // the one that was set going is not back
		{2, 1, []event{earlier, later}},
		{2, 0, []event{later, numbered(0)}},
	} {
		q, yields := newQueue(&crew{}), 0
		for _, e := range c.events {
			q.push(e)
		}
		g := gathering{stirred: c.stirred, before: 1, yield: func() { yields++ }}
		if g.gather(q); yields != c.yields {
			t.Errorf("%d set going, %d events: it gave way %d times, want %d", c.stirred, len(c.events), yields, c.yields)
		}
		q.push(numbered(0))
		if g.gather(q); yields != c.yields {
			t.Errorf("%d set going: it gave way once more", c.stirred)
		}
	}
}
