package cloacinatest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// inTime executes the run in the time that the options ask for. The error says
// why nothing is known of its end.
func (x *execution) inTime(t *testing.T) error {
	deadline, bounded, inBubble := deadlineOf(t)
	if x.realTime && inBubble {
		return errors.New("option RealTime in a test of synctest: remove one of them")
	}
	if x.realTime || inBubble {
		x.run(t.Context())
		return nil
	}
	patience := x.patience
	if patience == 0 {
		patience = defaultPatience
		if bounded {
			// What is left shows the message before the test binary is killed.
			patience = min(patience, time.Until(deadline)*9/10)
		}
	}
	// Tasks may use the context of their test. It makes its channel when it is first
	// asked, and the channel must not be of the bubble: the context ends outside.
	_ = t.Context().Done()
	// The bubble has a goroutine of its own, which is left behind if it stands still.
	done := make(chan any, 1)
	go x.inBubble(t, done)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case p := <-done:
		if p != nil {
			panic(p)
		}
		return nil
	case <-timer.C:
		return fmt.Errorf("the run stands still after %v of real time: a task computes without end, or waits for "+
			"something from outside the run, during which virtual time does not pass "+
			"(option Patience allows more, option RealTime has no virtual time)%s",
			patience.Round(time.Millisecond), x.calls.String())
	}
}

// inBubble executes the run in a bubble and tells when it is done, with the
// panic that it ended with.
func (x *execution) inBubble(t *testing.T, done chan<- any) {
	defer func() {
		p := recover()
		if err, ok := p.(error); ok && strings.HasPrefix(err.Error(), "deadlock:") {
			p = nil
			if x.waits == "" {
				x.waits = x.calls.String()
			}
		}
		done <- p
	}()
	synctest.Test(t, func(t *testing.T) {
		x.run(t.Context())
		time.Sleep(grace) // for what tasks have begun and not waited for
	})
}

// deadlineOf is the deadline of a test. One that is in a bubble has none, and
// panics when it is asked.
func deadlineOf(t *testing.T) (deadline time.Time, bounded, inBubble bool) {
	defer func() { inBubble = recover() != nil }()
	deadline, bounded = t.Deadline()
	return deadline, bounded, false
}
