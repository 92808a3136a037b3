package cloacina

import "time"

// gathering makes events that are about to be queued share a round, and with it
// a commit: where tasks are short, all those that the last round has begun come
// back at once. It gives way to other goroutines for as long as that brings
// events, and at most [longWait]: timers wait with the round. It does not if all who
// were set going by the last round have reported, as with one run in flight: giving
// way wakes another processor, which takes as long as a short task.
//
// A goroutine that computes may keep the processor for long when one gives way
// to it. If nothing has come meanwhile, or it took too long for whatever came,
// nothing is gathered for [patience] times as long, so that this costs a small
// share of the time.
type gathering struct {
	yield   func() // runtime.Gosched
	resumes time.Time
	// stirred counts what the last round has done that lets others go on who may
	// report something soon: calls that it has begun and runs that are over. before
	// is the last call that had begun until then.
	stirred int
	before  uint64
}

const (
	// shortWait is a wait that need not be made up for. It is shorter than what
	// one goroutine may compute before others have their turn, which is 10 ms.
	shortWait = 5 * time.Millisecond
	// longWait is a wait that is made up for although it has brought events.
	longWait = 20 * time.Millisecond
	// patience is how many times as long as a wait nothing is gathered after it.
	patience = 10
)

// gather returns when giving way has brought no event, or was given long enough.
func (g *gathering) gather(q *queue) {
	if g.stirred > q.reported(g.before) {
		g.giveWay(q)
	}
	g.stirred = 0
}

// giveWay does so for as long as that is worth it.
func (g *gathering) giveWay(q *queue) {
	begin := time.Now()
	if begin.Before(g.resumes) {
		return
	}
	last := begin
	for before, n := 0, q.len(); n > before && last.Sub(begin) <= longWait; {
		g.yield()
		now := time.Now()
		wait := now.Sub(last)
		last, before, n = now, n, q.len()
		if wait > longWait || wait > shortWait && n == before {
			g.resumes = now.Add(patience * wait)
			return
		}
	}
}
