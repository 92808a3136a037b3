package check

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

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

// unordered are two tasks of which neither waits for the other, with the keys that
// both write.
type unordered struct {
	winner, loser *task
	keys          []string
	// where says where what the winner does counts.
	where string
	// facts are those of a run in which both complete and it counts, and others are
	// the tasks besides these that matter for it.
	facts  []outcome.Fact
	others []*task
}

// seen is a place where the values of several writers meet: a read of a task, a
// test of its rule, or the end of the run.
type seen struct {
	// at is nil for the end of the run, and runs says that the task itself reads.
	at   *task
	runs bool
	// writers are in the order in which their writes apply.
	writers []*task
}

// checkUnordered reports keys that two tasks write of which neither waits for
// the other, and that both can complete, where it counts which of them comes last.
// Which does is then fixed, but by the order in which dependencies are listed. That
// writers exclude each other is proved by the model. Of branches that overlap that
// is said, and nothing of their keys: they are not meant to run both.
func (f *flow) checkUnordered() {
	done := make(map[string]bool)
	places := f.placesSeen()
	var list []*unordered
	for _, t := range f.w.order {
		for _, write := range t.writes {
			if done[write.Key] || len(f.w.writers[write.Key]) < 2 {
				continue
			}
			done[write.Key] = true
			u := f.unordered(write.Key, places)
			if u == nil {
				continue
			}
			same := slices.IndexFunc(list, func(o *unordered) bool { return o.group() == u.group() })
			if same >= 0 {
				list[same].keys = append(list[same].keys, write.Key)
				continue
			}
			list = append(list, u)
		}
	}
	for _, u := range list {
		f.reportUnordered(u)
	}
}

// unordered returns the first two writers of a key, in the order of the plan, that
// can both complete though neither waits for the other, and whose order counts;
// nil if there are none.
func (f *flow) unordered(key string, places map[string][]seen) *unordered {
	writers := f.w.writers[key]
	pairs, asked := 0, 0
	for i, second := range writers {
		for _, first := range writers[:i] {
			if pairs++; pairs > maxPairs || asked > maxAsked {
				return nil
			}
			if f.w.ancestry.before(first, second) || f.w.overlapping[pairOf(first, second)] ||
				first.write(key).OnlyDeletes() && second.write(key).OnlyDeletes() {
				continue
			}
			asked++
			if !f.can(outcome.Completed(first.index), outcome.Completed(second.index)) {
				continue
			}
			for _, at := range places[key] {
				u := at.order(key, first, second)
				if u == nil {
					continue
				}
				if asked++; f.can(u.facts...) {
					return u
				}
			}
		}
	}
	return nil
}

// placesSeen lists where the values of each key that has several writers meet, the
// end of the run last.
func (f *flow) placesSeen() map[string][]seen {
	places := make(map[string][]seen)
	add := func(t *task, r plan.Read, runs bool) {
		if !r.Walk && len(r.Writers) > 1 {
			key := plan.BaseKey(r.Key)
			places[key] = append(places[key], seen{at: t, runs: runs, writers: f.w.writersOf(t, r)})
		}
	}
	for _, t := range f.w.order {
		for _, r := range t.reads {
			add(t, r, true)
		}
		for _, r := range t.rule.Reads {
			add(t, r, false)
		}
	}
	end := f.w.endOrder()
	for key, writers := range f.w.writers {
		if len(writers) > 1 {
			last := slices.Clone(writers)
			slices.SortFunc(last, func(a, b *task) int { return cmp.Compare(end[a.index], end[b.index]) })
			places[key] = append(places[key], seen{writers: last})
		}
	}
	return places
}

// order says which of two tasks comes last at a place, and when that counts: nobody
// overwrites it who always does. It is nil if they do not
// meet there, or too many follow.
func (s seen) order(key string, a, b *task) *unordered {
	ia, ib := slices.Index(s.writers, a), slices.Index(s.writers, b)
	if ia < 0 || ib < 0 || len(s.writers)-max(ia, ib) > maxWriters {
		return nil
	}
	u := &unordered{keys: []string{key}, loser: s.writers[min(ia, ib)], winner: s.writers[max(ia, ib)]}
	u.facts = []outcome.Fact{outcome.Completed(a.index), outcome.Completed(b.index)}
	switch {
	case s.at == nil:
		u.where = "at the end of the run"
		u.facts = append(u.facts, outcome.RunCompleted())
	case s.runs:
		u.facts = append(u.facts, outcome.Ran(s.at.index))
		fallthrough
	default:
		u.where = "in " + quoted(s.at)
	}
	for _, later := range s.writers[max(ia, ib)+1:] {
		if !later.write(key).Optional {
			u.facts = append(u.facts, outcome.Completed(later.index).Not())
			u.others = append(u.others, later)
		}
	}
	return u
}

// group is the same for keys that are reported together.
func (u *unordered) group() string {
	key := u.keys[0]
	return strings.Join([]string{u.winner.id, u.winner.doesTo(key), u.loser.id, u.loser.doesTo(key), u.where}, " ")
}

// does says what the two do to their keys.
func (u *unordered) does() string {
	first, second := u.winner, u.loser
	if second.index < first.index {
		first, second = second, first
	}
	keys := make([]string, len(u.keys))
	for i, key := range u.keys {
		keys[i] = strconv.Quote(key)
	}
	all, them := enumerate(keys, "and"), "it"
	if len(keys) > 1 {
		them = "them"
	}
	one, other := first.doesTo(u.keys[0]), second.doesTo(u.keys[0])
	if one == other {
		return quoted(first) + " and " + quoted(second) + " both write " + all
	}
	return quoted(first) + " " + one + " " + all + " and " + quoted(second) + " " + other + " " + them + ","
}

// doesTo says whether a task writes a key or only deletes it.
func (t *task) doesTo(key string) string {
	if t.write(key).OnlyDeletes() {
		return "deletes"
	}
	return "writes"
}

// counts says what counts where the two meet.
func (u *unordered) counts() string {
	switch {
	case u.winner.write(u.keys[0]).OnlyDeletes():
		return "what " + quoted(u.winner) + " does counts"
	case len(u.keys) > 1:
		return "the values of " + quoted(u.winner) + " count"
	}
	return "the value of " + quoted(u.winner) + " counts"
}

func (f *flow) reportUnordered(u *unordered) {
	winner, loser := u.winner, u.loser
	fd := found(annotations.CodeUnorderedWriters, winner.touchPlace(u.keys[0]),
		"%s and neither waits for the other; when both complete, %s %s, only because of the order of dependencies",
		u.does(), u.counts(), u.where)
	fd.Table = f.w.caseTable(f.w.before(f.run(u.facts...), observer(append(u.others, winner, loser)...)))
	for _, key := range u.keys[:min(len(u.keys), maxListed)] {
		at, does := loser.touchPlace(key), loser.doesTo(key)
		fd.Related = append(fd.Related, related(at, "%q %s %q here", loser.id, does, key))
	}
	fd.Related = append(fd.Related, related(winner.decl.Target, "%s is declared here", winner.id))
	if !winner.star && len(shorthands(winner.policy.TriggerRules.V)) == 0 {
		fd.Fixes = []annotations.Fix{addDependency(winner, loser)}
	}
	f.c.report(f.w, fd)
}

// touchPlace is the place where a task writes or deletes a key.
func (t *task) touchPlace(key string) annotations.Span {
	if t.write(key).OnlyDeletes() {
		return t.deletePlace(key)
	}
	return t.writePlace(key)
}

// observer is a task behind the given ones, whose context has what all wrote.
func observer(tasks ...*task) *task { return &task{deps: tasks} }
