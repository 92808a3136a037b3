package cloacina

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// registerTime is what a program has to register its workflows after Open until
// runs that wait for one are worth a warning.
const registerTime = 10 * time.Second

// watchDormant warns of runs that nobody goes on with, unless their workflows are
// registered in time.
func (l *loop) watchDormant() {
	if len(l.forsaken()) > 0 {
		l.forsakenAt = l.timers.add(time.Now().Add(registerTime), l.logForsaken)
	}
}

// forsaken counts the runs that wait for their workflow to be registered, by
// workflow. Blocked ones would not go on with it.
func (l *loop) forsaken() map[string]int {
	runs := map[string]int{}
	for _, run := range l.dormant {
		if run.cause == 0 && !run.state.Status.Ended() {
			runs[run.workflow]++
		}
	}
	return runs
}

func (l *loop) logForsaken() {
	if l.draining {
		return
	}
	runs := l.forsaken()
	for _, name := range slices.Sorted(maps.Keys(runs)) {
		message := "1 open run waits for its workflow to be registered"
		if n := runs[name]; n > 1 {
			message = fmt.Sprintf("%d open runs wait for their workflow to be registered", n)
		}
		l.log(nil, slog.LevelWarn, componentScheduler, message, slog.String(fieldWorkflow, name))
	}
}
