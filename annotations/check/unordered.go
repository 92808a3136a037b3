package check

import (
	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// maxPairs bounds the pairs of writers of one key that are looked at, and
// maxAsked those of which the model is asked: nothing is claimed of the rest.
const (
	maxPairs = 20_000
	maxAsked = 2000
)

// checkUnordered reports keys that two tasks write of which neither waits for
// the other, and that both can complete. Which value counts is then fixed, but
// by the order in which dependencies are listed. That writers exclude each
// other is proved by the model.
func (f *flow) checkUnordered() {
	done := make(map[string]bool)
	for _, t := range f.w.order {
		for _, write := range t.writes {
			if done[write.Key] || len(f.w.writers[write.Key]) < 2 {
				continue
			}
			done[write.Key] = true
			if first, second, run := f.unordered(f.w.writers[write.Key]); first != nil {
				f.reportUnordered(write.Key, first, second, run)
			}
		}
	}
}

// unordered returns the first two of the tasks, in the order of the plan, that
// can both complete though neither waits for the other.
func (f *flow) unordered(writers []*task) (first, second *task, run *outcome.Run) {
	pairs, asked := 0, 0
	for i, second := range writers {
		for _, first := range writers[:i] {
			if pairs++; pairs > maxPairs || asked > maxAsked {
				return nil, nil, nil
			}
			if f.w.ancestry.before(first, second) {
				continue
			}
			asked++
			both := []outcome.Fact{outcome.Completed(first.index), outcome.Completed(second.index)}
			if f.can(both...) {
				return first, second, f.run(both...)
			}
		}
	}
	return nil, nil, nil
}

func (f *flow) reportUnordered(key string, first, second *task, run *outcome.Run) {
	winner, loser := second, first
	where := "at the end of the run"
	if reader, order := f.readerOf(key, first, second); reader != nil {
		winner, loser = order[1], order[0]
		where = "in " + quoted(reader)
	} else if f.lastAtEnd(first, second) == first {
		winner, loser = first, second
	}
	fd := found(annotations.CodeUnorderedWriters, winner.writePlace(key),
		"%s and %s both write %q and neither waits for the other; when both complete, the value of %s counts %s, "+
			"only because of the order of dependencies",
		quoted(first), quoted(second), key, quoted(winner), where)
	fd.Table = f.w.caseTable(f.w.before(run, observer(first, second)))
	fd.Related = []annotations.Related{
		related(loser.writePlace(key), "%q writes %q here", loser.id, key),
		related(winner.decl.Target, "%s is declared here", winner.id),
	}
	if !winner.star && len(shorthands(winner.policy.TriggerRules.V)) == 0 {
		fd.Fixes = []annotations.Fix{addDependency(winner, loser)}
	}
	f.c.report(f.w, fd)
}

// observer is a task behind the given ones, whose context has what all wrote.
func observer(tasks ...*task) *task { return &task{deps: tasks} }

// readerOf returns the first task that reads or tests a key of both writers,
// and the two in the order in which their writes apply there.
func (f *flow) readerOf(key string, a, b *task) (*task, [2]*task) {
	for _, t := range f.w.order {
		for _, writers := range f.w.writersSeen(t, key) {
			ia, ib := -1, -1
			for i, w := range writers {
				switch w {
				case a:
					ia = i
				case b:
					ib = i
				}
			}
			switch {
			case ia < 0 || ib < 0:
			case ia < ib:
				return t, [2]*task{a, b}
			default:
				return t, [2]*task{b, a}
			}
		}
	}
	return nil, [2]*task{}
}

// writersSeen lists, for each read of a key by a task and its rule, the writers
// in the order in which their writes apply.
func (w *workflow) writersSeen(t *task, key string) [][]*task {
	var lists [][]*task
	for _, r := range t.reads {
		if r.Key == key && !r.Walk {
			lists = append(lists, w.writersOf(t, r))
		}
	}
	for _, r := range t.rule.Reads {
		if plan.BaseKey(r.Key) == key && !r.Walk {
			lists = append(lists, w.writersOf(t, r))
		}
	}
	return lists
}

// lastAtEnd returns which of two tasks comes last in the final context: the one
// that the walk from the tasks nobody depends on, sorted by id, meets last.
func (f *flow) lastAtEnd(a, b *task) *task {
	last := b
	met := false
	f.w.walkEnd(func(t *task) {
		if t != a && t != b {
			return
		}
		if met {
			last = t
		}
		met = true
	})
	return last
}
