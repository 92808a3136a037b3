package storetest

import (
	"context"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// block is the blocking of a run because of its plan.
func block(run int64, reason string) *store.RunBlocked {
	return &store.RunBlocked{Run: run, Cause: store.BlockedByPlan, Reason: reason, At: 50}
}

// blocking are the tests about blocked runs.
var blocking = map[string]func(*bed){
	"a blocked run has not ended": func(b *bed) {
		b.commit(create(1), ready(1, 0, 10), block(1, "task gone"))
		b.reopen()
		b.isBlocked(store.BlockedByPlan, "task gone")
		b.equal("tasks", b.openRun().State.Tasks[0], engine.Task{Status: engine.TaskReady})
	},
	"blocking again replaces cause and reason": func(b *bed) {
		b.commit(create(1), block(1, "task gone"))
		b.commit(&store.RunBlocked{Run: 1, Cause: store.BlockedByViolation, At: 60})
		b.reopen()
		b.isBlocked(store.BlockedByViolation, "")
		b.commit(block(1, "another"), block(1, "the last"))
		b.isBlocked(store.BlockedByPlan, "the last")
	},
	"an unblocked run goes on": func(b *bed) {
		b.commit(create(1), ready(1, 0, 10), block(1, "task gone"))
		b.reopen()
		b.commit(&store.RunUnblocked{Run: 1, At: 60})
		b.isOpen(engine.RunRunning, 0, "")
		b.reopen()
		b.commit(start(1, 0, 1, 70))
		b.refused(store.ErrFenced, &store.RunUnblocked{Run: 1, At: 80})
		b.commit(block(1, "again"), &store.RunUnblocked{Run: 1, At: 90}, complete(1, 0, 1, 90))
		b.isOpen(engine.RunRunning, 0, "")
	},
	"nothing becomes of a task of a blocked run but its end": func(b *bed) {
		num := int64(0)
		for state, s := range states {
			if s.fit == nil {
				continue // the task or the run has ended
			}
			for name, change := range changesOfTask(1, 0) {
				num++
				b.commit(append([]store.Change{create(num)}, moveTo(num, s.life)...)...)
				b.commit(block(num, "x"))
				if num%16 == 0 {
					b.reopen()
				}
				fit := name == "cancelled" && slices.Contains(s.fit, name) || name == "cut off" && state == "running"
				b.fits(state+", "+name, num, moveTo(num, []store.Change{change})[0], fit)
			}
		}
	},
	"a blocked run is cancelled": func(b *bed) {
		b.commit(list(create(1), ready(1, 0, 10), start(1, 0, 1, 20), ready(1, 1, 10), block(1, "task gone"))...)
		b.reopen()
		b.commit(cancel(1, 0, 1, 60), cancel(1, 1, 0, 60), cancel(1, 2, 0, 60),
			&store.RunEnded{Run: 1, Status: engine.RunCancelled, At: 60})
		b.reopen()
		d := b.run("run-1")
		if d.Status != engine.RunCancelled || d.Ended != 60 || d.Error != "" || d.Cause != 0 {
			b.Errorf("got %+v", d.RunInfo)
		}
		for i, t := range d.Tasks {
			if t.Status != engine.TaskCancelled || t.Ended != 60 {
				b.Errorf("task %d: %+v", i, t)
			}
		}
	},
	"a blocked run may end in any way": func(b *bed) {
		for i, status := range []engine.RunStatus{engine.RunCompleted, engine.RunFailed, engine.RunCancelled} {
			num := int64(i + 1)
			b.commit(create(num), block(num, "task gone"))
			b.commit(&store.RunEnded{Run: num, Status: status, Error: "why", At: 5})
			b.reopen()
			d := b.run(create(num).ID)
			if d.Status != status || d.Error != "why" || d.Cause != 0 {
				b.Errorf("got %+v", d.RunInfo)
			}
		}
	},
	"blocked runs can be looked for": func(b *bed) {
		b.commit(create(1), create(2), create(3), block(2, "x"))
		b.equal("blocked", b.numbers(store.Filter{Statuses: []engine.RunStatus{engine.RunBlocked}}), []int64{2})
		b.equal("running", b.numbers(store.Filter{Statuses: []engine.RunStatus{engine.RunRunning}}), []int64{3, 1})
		info, err := b.s.Find(context.Background(), "run-2")
		if err != nil || info.Cause != store.BlockedByPlan || info.Error != "x" {
			b.Errorf("got %+v, %v", info, err)
		}
	},
	"causes that are none": func(b *bed) {
		b.commit(create(1))
		for _, cause := range []store.BlockCause{0, store.BlockedUndecided + 1, 255} {
			b.refused(store.ErrInvalid, &store.RunBlocked{Run: 1, Cause: cause, At: 50})
		}
	},
	"a refused commit leaves a run blocked": func(b *bed) {
		b.commit(create(1), block(1, "task gone"), create(2))
		b.refused(store.ErrFenced, &store.RunUnblocked{Run: 1, At: 60}, ready(1, 0, 60), block(2, "x"), ready(2, 0, 60))
		b.refused(store.ErrFenced, ready(1, 0, 70))
		b.commit(ready(2, 0, 70))
	},
}

// isBlocked compares the state of the only run, which has to be blocked.
func (b *bed) isBlocked(cause store.BlockCause, reason string) {
	b.Helper()
	b.isOpen(engine.RunBlocked, cause, reason)
	if r := b.openRun(); r.Cause != cause || r.Reason != reason {
		b.Errorf("open run is blocked by %v (%q), want %v (%q)", r.Cause, r.Reason, cause, reason)
	}
}

// isOpen compares the header of the only run, which has not ended.
func (b *bed) isOpen(status engine.RunStatus, cause store.BlockCause, reason string) {
	b.Helper()
	info := b.run("run-1").RunInfo
	if info.Status != status || info.Cause != cause || info.Error != reason || info.Ended != 0 {
		b.Errorf("got %+v", info)
	}
	if r := b.openRun(); r.State.Status != status {
		b.Errorf("open run is %v, want %v", r.State.Status, status)
	}
}
