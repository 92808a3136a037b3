package emit

import (
	"go/types"
	"unicode"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// constants are the local constants that stand for the tasks of a workflow,
// and the variables for what its expressions are too deep for.
type constants struct {
	f     *file
	names []string
	// hoisted are the definitions of rule0, rule1 and so on, in their order.
	hoisted []doc
}

// newConstants names the constants after the Go functions: taskFetchData for
// FetchData. They hide nothing of the package. Where fetchData is a task, too,
// or another thing of the package is called so, a number tells them apart; an
// exported function keeps the plain name.
func newConstants(f *file, w *check.Workflow) *constants {
	c := &constants{f: f, names: make([]string, len(w.Tasks))}
	used := map[string]bool{}
	taken := func(s string) bool { return used[s] || f.types.Scope().Lookup(s) != nil }
	for _, exported := range []bool{true, false} {
		for i, t := range w.Tasks {
			if t.Func.Exported() == exported {
				c.names[i] = unique(constantName(t.Func), taken)
				used[c.names[i]] = true
			}
		}
	}
	return c
}

func constantName(fn *types.Func) string {
	first, size := utf8.DecodeRuneInString(fn.Name())
	return "task" + string(unicode.ToUpper(first)) + fn.Name()[size:]
}

// word returns the constant of a task.
func (c *constants) word(task int) word { return c.f.id(c.names[task]) }

// indices returns a slice literal of tasks.
func (c *constants) indices(tasks []int) doc {
	in := list{open: "{", close: "}", style: fill}
	for _, t := range tasks {
		in.items = append(in.items, c.word(t))
	}
	return seq{op("[]"), c.f.predeclared("int"), in}
}

// declaration returns the declaration of the constants, nil if there are none.
func (c *constants) declaration() doc {
	switch len(c.names) {
	case 0:
		return nil
	case 1:
		return spaced(op("const"), c.word(0), op("="), c.f.predeclared("iota"))
	}
	specs := list{open: "(", close: ")", lines: true}
	for i := range c.names {
		spec := doc(c.word(i))
		if i == 0 {
			spec = spaced(spec, op("="), c.f.predeclared("iota"))
		}
		specs.items = append(specs.items, spec)
	}
	return spaced(op("const"), specs)
}
