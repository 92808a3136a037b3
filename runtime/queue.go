package cloacina

import "sync"

// event is something the loop has to deal with. apply runs on the goroutine that
// has the turn and may touch everything the loop owns.
type event interface{ apply(l *loop) }

// queue hands events to the loop, and with them the turn: the right to run it,
// which one goroutine has at a time. It is unbounded: whoever reports something
// never waits for the loop, which may be in the middle of a commit.
type queue struct {
	crew *crew
	wake chan struct{} // wakes the keeper; holds a token while it is wanted

	mu     sync.Mutex
	events []event
	closed bool
	turn   turn
	due    bool // the keeper wants the turn, which a goroutine of the crew has
}

func newQueue(w *crew) *queue { return &queue{crew: w, wake: make(chan struct{}, 1)} }

// push adds an event and sees to it that somebody deals with it. It reports
// false, and drops the event, once the loop has ended.
func (q *queue) push(e event) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.events = append(q.events, e)
	q.wakeSomebody()
	return true
}

// report is push for a goroutine of the crew, which looks for the turn then.
func (q *queue) report(e event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.events = append(q.events, e)
	}
}

// wakeSomebody does so if nobody would look for events: a goroutine of the crew that
// has nothing to do, because it can go on with what the events begin, else the keeper.
// The keeper is woken also while it has the turn; it may wait for the store.
func (q *queue) wakeSomebody() {
	switch q.turn {
	case turnFree:
		q.turn = turnCalled
		if !q.crew.rouse() {
			q.wakeKeeper()
		}
	case turnKeeper:
		q.wakeKeeper()
	}
}

// wakeKeeper leaves a token for the keeper.
func (q *queue) wakeKeeper() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// recall sees to it that somebody deals with what was reported by a goroutine that
// has ended.
func (q *queue) recall() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.events) > 0 {
		q.wakeSomebody()
	}
}

// enter gives the turn to a goroutine of the crew, if there are events and nobody
// has it.
func (q *queue) enter() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.turn > turnCalled:
		return false
	case len(q.events) == 0:
		q.turn = turnFree
		return false
	}
	q.turn = turnCrew
	return true
}

// claim gives the turn to the keeper if it was passed to it, or if nobody has it
// and there is something to do: due says that there is, events or not. A goroutine
// of the crew that has the turn passes it when it can.
func (q *queue) claim(due bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.turn == turnCrew:
		q.due = q.due || due
		return false
	case q.turn != turnKeeper && len(q.events) == 0 && !due:
		q.turn = turnFree
		return false
	}
	q.turn = turnKeeper
	return true
}

// leave gives the turn back, or reports false if there are events.
func (q *queue) leave() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.due:
		q.passOn()
	case len(q.events) > 0:
		return false
	default:
		q.turn = turnFree
	}
	return true
}

// pass gives the turn to the keeper.
func (q *queue) pass() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.passOn()
}

func (q *queue) passOn() {
	q.turn, q.due = turnKeeper, false
	q.wakeKeeper()
}

// len returns how many events are queued.
func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.events)
}

// reported counts the queued events but those of calls up to the last one of before.
func (q *queue) reported(before uint64) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for _, e := range q.events {
		if r, ok := e.(attemptReturned); !ok || r.call.seq > before {
			n++
		}
	}
	return n
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

// close refuses all later events and forgets the queued ones.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.events = true, nil
}
