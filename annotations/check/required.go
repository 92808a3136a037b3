package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// shortage is a task that may run without keys it requires, all of which come
// from the same tasks.
type shortage struct {
	reader *task
	fields []Field
	// writers are the tasks before it that may write the keys.
	writers []*task
	// facts are those of the runs in which it happens to the first key, and run is
	// the smallest of them; nil until it is reported.
	facts []outcome.Fact
	run   *outcome.Run
	// never says that the keys are never there.
	never bool
	// also are later tasks that may miss the same keys, or some of them.
	also []*shortage
}

// checkRequired reports tasks that may run without a key they require. What has
// one cause is reported once, at the first reader in the order of the plan.
func (f *flow) checkRequired() {
	var always, others []*shortage
	known := make(map[string]*shortage)
	for _, t := range f.w.order {
		for _, s := range f.shortages(t) {
			kind := "its rule"
			switch {
			case s.never:
				kind = "never"
			case f.strictHelps(s):
				kind = "always"
			}
			cause := kind + " " + s.cause()
			if first := known[cause]; first != nil {
				first.also = append(first.also, s)
				continue
			}
			known[cause] = s
			if kind == "always" {
				always = append(always, s)
			} else {
				others = append(others, s)
			}
		}
	}
	for _, s := range others {
		s.run = f.run(s.facts...)
		f.reportShortage(s)
	}
	if len(always) > 0 {
		always[0].run = f.run(always[0].facts...)
		f.reportAlways(always)
	}
}

// shortages lists what a task may miss, keys from the same tasks together.
func (f *flow) shortages(t *task) []*shortage {
	if f.open[t.index] || f.w.inert[t] {
		return nil
	}
	var list []*shortage
	for i, r := range t.reads {
		if r.Optional || r.Walk {
			continue // with that many writers no list of them helps anyone
		}
		if len(f.w.lostGivers(t, r)) > 0 {
			continue // which is said where it begins
		}
		field, writers := t.code.readField(i), f.w.writersOf(t, r)
		if len(writers) == 0 && len(f.w.writers[r.Key]) == 0 && f.w.input == nil {
			continue // presumed to be input
		}
		facts := []outcome.Fact{outcome.Ran(t.index), outcome.Present(t.index, r.Key).Not()}
		for _, writer := range writers {
			if writer.write(r.Key).Deletes && f.reportDeleted(t, field, writers, writer) {
				facts = append(facts, outcome.Completed(writer.index).Not())
			}
		}
		if !f.can(facts...) {
			continue
		}
		never := len(facts) == 2 && f.cannot(outcome.Ran(t.index), outcome.Present(t.index, r.Key))
		same := slices.IndexFunc(list, func(s *shortage) bool {
			return s.never == never && slices.Equal(s.writers, writers) &&
				optionalOf(writers, s.fields[0].Key) == optionalOf(writers, r.Key)
		})
		if same >= 0 {
			list[same].fields = append(list[same].fields, field)
			continue
		}
		list = append(list, &shortage{reader: t, fields: []Field{field}, writers: writers, facts: facts, never: never})
	}
	return list
}

// optionalOf says which of the tasks may complete without writing a key, and which of
// those only if they have found it.
func optionalOf(writers []*task, key string) string {
	var b strings.Builder
	for _, t := range writers {
		switch w := t.write(key); {
		case w.Fills:
			b.WriteString("!")
		case w.Optional:
			b.WriteString("?")
		}
		b.WriteString(",")
	}
	return b.String()
}

// cause tells apart shortages that are to be reported each on its own.
func (s *shortage) cause() string {
	if len(s.writers) == 0 {
		return strconv.Quote(s.fields[0].Key)
	}
	ids := make([]string, len(s.writers))
	for i, t := range s.writers {
		ids[i] = t.id
	}
	return strings.Join(ids, " ") + " " + optionalOf(s.writers, s.fields[0].Key)
}

// maxKeys is how many keys a message lists, and a fix changes.
const maxKeys = 8

// keys lists the keys for a message.
func (s *shortage) keys() string { return keysOf(s.fields) }

// keysOf lists the keys of fields for a message.
func keysOf(fields []Field) string {
	var names []string
	for i, field := range fields {
		if i == maxKeys {
			names = append(names, strconv.Itoa(len(fields)-i)+" others")
			break
		}
		names = append(names, strconv.Quote(field.Key))
	}
	return enumerate(names, "and")
}

// reportShortage reports a task whose own rule lets it run too early or too often.
func (f *flow) reportShortage(s *shortage) {
	t := s.reader
	are := "is"
	if len(s.fields) > 1 {
		are = "are"
	}
	fd := found(annotations.CodeMissingKey, t.decl.Target,
		"task %q requires %s, which %s missing after these outcomes", t.id, s.keys(), are)
	fd.Table = f.w.caseTable(f.w.before(s.run, t))
	switch fixes, advice := f.fixShortage(s); {
	case s.never:
		fd.Code = annotations.CodeNeverCompletes
		fd.Message = "task \"" + t.id + "\" can never complete: it requires " + s.keys() + ", which " + are +
			" never there when it runs" + f.whyNever(t, s.fields[0].Key, s.writers, &fd)
		fd.Table = nil
		fd.Fixes = append(fd.Fixes, fixes...)
	default:
		fd.Message += advice
		fd.Fixes = fixes
	}
	if fd.Table == nil {
		fd.Message = strings.Replace(fd.Message, " missing after these outcomes", " missing in some runs", 1)
	}
	for _, field := range s.fields {
		fd.Related = append(fd.Related, readPlace(t, field))
	}
	if !s.never { // else they are there already
		fd.Related = append(fd.Related, writePlaces(s.writers, s.fields[0].Key)...)
	}
	fd.Related = append(fd.Related, alsoMissing(s.also)...)
	if s.never {
		fd.Related = append(fd.Related, f.w.diesWith(t)...)
	}
	for _, other := range s.also {
		fd.Related = append(fd.Related, f.w.diesWith(other.reader)...)
	}
	f.c.report(f.w, fd)
}

// alsoMissing points at later tasks with the same trouble.
func alsoMissing(also []*shortage) []annotations.Related {
	var places []annotations.Related
	for _, s := range also[:min(len(also), maxListed)] {
		places = append(places, related(s.reader.decl.Target, "%q requires %s, too", s.reader.id, s.keys()))
	}
	return places
}

// reportDeleted reports a required key that a task before the reader may have
// deleted; false if it never happens. That it is the deletion shows where a
// task before it has given the key a value, and no other deletes it.
func (f *flow) reportDeleted(t *task, field Field, writers []*task, by *task) bool {
	facts := []outcome.Fact{
		outcome.Ran(t.index), outcome.Completed(by.index), outcome.Present(t.index, field.Key).Not(),
	}
	given := slices.ContainsFunc(f.w.startOf(field.Key), func(g giver) bool { return g.always })
	for _, other := range writers[:slices.Index(writers, by)] {
		if !other.write(field.Key).Optional {
			given = true
			facts = append(facts, outcome.Completed(other.index))
		}
	}
	for _, other := range writers {
		if other != by && other.write(field.Key).Deletes {
			facts = append(facts, outcome.Completed(other.index).Not())
		}
	}
	if !given || !f.can(facts...) {
		return false
	}
	fd := found(annotations.CodeDeletedKey, t.decl.Target,
		"task %q requires %q, which %q may have deleted; read it as optional, or let %q run first",
		t.id, field.Key, by.id, t.id)
	fd.Table = f.w.caseTable(f.w.before(f.run(facts...), t))
	fd.Related = []annotations.Related{
		readPlace(t, field), related(by.deletePlace(field.Key), "%q deletes %q here", by.id, field.Key),
	}
	fd.Fixes = f.c.readOptional(t, []Field{field})
	f.c.report(f.w, fd)
	return true
}

// deleteMethod is the method of the runtime that deletes a key.
const deleteMethod = "Delete"

// deletePlace is the place where a task deletes a key.
func (t *task) deletePlace(key string) annotations.Span {
	if t.code.Body == nil {
		return t.writePlace(key)
	}
	for _, w := range t.code.Body.Writes {
		deletes := func(p BodyPlace) bool { return p.Method == deleteMethod }
		if i := slices.IndexFunc(w.Places, deletes); w.Key == key && i >= 0 {
			return w.Places[i].Span
		}
	}
	return t.writePlace(key)
}
