package check

import (
	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// starved is a task that runs but never completes, because a key that it requires
// comes only from tasks of which it is said that they never complete.
type starved struct {
	t   *task
	key string
}

// starvedBy returns the first of the tasks that a starved one lacks, and the key;
// nil if the task is none.
func (o *outcomeCheck) starvedBy(t *task) (cause *task, key string) {
	for _, r := range t.reads {
		if r.Optional {
			continue
		}
		if writers := o.w.lostGivers(t, r); len(writers) > 0 {
			return writers[0], r.Key
		}
	}
	return nil, ""
}

// lostGivers lists the tasks that may give a key to a task, if none of them ever
// completes and nothing else gives it.
func (w *workflow) lostGivers(t *task, r plan.Read) []*task {
	key := plan.BaseKey(r.Key)
	if r.Walk || len(w.startOf(key)) > 0 {
		return nil
	}
	var givers []*task
	for _, writer := range w.writersOf(t, r) {
		if !writer.givesValue(key) {
			continue
		}
		if w.model().Verdict(outcome.Completed(writer.index)) != outcome.Impossible {
			return nil
		}
		givers = append(givers, writer)
	}
	return givers
}

// starvesWith points at the tasks that never complete because another one never does.
func (w *workflow) starvesWith(t *task) []annotations.Related {
	list := w.starving[t]
	var places []annotations.Related
	for i, s := range list {
		if i == maxListed && len(list) > maxListed+1 {
			return append(places, related(s.t.decl.Target, "%q and %d more never complete then, either",
				s.t.id, len(list)-i-1))
		}
		places = append(places, related(s.t.decl.Target, "%q never completes then: it requires %q", s.t.id, s.key))
	}
	return places
}
