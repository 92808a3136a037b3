package check

import (
	"cmp"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
)

// resolveDependencies turns the names in the lists of dependencies into tasks.
func (c *checker) resolveDependencies(w *workflow) {
	for _, t := range w.tasks {
		c.resolveList(t)
	}
	resolveStars(w)
}

// resolveList resolves the list of one task. The parser has taken out what is
// given twice.
func (c *checker) resolveList(t *task) {
	list := t.decl.Dependencies.V
	for i, name := range list {
		if name.Text == "*" {
			t.star = true
			continue
		}
		dep := t.flow.byID[name.Text]
		if dep == nil {
			t.flow.unlisted[t] = true
			what := "task \"" + t.id + "\" depends on unknown task"
			c.reportUnknown(annotations.CodeUnknownDependency, t.flow, t, name, what)
			continue
		}
		if dep == t {
			f := found(annotations.CodeSelfDependency, name.Span, "task %q depends on itself", t.id)
			f.Fixes = []annotations.Fix{c.removeName(t.decl.Dependencies, i)}
			c.report(t.flow, f)
			continue
		}
		t.deps = append(t.deps, dep)
	}
}

// reportUnknown reports a name that is no task of the workflow. It was written
// at the task t, or, if that is nil, as a default.
func (c *checker) reportUnknown(code annotations.Code, w *workflow, t *task, name annotations.Name, what string) {
	w.unresolved = true
	if !c.namesKnown(w) {
		w.broken = true // it may be a task that could not be read, or its id
		return
	}
	f := found(code, name.Span, "%s %q", what, name.Text)
	if c.sayUnannotated(&f, w, name.Text) {
		c.report(w, f)
		return
	}
	meant := w.likely(t, name.Text)
	if meant == nil {
		f.Message += c.whereIs(w, name.Text)
		c.report(w, f)
		return
	}
	f.Message += "; did you mean \"" + meant.id + "\"?"
	f.Related = []annotations.Related{related(meant.decl.Target, "%s is declared here", meant.id)}
	c.blameID(&f, w, meant, name.Text)
	text := meant.id
	if name.Quoted {
		text = `"` + text + `"`
	}
	f.Fixes = append(f.Fixes, replace(name.Span, text, "change to %s", text))
	c.report(w, f)
}

// maxSearched is for how many unknown names of a workflow a likely meaning is
// searched. A program that generates its annotations can have thousands.
const maxSearched = 200

// likely is the task that a name at the task t was probably meant to be: by the
// name of its function, or by a slip in its id; nil if there is none.
func (w *workflow) likely(t *task, name string) *task {
	meant, searched := w.meant[name]
	if !searched && len(w.meant) < maxSearched {
		meant = w.search(name, nil)
		w.meant[name] = meant
	}
	if meant != nil && meant == t {
		return w.search(name, t)
	}
	return meant
}

func (w *workflow) search(name string, except *task) *task {
	var ids []string
	for _, other := range w.tasks {
		if other == except {
			continue
		}
		if other.fn.Name() == name {
			return other
		}
		ids = append(ids, other.id)
	}
	return w.byID[annotations.Suggest(name, ids)]
}

// whereIs says where a name that is no task of the workflow does stand.
func (c *checker) whereIs(w *workflow, name string) string {
	for _, other := range c.workflows {
		if other != w && other.byID[name] != nil {
			return "; it is a task of workflow \"" + other.name + "\", and workflows do not share tasks"
		}
	}
	return "; workflow \"" + w.name + "\" has no task like it"
}

// removeName is a fix that takes one name out of a list of dependencies.
func (c *checker) removeName(list annotations.Value[[]annotations.Name], i int) annotations.Fix {
	names := list.V
	message := "remove " + names[i].Text
	switch {
	case len(names) == 1:
		return c.removeArgument(list.Key, list.Span, message)
	case i == 0:
		at := names[0].Span
		at.End = names[1].Span.Start
		return replace(at, "", "%s", message)
	}
	at := names[i].Span
	at.Start = names[i-1].Span.End
	return replace(at, "", "%s", message)
}

// resolveStars gives the tasks with dependencies=* theirs: every task that
// depends on no task with *, neither directly nor through others, sorted by id.
// For a single one that is every task that does not depend on it. Two of them
// do not wait for each other, which would be a cycle, nor for what follows the
// other. Since the tasks they wait for depend on none of them, * never closes
// a cycle.
func resolveStars(w *workflow) {
	var stars []*task
	for _, t := range w.tasks {
		if t.star {
			stars = append(stars, t)
		}
	}
	if len(stars) == 0 {
		return
	}
	after := make([]bool, len(w.tasks))
	dependants := dependantsOf(w.tasks)
	todo := slices.Clone(stars)
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if after[t.number] {
			continue
		}
		after[t.number] = true
		todo = append(todo, dependants[t.number]...)
	}
	var before []*task
	for _, t := range w.tasks {
		if !after[t.number] {
			before = append(before, t)
		}
	}
	slices.SortStableFunc(before, func(a, b *task) int { return cmp.Compare(a.id, b.id) })
	for _, t := range stars {
		t.deps = before
	}
}

// dependantsOf lists, by a task's number, the tasks that depend on it.
func dependantsOf(tasks []*task) [][]*task {
	out := make([][]*task, len(tasks))
	for _, t := range tasks {
		for _, d := range t.deps {
			out[d.number] = append(out[d.number], t)
		}
	}
	return out
}

// dependencySpan is the place where a task names a dependency.
func (t *task) dependencySpan(dep *task) annotations.Span {
	for _, name := range t.decl.Dependencies.V {
		if name.Text == dep.id || name.Text == "*" {
			return name.Span
		}
	}
	return t.decl.Target
}
