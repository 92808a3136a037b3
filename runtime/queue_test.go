package cloacina

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

type numbered int

func (numbered) apply(*loop) {}

// Many report, of whom some take the turn, and the keeper takes it too: nothing is
// lost, each sender's order is kept, and only one has the turn at a time.
func TestQueue(t *testing.T) {
	t.Parallel()
	const senders, each = 8, 1000
	q := newQueue(&crew{})
	var busy atomic.Bool
	last, taken := map[int]int{}, 0
	take := func() {
		if busy.Swap(true) {
			t.Error("two have the turn")
		}
		for _, e := range q.take(nil) {
			s, i := int(e.(numbered))/each, int(e.(numbered))%each
			if want := last[s]; i != want {
				t.Errorf("sender %d: got %d, want %d", s, i, want)
			}
			last[s], taken = i+1, taken+1
		}
		if taken%5 == 0 {
			runtime.Gosched()
		}
		busy.Store(false)
	}
	ended, all := make(chan struct{}), make(chan struct{})
	go func() { // the keeper
		defer close(all)
		for due := false; ; due = !due {
			select {
			case <-q.wake:
			case <-ended:
				return
			}
			for more := q.claim(due); more; more = !q.leave() {
				take()
			}
		}
	}()
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for i := range each {
				e := numbered(s*each + i)
				switch {
				case s == 0:
					q.push(e)
					continue
				case s == 1 && i%2 == 0:
					q.report(e)
					q.recall()
					continue
				default:
					q.report(e)
				}
				if !q.enter() {
					continue
				}
				for more := true; more; more = !q.leave() {
					take()
					if i%7 == 0 {
						q.pass()
						break
					}
				}
			}
		})
	}
	wg.Wait()
	for q.pending() {
		runtime.Gosched()
	}
	close(ended)
	<-all
	if taken != senders*each {
		t.Errorf("%d events of %d", taken, senders*each)
	}
	q.push(numbered(0))
	q.close()
	if q.push(numbered(1)) || len(q.take(nil)) != 0 {
		t.Error("a closed queue takes and gives")
	}
}

// pending reports whether there is anything that somebody has to do yet.
func (q *queue) pending() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.events) > 0 || q.turn != turnFree
}

// turnOf is what a queue says about its turn.
func turnOf(q *queue) turn {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.turn
}

// woken reports whether the keeper was woken since.
func woken(q *queue) bool {
	select {
	case <-q.wake:
		return true
	default:
		return false
	}
}

// Whoever can go on with what the events begin is woken, and only one is.
func TestQueueWakesTheCrewFirst(t *testing.T) {
	t.Parallel()
	w := &crew{}
	q := newQueue(w)
	first, second := make(chan struct{}, 1), make(chan struct{}, 1)
	w.rest(first)
	w.rest(second)
	q.push(numbered(0))
	q.push(numbered(1))
	if len(second) != 1 || len(first) != 0 || woken(q) {
		t.Errorf("woken: the first %d times, the second %d times", len(first), len(second))
	}
	if !q.enter() || q.enter() {
		t.Fatal("the turn is not given to one")
	}
	q.push(numbered(2))
	if len(first) != 0 || woken(q) {
		t.Error("somebody was woken although the one who has the turn will look")
	}
	q.take(nil)
	if !q.leave() || q.enter() || turnOf(q) != turnFree {
		t.Error("the turn is not free")
	}
}

// A keeper that a timer has woken gets the turn when a round is over.
func TestQueuePassesTheTurnToTheKeeper(t *testing.T) {
	t.Parallel()
	q := newQueue(&crew{})
	q.report(numbered(0))
	if !q.enter() || q.claim(false) || q.claim(true) {
		t.Fatal("the turn is not that of the crew alone")
	}
	if !q.leave() || turnOf(q) != turnKeeper || !woken(q) {
		t.Error("the turn was not passed on")
	}
	if q.enter() || !q.claim(false) {
		t.Error("it is not the keeper's")
	}
	if q.leave() {
		t.Error("it was given back although there is an event")
	}
	q.take(nil)
	if !q.leave() || turnOf(q) != turnFree {
		t.Error("it is not free")
	}
}
