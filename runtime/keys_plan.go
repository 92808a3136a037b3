package cloacina

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// hold says how far a plan binds what an attempt writes. Typed results need no
// such bond: their keys are those of a struct.
type hold uint8

const (
	// holdToNothing is for writes that cannot be others than the plan's.
	holdToNothing hold = iota
	// holdToList allows the keys that the plan lists, and no others.
	holdToList
	// holdToAll also asks for those that are always written, or wherever they are
	// missing.
	holdToAll
)

// offPlan returns how the writes differ from what the plan says of the task: it
// is what readers rely on, which are told the writers of their keys, and what
// was proved about the workflow. The keys are locked.
func (k *Keys) offPlan() error {
	if k.hold == holdToNothing || k.plan == nil || k.plan.Open {
		return nil
	}
	for _, e := range k.writes.list {
		key, deletes := e.Key, e.Value == nil
		listed := slices.ContainsFunc(k.plan.Writes, func(w plan.Write) bool {
			return w.Key == key && (!deletes || w.Deletes) && (deletes || !w.OnlyDeletes())
		})
		if !listed {
			return k.owner().unplanned(key, deletes, k.hold)
		}
	}
	if k.hold < holdToAll {
		return nil
	}
	for _, w := range k.plan.Writes {
		if raw, _ := k.writes.get(w.Key); raw == nil && (!w.Optional || w.Fills && !k.inherits(w.Key)) {
			return k.owner().leftOut(w.Key, k.failed[w.Key])
		}
	}
	return nil
}

// inherits reports whether the task has found a value under a key.
func (k *Keys) inherits(key string) bool {
	_, ok := k.source.lookup(key)
	return ok
}

// noteFailed keeps the error of a write, for the case that its caller drops it.
func (k *Keys) noteFailed(key string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failed == nil {
		k.failed = make(map[string]error)
	}
	k.failed[key] = err
}
