package cloacina

import (
	"log/slog"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// shutdownEvent begins a shutdown: nothing starts any more.
type shutdownEvent struct{}

func (shutdownEvent) apply(l *loop) {
	if l.draining {
		return
	}
	l.draining = true
	l.log(nil, slog.LevelInfo, componentExecutor, "Shutting down",
		slog.Int("running", len(l.calls)), slog.Int("callbacks", l.callbacks))
}

// stopEvent ends the patience of a shutdown.
type stopEvent struct{}

func (stopEvent) apply(l *loop) {
	l.draining, l.stopped = true, true
	for _, c := range bySeq(slices.Values(l.calls)) {
		if c.settled {
			continue
		}
		l.settle(c, ErrShutdown)
		l.step(c.run, engine.Event{Kind: engine.Stopped, Task: c.task, Attempt: c.attempt}, nil)
	}
}
