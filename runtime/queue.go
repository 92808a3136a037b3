package cloacina

import "sync"

// event is something the loop has to deal with. apply runs on the loop's
// goroutine and may touch everything the loop owns.
type event interface{ apply(l *loop) }

// queue hands events to the loop. It is unbounded: whoever reports something
// never waits for the loop, which may be in the middle of a commit.
type queue struct {
	mu     sync.Mutex
	events []event
	closed bool
	wake   chan struct{} // holds a token while there are events
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// push adds an event and wakes the loop. It reports false, and drops the
// event, once the loop has ended.
func (q *queue) push(e event) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.events = append(q.events, e)
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return true
}

// len returns how many events are queued.
func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.events)
}

// take removes everything that is queued, in the order of arrival. What is
// queued from now on goes into an empty slice, which is the queue's then.
func (q *queue) take(empty []event) []event {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.events
	q.events = empty
	return taken
}

// each calls f with every queued event.
func (q *queue) each(f func(e event)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range q.events {
		f(e)
	}
}

// rearm wakes the loop again for events that it was woken for and did not take.
func (q *queue) rearm() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// close refuses all later events and forgets the queued ones.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.events = true, nil
}
