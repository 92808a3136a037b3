package check

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/cfg"
	"golang.org/x/tools/go/types/typeutil"
)

// bodies follows the functions of a package. What it finds out about a call is
// kept for calls of the same kind.
type bodies struct {
	c *checker
	// decls are the functions of the package, sources those looked at.
	decls   map[*types.Func]*ast.FuncDecl
	sources map[*types.Func]*bodySource
	done    map[string]*bodySummary
	// partial are functions and constants of files that are not part of every
	// build, constants the expressions of the other constants.
	partial   map[types.Object]bool
	constants map[types.Object]ast.Expr
	// numbers are those of types, by which calls are told apart.
	numbers typeutil.Map
	// busy are the calls being followed, the outermost first.
	busy []*bodyFrame
	// errs are error variables of the package that are always errors; nil before
	// it is asked for.
	errs map[types.Object]bool
	// asked is what functions ask of other tasks.
	asked map[*types.Func]*asks
	// unsettled are keys that may be written at any time while the task runs, so
	// that what it has done to them last says little.
	unsettled map[string]bool
	// prefix sets the names of calls apart for which they count.
	prefix string
	// uses are the reads and writes found so far.
	uses map[bodyUse]*bodyUse
	// steps counts what was looked at for the task.
	steps int
}

// maxBodySteps bounds what is looked at for one task, in statements and
// expressions; maxBodyUses its reads and writes, those of functions each time
// that they are called otherwise; maxBodyDepth how deep calls are followed.
const (
	maxBodySteps = 100_000
	maxBodyUses  = 1_000
	maxBodyDepth = 32
)

// bodySummary is what a call of a function does.
type bodySummary struct {
	// exits are the ways in which it can end; none if it never comes back.
	exits []bodyExit
	// uses are all reads and writes, and used are the same; seen are those reads
	// that may find what was there before the call.
	uses []*bodyUse
	used map[*bodyUse]bool
	seen map[*bodyUse]bool
	// own are the reads that may find what the call itself has written.
	own map[*bodyUse]bool
	// loose are uses that may happen at any time and any number of times: in
	// deferred calls, goroutines and functions within.
	loose []*bodyUse
	open  []openAt
	// readsAny says that all keys are listed.
	readsAny bool
	// lowest is the outermost call being followed that it depends on, by depth.
	lowest int
}

// use takes in reads and writes, each once.
func (s *bodySummary) use(list ...*bodyUse) {
	for _, u := range list {
		if !s.used[u] {
			s.used[u] = true
			s.uses = append(s.uses, u)
		}
	}
}

// bodyExit is a way in which a function ends.
type bodyExit struct {
	keys []keyState
	err  nilness
}

// bodyFrame follows one call of a function.
type bodyFrame struct {
	all   *bodies
	src   *bodySource
	env   bodyEnv
	name  string
	depth int
	// recursive says that the function calls itself so again.
	recursive bool
	sum       *bodySummary
	// reached are the worlds that came to each block.
	reached map[*cfg.Block]*reachedBlock
	todo    []blockWorld
}

type reachedBlock struct {
	ids     map[string]bool
	crowded *crowded
	worlds  []bodyWorld
}

type blockWorld struct {
	block *cfg.Block
	world bodyWorld
}

func (b *bodyFrame) info() *types.Info { return b.all.c.src.Info }

// run follows the function from its entry to its ends.
func (b *bodyFrame) run() {
	if b.src.recovers {
		b.loosen()
		return
	}
	start := bodyWorld{}
	if b.src.result != nil {
		start = start.knowing(b.src.result, noErr)
	}
	for v, bound := range b.env.params {
		if bound.err != perhapsErr && !b.src.changed[v] {
			start = start.knowing(v.(*types.Var), bound.err)
		}
	}
	b.arrive(b.src.flow.Blocks[0], start)
	for len(b.todo) > 0 {
		next := b.todo[len(b.todo)-1]
		b.todo = b.todo[:len(b.todo)-1]
		b.block(next.block, next.world)
	}
	b.sum.exits = fewExits(b.sum.exits)
}

// loosen is for a function that may go on after a panic, anywhere.
func (b *bodyFrame) loosen() {
	b.looseNode(b.src.decl.Body)
	b.sum.exits = []bodyExit{{}}
}

// arrive notes that a world comes to a block. Where there are many, some stand
// for all of them.
func (b *bodyFrame) arrive(block *cfg.Block, w bodyWorld) {
	r := b.reached[block]
	if r == nil {
		r = &reachedBlock{ids: make(map[string]bool)}
		b.reached[block] = r
	}
	if r.crowded != nil {
		w = r.crowded.add(w)
	}
	id := w.id()
	if r.ids[id] {
		return
	}
	r.ids[id] = true
	b.todo = append(b.todo, blockWorld{block, w})
	if r.crowded != nil {
		return
	}
	if r.worlds = append(r.worlds, w); len(r.worlds) > maxWorlds {
		r.crowded = &crowded{byErrs: make(map[string]bodyWorld)}
		for _, w := range r.worlds {
			r.crowded.add(w)
		}
		r.worlds = nil
	}
}

// block follows a block from its start to those that come after it.
func (b *bodyFrame) block(block *cfg.Block, w bodyWorld) {
	nodes, worlds := block.Nodes, []bodyWorld{w}
	cond := b.condition(block)
	if cond != nil {
		nodes = nodes[:len(nodes)-1]
	}
	for _, n := range nodes {
		var next []bodyWorld
		for _, w := range worlds {
			if !b.spend(n) {
				return
			}
			next = append(next, b.statement(n, w)...)
		}
		worlds = few(next)
	}
	for _, w := range worlds {
		if cond != nil {
			b.decide(cond, block.Succs[0], block.Succs[1], w)
			continue
		}
		for _, s := range block.Succs {
			b.arrive(s, b.entering(s, w))
		}
	}
}

func (b *bodyFrame) decide(cond ast.Expr, yes, no *cfg.Block, w bodyWorld) {
	then, otherwise := b.refine(cond, w)
	for _, w := range few(then) {
		b.arrive(yes, w)
	}
	for _, w := range few(otherwise) {
		b.arrive(no, w)
	}
}

// condition returns what decides at the end of a block, if it is one.
func (b *bodyFrame) condition(block *cfg.Block) ast.Expr {
	if len(block.Succs) != 2 || len(block.Nodes) == 0 {
		return nil
	}
	cond, ok := block.Nodes[len(block.Nodes)-1].(ast.Expr)
	if !ok {
		return nil
	}
	switch yes := block.Succs[0]; yes.Kind {
	case cfg.KindIfThen, cfg.KindForBody:
		return cond
	case cfg.KindSwitchCaseBody:
		if tag := b.src.tags[yes.Stmt]; tag != nil {
			return &ast.BinaryExpr{X: tag, Op: tokenEql, Y: cond, OpPos: cond.Pos()}
		}
		if _, isCase := b.src.tags[yes.Stmt]; isCase {
			return cond
		}
	}
	return nil
}

// spend counts a step; false if there were too many.
func (b *bodyFrame) spend(n ast.Node) bool {
	b.all.steps++
	if b.all.steps < maxBodySteps && len(b.sum.uses) > maxBodyUses {
		b.all.steps = maxBodySteps
	}
	if b.all.steps == maxBodySteps {
		b.openAt(n, "there is too much code to follow")
	}
	return b.all.steps < maxBodySteps
}

// exit notes that the function ends.
func (b *bodyFrame) exit(w bodyWorld, err nilness) {
	b.sum.exits = append(b.sum.exits, bodyExit{w.keys, err})
	if len(b.sum.exits) > 4*maxWorlds {
		b.sum.exits = fewExits(b.sum.exits)
	}
}

// fewExits keeps the ends apart that differ in their error, and others only if
// there are few.
func fewExits(exits []bodyExit) []bodyExit {
	var out []bodyExit
	for _, err := range []nilness{noErr, perhapsErr, someErr} {
		var worlds []bodyWorld
		for _, e := range exits {
			if e.err == err {
				worlds = append(worlds, bodyWorld{keys: e.keys})
			}
		}
		for _, w := range few(worlds) {
			out = append(out, bodyExit{w.keys, err})
		}
	}
	return slices.Clip(out)
}
