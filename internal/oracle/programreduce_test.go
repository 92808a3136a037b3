package oracle

import (
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
)

// smaller lists what a program can be cut down to.
func (p *program) smaller() []*program {
	var all []*program
	edit := func(change func(c *program)) {
		c := *p
		c.input, c.tasks = slices.Clone(p.input), slices.Clone(p.tasks)
		for i := range c.tasks {
			t := &c.tasks[i]
			t.deps, t.body, t.in, t.out = slices.Clone(t.deps), slices.Clone(t.body), slices.Clone(t.in), slices.Clone(t.out)
		}
		change(&c)
		all = append(all, &c)
	}
	for i, t := range p.tasks {
		edit(func(c *program) {
			c.tasks = slices.Delete(c.tasks, i, i+1)
			for n := range c.tasks {
				c.tasks[n].deps = slices.DeleteFunc(c.tasks[n].deps, func(d string) bool { return d == t.id })
			}
		})
	}
	if p.defaults != "" {
		edit(func(c *program) { c.defaults = "" })
	}
	for i := range p.input {
		edit(func(c *program) { c.input = slices.Delete(c.input, i, i+1) })
	}
	for i, t := range p.tasks {
		for _, rule := range smallerRules(t.rule) {
			edit(func(c *program) { c.tasks[i].rule = rule })
		}
		for n := range t.in {
			edit(func(c *program) { c.tasks[i].in = slices.Delete(c.tasks[i].in, n, n+1) })
		}
		for n := range t.out {
			edit(func(c *program) { c.tasks[i].out = slices.Delete(c.tasks[i].out, n, n+1) })
		}
		for n := range t.body {
			edit(func(c *program) { c.tasks[i].body = slices.Delete(c.tasks[i].body, n, n+1) })
		}
		for n := range t.deps {
			edit(func(c *program) { c.tasks[i].deps = slices.Delete(c.tasks[i].deps, n, n+1) })
		}
		if t.allow {
			edit(func(c *program) { c.tasks[i].allow = false })
		}
	}
	return all
}

// smallerRules lists no rule and the operands of a rule.
func smallerRules(r annotations.Rule) []annotations.Rule {
	switch r := r.(type) {
	case nil:
		return nil
	case *annotations.All:
		return append([]annotations.Rule{nil}, r.Rules...)
	case *annotations.Any:
		return append([]annotations.Rule{nil}, r.Rules...)
	case *annotations.None:
		return append([]annotations.Rule{nil}, r.Rules...)
	case *annotations.Not:
		return []annotations.Rule{nil, r.Rule}
	case *annotations.ContextValue:
		if len(r.Literals) > 1 {
			c := *r
			c.Literals = r.Literals[:1]
			return []annotations.Rule{nil, &c}
		}
	}
	return []annotations.Rule{nil}
}
