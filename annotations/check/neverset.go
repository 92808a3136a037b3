package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// neverSet are optional reads of a task that find nothing, for one reason.
type neverSet struct {
	fields []Field
	// writers are the tasks before the reader that write the keys, and beside, by
	// field, those that write them beside it.
	writers []*task
	beside  [][]*task
	// reason is the same for reads that are reported together.
	reason string
}

// checkNeverSet reports optional reads that find nothing in any run in which the
// task runs. Keys that a run may start with are left alone, unless they look like
// one that a task writes and nobody reads.
func (f *flow) checkNeverSet() {
	spelling := newSpelling(f.w)
	read := f.w.keysRead()
	for _, t := range f.w.order {
		if f.open[t.index] {
			continue
		}
		var list []*neverSet
		for i, r := range t.reads {
			if !r.Optional || t.code.readsOwn(i) || len(f.w.lostGivers(t, r)) > 0 {
				continue
			}
			field := t.code.readField(i)
			switch {
			case f.cannot(outcome.Ran(t.index), outcome.Present(t.index, r.Key)):
				if !f.cannot(outcome.Ran(t.index)) {
					list = f.addNeverSet(list, t, field, f.w.writersOf(t, r))
				}
			case f.w.input == nil && !r.Walk && len(f.w.writers[r.Key]) == 0 && f.misspelt(t, field, spelling, read):
				list = append(list, &neverSet{fields: []Field{field}})
			}
		}
		for _, n := range list {
			f.reportNeverSet(t, n, spelling)
		}
	}
}

// misspelt reports whether a key that nothing writes looks like one that an
// ancestor of the reader writes for nobody.
func (f *flow) misspelt(t *task, field Field, s *spelling, read map[string]bool) bool {
	key := s.meant(t, field)
	return key != "" && !read[key] && slices.ContainsFunc(s.givers[key], func(giver *task) bool {
		return giver != nil && f.w.ancestry.before(giver, t)
	})
}

// addNeverSet puts a read with those that are never set for the same reason.
func (f *flow) addNeverSet(list []*neverSet, t *task, field Field, writers []*task) []*neverSet {
	n := &neverSet{fields: []Field{field}, writers: writers, reason: "before " + strings.Join(idsOf(writers), " ")}
	if len(writers) == 0 {
		outside := f.w.writersOutside(field.Key, t)
		beside := slices.DeleteFunc(writersBeside(t, outside), func(writer *task) bool {
			return f.cannot(outcome.Ran(t.index), outcome.Completed(writer.index))
		})
		if n.reason = "beside"; len(beside) == 0 {
			n.reason = "alone " + field.Key
		}
		n.beside = [][]*task{beside}
	}
	i := slices.IndexFunc(list, func(o *neverSet) bool { return o.reason == n.reason })
	if i < 0 {
		return append(list, n)
	}
	list[i].fields = append(list[i].fields, field)
	list[i].beside = append(list[i].beside, n.beside...)
	return list
}

func (f *flow) reportNeverSet(t *task, n *neverSet, s *spelling) {
	first := n.fields[0]
	fd := found(annotations.CodeNeverSet, first.Span,
		"task %q reads %s, which is never there when it runs", t.id, keysOf(n.fields))
	if len(n.fields) > 1 {
		fd.Message = strings.Replace(fd.Message, "which is never", "which are never", 1)
	}
	switch {
	case n.reason == "beside" && len(n.fields) > 1:
		f.blameBeside(&fd, t, n)
	case n.reason == "":
		fd.Message = "task \"" + t.id + "\" reads " + strconv.Quote(first.Key) + ", which no task writes"
		f.c.suggestKey(&fd, t, first, s)
	default:
		before := len(fd.Related)
		fd.Message += f.whyNever(t, first.Key, n.writers, &fd)
		if len(fd.Related) == before {
			f.c.suggestKey(&fd, t, first, s)
		}
	}
	if len(n.fields) > 1 {
		fd.Message = strings.Replace(fd.Message, "write it", "write them", 1)
		fd.Message = strings.Replace(fd.Message, "writes it", "writes them", 1)
	}
	places := []annotations.Related{related(t.decl.Target, "%s is declared here", t.id)}
	for _, field := range n.fields[1:] {
		places = append(places, readPlace(t, field))
	}
	fd.Related = append(places, fd.Related...)
	f.c.report(f.w, fd)
}

// blameBeside says which tasks write keys beside the reader, and lets it wait for
// all of them if there is one for each key.
func (f *flow) blameBeside(fd *annotations.Finding, t *task, n *neverSet) {
	var all []*task
	known := make(map[*task]bool)
	only := true
	for i, writers := range n.beside {
		only = only && len(writers) == 1
		for _, writer := range writers {
			if !known[writer] {
				known[writer] = true
				all = append(all, writer)
				fd.Related = append(fd.Related, writePlaces([]*task{writer}, n.fields[i].Key)...)
			}
		}
	}
	fd.Related = fd.Related[:min(len(fd.Related), maxRelated)]
	fd.Message += "; " + doing(all, "writes them, but runs beside it", "write them, but run beside it")
	if only {
		fd.Fixes = append(fd.Fixes, addDependencies(t, all))
	}
}

// whyNever says why no run gives a task a key, and adds the places and the
// repair that go with that.
func (f *flow) whyNever(t *task, key string, writers []*task, fd *annotations.Finding) string {
	var givers, deletes []*task
	for _, writer := range writers {
		if writer.givesValue(key) {
			givers = append(givers, writer)
		} else {
			deletes = append(deletes, writer)
		}
	}
	if len(givers) > 0 {
		fd.Related = append(fd.Related, writePlaces(givers, key)...)
		return "; " + writes(givers) + ", but not in a run in which " + quoted(t) + " runs"
	}
	outside := f.w.writersOutside(key, t)
	switch {
	case len(outside) == 0 && t.write(key).Key != "":
		return "; the task itself writes it, when it has read it"
	case len(outside) == 0 && len(deletes) > 0:
		fd.Related = append(fd.Related, related(deletes[0].deletePlace(key), "%q deletes %q here", deletes[0].id, key))
		return "; " + quoted(deletes[0]) + " only deletes it, and no task writes it" + f.notInput()
	case len(outside) == 0:
		return "; no task writes it" + f.notInput()
	}
	beside := writersBeside(t, outside)
	if len(beside) == 0 {
		fd.Related = append(fd.Related, writePlaces(outside[:1], key)...)
		return "; " + quoted(outside[0]) + " writes it, but runs after it"
	}
	together := slices.DeleteFunc(slices.Clone(beside), func(writer *task) bool {
		return f.cannot(outcome.Ran(t.index), outcome.Completed(writer.index))
	})
	if len(together) == 0 {
		fd.Related = append(fd.Related, writePlaces(beside, key)...)
		return "; " + writes(beside) + ", but not in a run in which " + quoted(t) + " runs"
	}
	fd.Related = append(fd.Related, writePlaces(together, key)...)
	if len(together) > 1 {
		return "; " + writes(together) + ", but run beside it"
	}
	fd.Fixes = append(fd.Fixes, addDependency(t, together[0]))
	return "; " + quoted(together[0]) + " writes it, but runs beside it"
}

func (f *flow) notInput() string {
	if f.w.input == nil {
		return ""
	}
	return ", and it is no field of " + f.w.decl.Input.V
}

func quoted(t *task) string { return `"` + t.id + `"` }

// writes names the tasks that write a key, and says so.
func writes(writers []*task) string {
	if len(writers) == 1 {
		return quoted(writers[0]) + " writes it"
	}
	names := make([]string, 0, maxListed)
	for _, t := range writers[:min(len(writers), maxListed)] {
		names = append(names, quoted(t))
	}
	if len(writers) > maxListed {
		return strings.Join(names, ", ") + " and others write it"
	}
	return enumerate(names, "and") + " write it"
}
