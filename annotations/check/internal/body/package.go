package body

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strconv"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/cloacina-go/cloacina/annotations"
)

// Source is a type-checked package, as [New] takes it.
type Source struct {
	// Types is the package, Files are its files.
	Types *types.Package
	Files []*ast.File
	// Info needs Types, Defs, Uses, Selections and Instances.
	Info *types.Info
	// Partial reports whether a file is not part of every build of the package, so
	// that in others something else may stand in the place of what it declares.
	Partial func(*ast.File) bool
	// Span is the place of a part of the source.
	Span func(ast.Node) annotations.Span
}

// Package follows the functions of one Go package. What it finds out about a call
// is kept for calls of the same kind. It is not safe for concurrent use.
type Package struct {
	info  *types.Info
	pkg   *types.Package
	files []*ast.File
	span  func(ast.Node) annotations.Span
	// decls are the functions of the package, sources those looked at.
	decls   map[*types.Func]*ast.FuncDecl
	sources map[*types.Func]*source
	done    map[string]*summary
	// partial are functions and constants of files that are not part of every
	// build, constants the expressions of the other constants.
	partial   map[types.Object]bool
	constants map[types.Object]ast.Expr
	// failing are the functions of which it is known whether all that they return
	// are errors.
	failing map[*types.Func]bool
	// numbers are those of types, by which calls are told apart.
	numbers typeutil.Map
	// busy are the calls being followed, the outermost first.
	busy []*frame
	// errs are error variables of the package that are always errors; nil before
	// it is asked for.
	errs map[types.Object]bool
	// asked is what functions ask of other tasks.
	asked map[*types.Func]*asks
	// unsettled are keys that may be written at any time while the task runs, so
	// that what it has done to them last says little.
	unsettled map[string]bool
	// watched are keys for which it matters whether the task has found them: it writes
	// them, but not always.
	watched map[string]bool
	// prefix sets the names of calls apart for which they count.
	prefix string
	// uses are the reads and writes found so far.
	uses map[use]*use
	// steps counts what was looked at for the task.
	steps int
}

// maxSteps bounds what is looked at for one task, in statements and
// expressions; maxUses its reads and writes, those of functions each time
// that they are called otherwise; maxDepth how deep calls are followed.
const (
	maxSteps = 100_000
	maxUses  = 1_000
	maxDepth = 32
)

// New prepares a package.
func New(src Source) *Package {
	a := &Package{
		info: src.Info, pkg: src.Types, files: src.Files, span: src.Span,
		decls: make(map[*types.Func]*ast.FuncDecl), sources: make(map[*types.Func]*source),
		done: make(map[string]*summary), asked: make(map[*types.Func]*asks), uses: make(map[use]*use),
		failing: make(map[*types.Func]bool), partial: make(map[types.Object]bool),
		constants: make(map[types.Object]ast.Expr),
	}
	for _, file := range src.Files {
		partial := src.Partial(file)
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				a.declare(decl, partial)
			case *ast.GenDecl:
				a.declareConstants(decl, partial)
			}
		}
	}
	return a
}

// Follow returns what the function of a dynamic task does. The function has the
// signature of one; if its body is not in a file that is part of every build,
// everything is open.
func (a *Package) Follow(fn *types.Func) *Body {
	if decl := a.decls[fn]; decl == nil {
		return &Body{Open: []OpenPlace{{Reason: "the body of " + fn.Name() + " is not part of every build"}}}
	}
	return a.body(a.followTask(fn))
}

// followTask follows the function of a task. Keys that turn out to be written at
// any time, by a goroutine for one, are not settled by what was done to them
// before, so that the function is followed again with that in mind.
func (a *Package) followTask(fn *types.Func) *summary {
	a.steps, a.unsettled, a.watched, a.prefix = 0, make(map[string]bool), nil, ""
	var env callEnv
	for {
		sum := a.follow(fn, env, a.prefix+env.instance(fn, a.number))
		before := len(a.unsettled)
		for _, u := range sum.loose {
			if u.writes() {
				a.unsettled[u.key] = true
			}
		}
		if len(sum.open) > 0 {
			return sum
		}
		if len(a.unsettled) == before {
			return a.watch(fn, sum)
		}
		a.prefix = named("unsettled", a.unsettled)
	}
}

// named lists keys for the names of calls.
func named(what string, keys map[string]bool) string {
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		what += " " + strconv.Quote(key)
	}
	return what + "\n"
}

// declare notes a function. Where its file is not part of every build, another
// one may be in its place.
func (a *Package) declare(decl *ast.FuncDecl, partial bool) {
	fn, ok := a.info.Defs[decl.Name].(*types.Func)
	switch {
	case !ok:
	case partial:
		a.partial[fn] = true
	case decl.Body != nil:
		a.decls[fn] = decl
	}
}

// number names a type.
func (a *Package) number(t types.Type) string {
	n, ok := a.numbers.At(t).(int)
	if !ok {
		n = a.numbers.Len()
		a.numbers.Set(t, n)
	}
	return strconv.Itoa(n)
}
