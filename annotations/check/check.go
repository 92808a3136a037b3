package check

import (
	"go/ast"
	"go/types"

	"github.com/cloacina-go/cloacina/annotations"
)

// Check reads the annotations of a type-checked package, proves what can be
// proved about them, and returns the workflows that are free of errors with
// everything that is to be said, sorted by position. The same source gives the
// same answer.
//
// The package may have type errors, as it has while the generated code it uses
// does not exist; a workflow that rests on something broken is not returned.
// Check changes nothing in src and keeps no reference to its bytes.
func Check(src *Source) (*Package, []annotations.Finding) {
	c := newChecker(src)
	pkg := c.run()
	return pkg, c.sorted()
}

func newChecker(src *Source) *checker {
	return &checker{
		src:     src,
		structs: make(map[structUse]*structResult),
		qualify: func(p *types.Package) string {
			if p == src.Types {
				return ""
			}
			return p.Name()
		},
	}
}

// run does the work of [Check] and leaves the findings in the order of their making.
func (c *checker) run() *Package {
	c.parse()
	c.excluded()
	c.declare()
	c.checkHiddenNames()
	for _, w := range c.workflows {
		c.checkWorkflow(w)
	}
	pkg := &Package{Types: c.src.Types, Dir: c.src.Dir}
	for _, w := range c.workflows {
		if !c.broken && !w.broken {
			pkg.Workflows = append(pkg.Workflows, c.build(w))
		}
	}
	return pkg
}

// checkWorkflow looks at one workflow, the Go side first, then the graph, then
// what needs both.
func (c *checker) checkWorkflow(w *workflow) {
	c.resolveInput(w)
	for _, t := range w.tasks {
		c.checkSignature(t)
	}
	c.findBodies(w)
	c.resolvePolicies(w)
	c.resolveDependencies(w)
	c.findVague(w)
	c.findCycles(w)
	c.checkRules(w)
	if w.cyclic || w.unresolved || c.damagedIn(w) {
		return // what follows would mostly be consequences
	}
	c.hintRedundant(w)
	c.checkAsked(w)
	c.checkKeys(w)
}

// parse reads the annotations of all files and sorts them into the package's
// own and the foreign ones.
func (c *checker) parse() {
	for _, file := range c.src.Files {
		name := c.src.Fset.PositionFor(file.FileStart, false).Filename
		source, findings := c.annotationsOf(name, file)
		if isTest(name) != c.src.Test {
			c.foreign = append(c.foreign, source.Workflows...)
			continue
		}
		if c.leftOut(name, file, source, findings, "") {
			continue
		}
		c.note(source, findings)
		for _, w := range source.Workflows {
			c.workflows = append(c.workflows, newWorkflow(w, &c.domains))
		}
		c.tasks = append(c.tasks, source.Tasks...)
	}
	c.order()
}

// annotationsOf returns what the annotations of a file declare, and what there is
// to say about them alone.
func (c *checker) annotationsOf(name string, file *ast.File) (*annotations.Source, []annotations.Finding) {
	if p, ok := c.src.Parsed[file]; ok {
		return p.Source, p.Findings
	}
	return annotations.ParseFile(c.src.Fset, file, c.src.Bytes[name])
}
