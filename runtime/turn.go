package cloacina

import (
	"errors"
	"time"
)

// turn says who runs the loop. One goroutine does at a time: the keeper, which is
// the runner's own, or one of the crew that has executed a call and deals with what
// came of it. Where one task follows the other, no goroutine has to be woken between
// them then, which would take about as long as all else that is done about a task
// but waiting for the disk.
type turn uint8

const (
	turnFree   turn = iota // there is nothing to do
	turnCalled             // somebody was woken to take it, unless another one does before
	turnCrew               // a goroutine of the crew has it
	turnKeeper             // the keeper has it, or it was passed to the keeper
)

// errLoopExit is why a runner stops whose loop was left in the middle of a round,
// by code that cannot be called elsewhere.
var errLoopExit = errors.New("a trigger rule or the log handler has called runtime.Goexit on a goroutine of the runner")

// keep is the goroutine of the keeper. It takes the turn when a timer is due and
// when nobody of the crew waits for something to do. It is passed the turn when
// there may be long to wait, after a commit that failed, and at the end.
func (l *loop) keep() {
	reserveStack()
	reason := errLoopExit
	defer func() { l.exit(reason) }()
	defer l.alarm.Stop()
	for {
		due := false
		select {
		case <-l.r.queue.wake:
		case <-l.alarm.C:
			due = true
		}
		if !l.r.queue.claim(due) {
			continue
		}
		if err := l.serve(); err != nil {
			reason = err
			return
		}
	}
}

// serve does rounds until there is nothing to do. Its error is the end of the
// runner: a shutdown, or what the store said.
func (l *loop) serve() error {
	if l.deserted {
		return errLoopExit
	}
	l.alarmAt = time.Time{} // it may be the alarm that has brought the turn
	for {
		if l.trouble == nil {
			l.round()
		}
		if err := l.mend(); err != nil {
			return err
		}
		if l.finished() {
			return ErrShutdown
		}
		l.setAlarm()
		if l.r.queue.leave() {
			return nil
		}
	}
}

// help does rounds on a goroutine of the crew until there is nothing to do, if
// nobody else does. It returns a call for this goroutine to execute, or nil.
func (l *loop) help() *call {
	if !l.r.queue.enter() {
		return nil
	}
	inside := true
	defer func() {
		if inside {
			l.deserted = true
			l.r.queue.pass()
		}
	}()
	for {
		own := l.helpOnce()
		over := l.trouble != nil || l.finished()
		inside = false
		if over {
			l.r.queue.pass()
			return own
		}
		if l.r.queue.leave() {
			return own
		}
		inside = true
		if own != nil { // it must not wait for another commit
			l.r.crew.begin(own)
		}
	}
}

// helpOnce does a round and returns the call that was not begun elsewhere.
func (l *loop) helpOnce() (own *call) {
	l.helping = true
	l.round()
	l.helping = false
	l.setAlarm()
	own, l.own = l.own, nil
	return own
}

// begin has a call executed. The last one of a round is left to the goroutine of
// the crew that has done the round.
func (l *loop) begin(c *call) {
	c.begun = true
	l.gathering.stirred++
	if l.helping {
		c, l.own = l.own, c
	}
	if c != nil {
		l.r.crew.begin(c)
	}
}

// setAlarm has the keeper woken when the next timer is due.
func (l *loop) setAlarm() {
	at, ok := l.timers.next()
	switch {
	case at.Equal(l.alarmAt):
		return
	case ok:
		l.alarm.Reset(time.Until(at))
	default:
		l.alarm.Stop()
	}
	l.alarmAt = at
}
