package cloacina

import (
	"fmt"
	"slices"
	"testing"
)

// worker is a goroutine of the crew, or the keeper, as far as the turn is concerned.
// Each of its steps is one operation of the queue, or what is between two of them.
type worker struct {
	at    string        // the next step; nothing if there is none
	wake  chan struct{} // nil for the keeper
	calls int           // that it has yet to report
	ends  bool          // with the last call
	fails bool          // each round that it does
	due   bool          // the alarm has woken it
	past  bool          // the timer was due when the round began
}

// order is one order in which workers and others take their steps.
type order struct {
	q                 *queue
	workers           []*worker
	pushes            int
	begins            []*call // to be begun; one that is late never comes back
	pushed, taken     int
	past, fired       bool // the one timer that there is
	set, rung, awaits bool // its alarm: set, has rung and nobody has heard it, and as the loop knows it
}

// can reports whether the worker has anything to do.
func (o *order) can(w *worker) bool {
	switch {
	case w.at != "wait":
		return w.at != ""
	case w.wake != nil:
		return len(w.wake) > 0
	default:
		return len(o.q.wake) > 0 || o.rung
	}
}

// moves are what can happen next.
func (o *order) moves() (moves []func()) {
	for _, w := range o.workers {
		if o.can(w) {
			moves = append(moves, func() { w.at = o.step(w) })
		}
		if w.wake == nil && w.at == "wait" && o.rung && len(o.q.wake) > 0 { // it may hear either
			moves = append(moves, func() { <-o.q.wake; w.due, w.at = false, "claim" })
		}
	}
	if o.pushes > 0 {
		moves = append(moves, func() { o.pushes--; o.pushed++; o.q.push(numbered(0)) })
	}
	if len(o.begins) > 0 {
		moves = append(moves, func() {
			c := o.begins[0]
			o.begins = o.begins[1:]
			o.q.crew.begin(c)
		})
	}
	if !o.past {
		moves = append(moves, func() { o.past, o.set, o.rung = true, false, o.set })
	}
	return moves
}

// step takes a step of the worker and returns the next one.
func (o *order) step(w *worker) string {
	switch w.at {
	case "wait":
		switch {
		case w.wake != nil:
			<-w.wake
			return "sent"
		case o.rung:
			o.rung, w.due = false, true
		default:
			<-o.q.wake
			w.due = false
		}
		return "claim"
	case "sent":
		c, _ := o.q.crew.take(true)
		return w.began(c, "look")
	case "take":
		c, ok := o.q.crew.take(false)
		if !ok {
			return "rest"
		}
		return w.began(c, "look")
	case "rest":
		o.q.crew.rest(w.wake)
		return "wait"
	case "report":
		w.calls--
		o.pushed++
		o.q.report(numbered(0))
		if w.ends && w.calls == 0 {
			return "recall"
		}
		return "look"
	case "recall":
		o.q.recall()
		return ""
	case "look":
		if !o.q.enter() {
			return "go on"
		}
		return "tick"
	case "claim":
		if !o.q.claim(w.due) {
			return "wait"
		}
		o.awaits = false
		return "tick"
	case "tick":
		w.past = o.past
		return "round"
	case "round":
		o.taken += len(o.q.take(nil))
		o.fired = o.fired || w.past
		o.setAlarm()
		return "leave"
	case "leave":
		switch {
		case w.fails:
			o.q.pass()
		case !o.q.leave():
			return "tick"
		}
		return "go on"
	default:
		switch {
		case w.wake == nil:
			return "wait"
		case w.calls > 0:
			return "report"
		}
		return "take"
	}
}

// began returns what the worker does next that has taken a call; none if that is nil.
func (w *worker) began(c *call, none string) string {
	switch {
	case c == nil:
		return none
	case c.late:
		return ""
	}
	w.calls++
	return "report"
}

// setAlarm is that of the loop.
func (o *order) setAlarm() {
	if o.awaits == !o.fired {
		return
	}
	o.awaits = !o.fired
	o.set, o.rung = o.awaits && !o.past, o.awaits && o.past
}

// state says all that decides how it can go on.
func (o *order) state() string {
	crew := o.q.crew
	text := fmt.Sprint(o.q.turn, o.q.due, len(o.q.events), len(o.q.wake), len(crew.idle), crew.calls.len(),
		crew.coming, crew.wanted, o.pushes, len(o.begins), o.past, o.fired, o.set, o.rung, o.awaits)
	var workers []string
	for _, w := range o.workers {
		workers = append(workers, fmt.Sprint(w.wake != nil, w.at, w.calls, w.ends, w.fails, w.due, w.past, len(w.wake),
			slices.Index(crew.idle, w.wake)))
	}
	slices.Sort(workers) // who is who makes no difference
	return fmt.Sprint(text, workers)
}

// Whatever the order in which they come to it: two never have the turn, nothing
// that was reported is left, no timer is forgotten, and no call waits for the end of
// another.
func TestTurnInEveryOrder(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func() *order{
		"one of the crew":              func() *order { return newOrder(2, worker{calls: 2}) },
		"one that ends":                func() *order { return newOrder(1, worker{calls: 2, ends: true}) },
		"one that fails":               func() *order { return newOrder(2, worker{calls: 2, fails: true}) },
		"one that waits":               func() *order { return newOrder(2, worker{}) },
		"two of the crew":              func() *order { return newOrder(1, worker{calls: 1}, worker{calls: 2}) },
		"one of two ends":              func() *order { return newOrder(1, worker{calls: 2}, worker{calls: 1, ends: true}) },
		"one of two waits":             func() *order { return newOrder(1, worker{calls: 1, ends: true}, worker{}) },
		"nobody else":                  func() *order { return newOrder(3) },
		"a call and a push":            func() *order { return newOrder(1, worker{}).begin(&call{}) },
		"two calls":                    func() *order { return newOrder(1).begin(&call{}, &call{}) },
		"one that waits and two calls": func() *order { return newOrder(0, worker{}).begin(&call{}, &call{}) },
		"one that works and two calls": func() *order { return newOrder(0, worker{calls: 1}).begin(&call{}, &call{}) },
		"calls that do not come back":  func() *order { return newOrder(1, worker{}).begin(&call{late: true}, &call{late: true}) },
		"one call does not come back":  func() *order { return newOrder(1, worker{}).begin(&call{late: true}, &call{}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			todo := [][]int{nil} // the moves that lead to a state
			for len(todo) > 0 && !t.Failed() {
				path := todo[len(todo)-1]
				todo = todo[:len(todo)-1]
				o := begin()
				for _, i := range path {
					o.moves()[i]()
				}
				state := o.state()
				if seen[state] {
					continue
				}
				seen[state] = true
				o.check(t, path)
				for i := range o.moves() {
					todo = append(todo, append(slices.Clip(path), i))
				}
			}
			t.Log(len(seen), "states")
		})
	}
}

// newOrder is an order in which nobody has taken a step.
func newOrder(pushes int, workers ...worker) *order {
	o := &order{pushes: pushes, set: true, awaits: true, workers: []*worker{{at: "wait"}}}
	o.q = newQueue(&crew{spawn: func() { o.add(worker{at: "sent"}) }})
	for _, w := range workers {
		w.at = "go on"
		o.add(w)
	}
	return o
}

func (o *order) add(w worker) {
	w.wake = make(chan struct{}, 1)
	o.workers = append(o.workers, &w)
}

// begin adds calls that are to be begun.
func (o *order) begin(calls ...*call) *order {
	o.begins = calls
	return o
}

// check complains of a state that must not be.
func (o *order) check(t *testing.T, path []int) {
	t.Helper()
	holders := 0
	for _, w := range o.workers {
		if w.at == "tick" || w.at == "round" || w.at == "leave" {
			holders++
		}
	}
	if holders > 1 {
		t.Errorf("%d have the turn after %v", holders, path)
	}
	crew := o.q.crew
	if len(o.moves()) == 0 && (crew.calls.len() > 0 || crew.wanted || crew.coming) {
		t.Errorf("nobody comes after %v: %d calls, wanted: %v, coming: %v", path, crew.calls.len(), crew.wanted, crew.coming)
	}
	if len(o.moves()) == 0 && (o.taken != o.pushed || !o.fired || o.q.turn != turnFree || o.q.due) {
		t.Errorf("nobody goes on after %v: %d events of %d, fired: %v, turn %d", path, o.taken, o.pushed, o.fired, o.q.turn)
	}
}
