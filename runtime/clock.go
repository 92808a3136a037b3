package cloacina

import "time"

// clock tells the loop the time that it stores and gives to the engine. Within
// a process that time never goes back: while the wall clock is behind what was
// told before, because somebody has set it back, time goes on at the pace of
// the monotonic clock. A wall clock that is set forward is followed.
//
// What waits in the process never waits for it, but for the monotonic clock.
type clock struct {
	// wall is the wall clock in tests; nil means that of the reading.
	wall func() time.Time
	seen time.Time // the last reading, with the monotonic clock
	told time.Time // what was told of it, without
}

// epoch is the first instant that can be stored: 0 means never.
var epoch = time.UnixMilli(1)

// tell returns the time of a reading of the monotonic clock. Readings come in
// their order.
func (c *clock) tell(now time.Time) time.Time {
	told := now.Round(0)
	if c.wall != nil {
		told = c.wall().Round(0)
	}
	if told.Before(epoch) {
		told = epoch
	}
	if !c.seen.IsZero() {
		if least := c.told.Add(now.Sub(c.seen)); told.Before(least) {
			told = least
		}
	}
	c.seen, c.told = now, told
	return told
}

// tick takes the time of a round.
func (l *loop) tick() {
	l.now = time.Now()
	l.clock.tell(l.now)
}

// millis is the time of the round as the engine and the store count it.
func (l *loop) millis() int64 { return l.clock.told.UnixMilli() }

// at turns a stored instant into one of the monotonic clock.
func (l *loop) at(ms int64) time.Time {
	return l.now.Add(time.UnixMilli(ms).Sub(l.clock.told))
}

// within returns a stored instant, but at most so many milliseconds from now: a
// wait that an earlier process began never gets longer than it was, also if
// the clock was set back since.
func (l *loop) within(ms, most int64) int64 { return min(ms, l.millis()+max(most, 0)) }
