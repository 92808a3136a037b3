package check

import (
	"slices"
	"sort"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// use is a task that looks at a key: it reads it, or its rule tests it.
type use struct {
	reader *task
	// tests says that it is the rule that looks, whether or not the task then runs.
	tests bool
	// from are the tasks that may give the key a value, in the order in which
	// their writes apply.
	from []giver
}

// unreached are the keys of a task that no task gets from it, although the same
// tasks look at them.
type unreached struct {
	writer  *task
	keys    []string
	readers []*task
}

// arrivals asks which values arrive.
type arrivals struct {
	*flow
	// uses are those of keys that can come from several places, in the order of
	// the plan.
	uses map[string][]use
	// looked counts the uses looked at, and asked those of which the model was asked.
	looked, asked int
}

// maxLooked and maxReached bound the search: nothing is claimed of the rest.
const (
	maxLooked  = 100_000
	maxReached = 2000
)

// checkUnreached points at tasks whose values never arrive, because those that
// read them run only when the task has not completed. Mostly a fallback gives the
// key in its place, and the reader waits for the fallback alone.
func (f *flow) checkUnreached() {
	a := arrivals{flow: f}
	a.gather()
	below := f.w.readsAnyBelow()
	var list []*unreached
	for _, t := range f.w.order {
		for _, write := range t.writes {
			if len(a.uses[write.Key]) == 0 || write.OnlyDeletes() || below[t.index] || f.w.inert[t] {
				continue
			}
			readers := a.missed(t, write.Key)
			if a.looked > maxLooked || a.asked > maxReached {
				return
			}
			if len(readers) == 0 {
				continue
			}
			if n := len(list) - 1; n >= 0 && list[n].writer == t && slices.Equal(list[n].readers, readers) {
				list[n].keys = append(list[n].keys, write.Key)
				continue
			}
			list = append(list, &unreached{writer: t, keys: []string{write.Key}, readers: readers})
		}
	}
	for _, u := range list {
		f.reportUnreached(u)
	}
}

// gather finds out who looks at a key that can come from several places.
func (a *arrivals) gather() {
	a.uses = make(map[string][]use)
	add := func(t *task, r plan.Read, tests bool) {
		key := plan.BaseKey(r.Key)
		if len(a.w.writers[key])+len(a.w.startOf(key)) > 1 {
			a.uses[key] = append(a.uses[key], use{reader: t, tests: tests, from: a.w.giversOf(r)})
		}
	}
	for _, t := range a.w.order {
		for _, r := range t.rule.Reads {
			add(t, r, true)
		}
		for _, r := range t.reads {
			add(t, r, false)
		}
	}
}

// missed lists the tasks that read a key of a task, get it from another one, and
// never run when the task has completed. It is empty if anybody may get the value
// of the task.
func (a *arrivals) missed(writer *task, key string) []*task {
	uses := a.uses[key]
	first := sort.Search(len(uses), func(i int) bool { return uses[i].reader.index > writer.index })
	var readers []*task
	for _, u := range uses[first:] {
		a.looked++
		nth := slices.IndexFunc(u.from, func(g giver) bool { return g.task == writer })
		switch {
		case nth < 0 && u.from == nil && a.w.ancestry.before(writer, u.reader):
			return nil // too many write it to list them
		case nth < 0:
			continue
		case a.arrives(u, nth):
			return nil
		case !u.tests && a.stoodIn(u.reader, writer, key):
			readers = append(readers, u.reader)
		}
	}
	if len(readers) > 0 && a.cannot(outcome.Completed(writer.index)) {
		return nil
	}
	return readers
}

// arrives reports whether a use may find the value of its nth giver.
func (a *arrivals) arrives(u use, nth int) bool {
	facts := arrival(u.reader, u.from, nth)
	if u.tests {
		facts = facts[1:] // a rule is decided whether or not the task then runs
	}
	a.asked++
	return a.can(facts...)
}

// stoodIn reports whether a reader never runs when a task has completed, and finds
// the key all the same. One with a rule of its own that names the task, or that
// depends on the task, is meant to be so.
func (a *arrivals) stoodIn(reader, writer *task, key string) bool {
	names := func(o *annotations.Outcome) bool { return o.ID.Text == writer.id }
	knows := slices.Contains(reader.deps, writer) || slices.ContainsFunc(outcomes(reader.expanded()), names)
	if knows && !reader.ruleInherited {
		return false
	}
	a.asked += 2
	ran := outcome.Ran(reader.index)
	return a.cannot(ran, outcome.Completed(writer.index)) && a.can(ran, outcome.Present(reader.index, key))
}

func (f *flow) reportUnreached(u *unreached) {
	reader := u.readers[0]
	run := f.run(f.withoutReaders(u)...)
	if run == nil {
		return // it never completes
	}
	keys := make([]string, len(u.keys))
	for i, key := range u.keys {
		keys[i] = strconv.Quote(key)
	}
	fd := found(annotations.CodeNeverArrives, reader.decl.Target,
		"task %q never gets the %s of %q, because it runs only when %q %s",
		reader.id, enumerate(keys, "and"), u.writer.id, u.writer.id, f.endsBefore(reader, u.writer))
	if len(u.readers) > 1 {
		fd.Message += "; no other task does, either"
	}
	if from := f.standIn(reader, u); from != nil {
		fd.Message += "; let it depend on " + quoted(u.writer) + " as well, with one_success as its rule"
		fd.Related = []annotations.Related{related(from.writePlace(u.keys[0]), "%q gives it %s", from.id, keys[0])}
		fd.Fixes = fixUnreached(reader, u.writer)
	}
	fd.Table = f.w.caseTable(run)
	fd.Related = append(fd.Related, related(u.writer.writePlace(u.keys[0]), "%q writes %s here", u.writer.id, keys[0]))
	for _, other := range u.readers[1:min(len(u.readers), maxListed)] {
		fd.Related = append(fd.Related, related(other.decl.Target, "%q does not get it, either", other.id))
	}
	f.c.report(f.w, fd)
}

// withoutReaders are the facts of a run in which the writer completes, so that
// those who read from it are skipped.
func (f *flow) withoutReaders(u *unreached) []outcome.Fact {
	facts := []outcome.Fact{outcome.Completed(u.writer.index)}
	for _, t := range u.readers[:min(len(u.readers), maxListed)] {
		facts = append(facts, outcome.Skipped(t.index))
	}
	return facts
}

// endsBefore says how a task ends when another one runs, which is never as completed.
func (f *flow) endsBefore(reader, writer *task) string {
	ran := outcome.Ran(reader.index)
	switch {
	case f.cannot(ran, outcome.Skipped(writer.index)):
		return "failed"
	case f.cannot(ran, outcome.Failed(writer.index)):
		return "was skipped"
	}
	return "failed or was skipped"
}

// standIn returns the task that gives a reader the keys in place of the writer, if
// there is only one and the reader waits for it alone: then it is clear what is
// missing.
func (f *flow) standIn(reader *task, u *unreached) *task {
	if len(reader.deps) != 1 || reader.star {
		return nil
	}
	for _, t := range f.w.writers[u.keys[0]] {
		if t == reader.deps[0] && t != u.writer {
			return t
		}
	}
	return nil
}

// fixUnreached lets a reader wait for the writer as well, and take either. A rule
// of its own says something else, which is left to the author.
func fixUnreached(reader, writer *task) []annotations.Fix {
	if !reader.ruleInherited || !reader.decl.Dependencies.Set {
		return nil
	}
	fix := addDependency(reader, writer)
	const rule = " trigger_rules=one_success"
	list := reader.decl.Dependencies.Span
	if end := fix.Edits[0].Span.End; end == list.End {
		fix.Edits[0].New += rule
	} else {
		list.Start = list.End
		fix.Edits = append(fix.Edits, annotations.Edit{Span: list, New: rule})
	}
	fix.Message = "wait for " + writer.id + ", too, and run when one of them has completed"
	return []annotations.Fix{fix}
}
