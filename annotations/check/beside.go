package check

import (
	"slices"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// beside is a task that rewrites keys which another one reads, with neither waiting
// for the other.
type beside struct {
	reader, writer *task
	keys           []string
	// from gives the reader the first key, and run is a run in which it does.
	from *task
	run  *outcome.Run
}

// maxBesideSteps bounds the search for tasks that run beside each other.
const maxBesideSteps = 100_000

// checkBeside points at readers of a key that another task, which comes behind the
// one that they get it from, writes anew beside them. Both must be able to run in
// one run.
func (f *flow) checkBeside() {
	end, asked := f.w.ancestry.steps+maxBesideSteps, 0
	for _, t := range f.w.order {
		var list []*beside
		for _, r := range t.reads {
			if r.Walk || len(f.w.writers[r.Key]) < 2 || t.givesValue(r.Key) {
				continue // where the reader writes it, too, something else is said
			}
			givers := f.w.giversOf(r)
			for _, other := range f.w.writers[r.Key] {
				if f.w.ancestry.steps++; f.w.ancestry.steps > end || asked > maxAsked {
					return
				}
				nth := f.oldValue(t, other, r, givers)
				if nth < 0 {
					continue
				}
				facts := append(arrival(t, givers, nth), outcome.Completed(other.index))
				if asked++; f.m.Verdict(facts...) == outcome.Possible {
					b := &beside{reader: t, writer: other, keys: []string{r.Key}, from: givers[nth].task}
					list = f.addBeside(list, b, facts)
				}
			}
		}
		for _, b := range list {
			f.reportBeside(b)
		}
	}
}

// oldValue returns which giver of a key comes before another task that writes the
// key beside the reader, the last one if there are several; -1 if none does.
func (f *flow) oldValue(reader, other *task, r plan.Read, givers []giver) int {
	if other == reader || slices.Contains(r.Writers, other.index) || !other.givesValue(r.Key) ||
		f.w.ancestry.before(reader, other) {
		return -1
	}
	for i := len(givers) - 1; i >= 0; i-- {
		if from := givers[i].task; from != nil && f.w.ancestry.before(from, other) {
			return i
		}
	}
	return -1
}

// addBeside adds what is found to the list, or its key to what is there.
func (f *flow) addBeside(list []*beside, b *beside, facts []outcome.Fact) []*beside {
	for _, known := range list {
		if known.writer == b.writer {
			known.keys = append(known.keys, b.keys...)
			return list
		}
	}
	b.run = f.run(facts...)
	return append(list, b)
}

func (f *flow) reportBeside(b *beside) {
	keys := make([]string, len(b.keys))
	for i, key := range b.keys {
		keys[i] = strconv.Quote(key)
	}
	them := "it"
	if len(keys) > 1 {
		them = "them"
	}
	t := b.reader
	fd := found(annotations.CodeWriterBeside, t.decl.Target,
		"task %q reads %s as %q has written %s; %q, which runs beside it, writes %s anew",
		t.id, enumerate(keys, "and"), b.from.id, them, b.writer.id, them)
	fd.Table = f.w.caseTable(f.w.before(b.run, observer(t, b.writer)))
	fd.Related = []annotations.Related{
		related(b.writer.writePlace(b.keys[0]), "%q writes %s here", b.writer.id, keys[0]),
		related(b.from.writePlace(b.keys[0]), "%q writes %s here", b.from.id, keys[0]),
	}
	if !t.star && len(shorthands(t.policy.TriggerRules.V)) <= 1 {
		fd.Fixes = []annotations.Fix{addDependency(t, b.writer)}
	}
	f.c.report(f.w, fd)
}
