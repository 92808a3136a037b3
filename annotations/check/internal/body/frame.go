package body

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/cfg"
)

// frame follows one call of a function.
type frame struct {
	all   *Package
	src   *source
	env   callEnv
	name  string
	depth int
	// recursive says that the function calls itself so again.
	recursive bool
	sum       *summary
	// reached are the blocks that worlds came to, todo those to be followed.
	reached map[*cfg.Block]*reachedBlock
	todo    []*cfg.Block
}

// reachedBlock is a block that worlds have come to.
type reachedBlock struct {
	// worlds are those that came, ids their ids; crowded is in their place if there
	// are too many.
	worlds  []world
	ids     map[string]bool
	crowded *crowded
	// followed are those, or what stood for them, with which the block was followed.
	followed map[string]bool
	// waits says that the block is to be followed.
	waits bool
}

// add takes in a world. Where there are many, some stand for all of them.
func (r *reachedBlock) add(w world) {
	if r.crowded != nil {
		r.crowded.add(w)
		return
	}
	if id := w.id(); !r.ids[id] {
		r.ids[id] = true
		r.worlds = append(r.worlds, w)
	}
	if len(r.worlds) > maxWorlds {
		r.crowded = &crowded{byErrs: make(map[string]world)}
		for _, w := range r.worlds {
			r.crowded.add(w)
		}
		r.worlds, r.ids = nil, nil
	}
}

// fresh returns the worlds with which the block was not followed yet.
func (r *reachedBlock) fresh() []world {
	worlds := r.worlds
	if r.crowded != nil {
		worlds = r.crowded.worlds()
	}
	var fresh []world
	for _, w := range worlds {
		if id := w.id(); !r.followed[id] {
			r.followed[id] = true
			fresh = append(fresh, w)
		}
	}
	return fresh
}

func newFrame(a *Package, src *source, env callEnv, name string) *frame {
	depth := len(a.busy)
	return &frame{
		all: a, src: src, env: env, name: name, depth: depth,
		sum: &summary{
			used: make(map[*use]bool), seen: make(map[*use]bool), own: make(map[*use]bool),
			lowest: maxDepth,
		},
		reached: make(map[*cfg.Block]*reachedBlock),
	}
}

func (b *frame) info() *types.Info { return b.all.info }

// run follows the function from its entry to its ends.
func (b *frame) run() {
	if b.src.recovers {
		b.loosen()
		return
	}
	start := world{}
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
		block := b.next()
		for _, w := range b.reached[block].fresh() {
			b.block(block, w)
		}
	}
	b.sum.exits = fewExits(b.sum.exits)
}

// next takes the block to follow next: of those before all others, so that most
// worlds have come to a block before it is followed.
func (b *frame) next() *cfg.Block {
	first := 0
	for i, block := range b.todo {
		if b.src.order[block] < b.src.order[b.todo[first]] {
			first = i
		}
	}
	block := b.todo[first]
	b.todo = slices.Delete(b.todo, first, first+1)
	b.reached[block].waits = false
	return block
}

// loosen is for a function that may go on after a panic, anywhere.
func (b *frame) loosen() {
	b.looseNode(b.src.decl.Body)
	b.sum.exits = []ending{{}}
}

// arrive notes that a world comes to a block.
func (b *frame) arrive(block *cfg.Block, w world) {
	r := b.reached[block]
	if r == nil {
		r = &reachedBlock{ids: make(map[string]bool), followed: make(map[string]bool)}
		b.reached[block] = r
	}
	r.add(w.inScope(placeOf(block)))
	if !r.waits {
		r.waits = true
		b.todo = append(b.todo, block)
	}
}

// placeOf is a place in the scope of a block; none if it is not clear.
func placeOf(block *cfg.Block) token.Pos {
	switch block.Kind {
	case cfg.KindIfDone, cfg.KindForDone, cfg.KindRangeDone, cfg.KindSwitchDone, cfg.KindSelectDone:
		return block.Stmt.End()
	}
	if len(block.Nodes) == 0 {
		return token.NoPos
	}
	return block.Nodes[0].Pos()
}

// block follows a block from its start to those that come after it.
func (b *frame) block(block *cfg.Block, w world) {
	nodes, worlds := block.Nodes, []world{w}
	cond := b.condition(block)
	if cond != nil {
		nodes = nodes[:len(nodes)-1]
	}
	for _, n := range nodes {
		var next []world
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

func (b *frame) decide(cond ast.Expr, yes, no *cfg.Block, w world) {
	then, otherwise := b.refine(cond, w)
	for _, w := range few(then) {
		b.arrive(yes, w)
	}
	for _, w := range few(otherwise) {
		b.arrive(no, w)
	}
}

// condition returns what decides at the end of a block, if it is one.
func (b *frame) condition(block *cfg.Block) ast.Expr {
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
			return &ast.BinaryExpr{X: tag, Op: token.EQL, Y: cond, OpPos: cond.Pos()}
		}
		if _, isCase := b.src.tags[yes.Stmt]; isCase {
			return cond
		}
	}
	return nil
}

// spend counts a step; false if there were too many.
func (b *frame) spend(n ast.Node) bool {
	b.all.steps++
	if b.all.steps < maxSteps && len(b.sum.uses) > maxUses {
		b.all.steps = maxSteps
	}
	if b.all.steps == maxSteps {
		b.openAt(n, "there is too much code to follow")
	}
	return b.all.steps < maxSteps
}

// exit notes that the function ends.
func (b *frame) exit(w world, err nilness) {
	b.sum.exits = append(b.sum.exits, ending{w.keys, err})
	if len(b.sum.exits) > 4*maxWorlds {
		b.sum.exits = fewExits(b.sum.exits)
	}
}
