package body

import "go/ast"

// later follows a deferred call or one in a goroutine: its arguments are
// evaluated now, what it does may happen at any time or not at all.
func (b *frame) later(call *ast.CallExpr, w world) []world {
	list := b.besideContext(call.Args)
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		b.handToLiteral(lit, call)
		b.looseNode(lit.Body)
		return worldsOf(b.evalAll(list, w))
	}
	if b.contextCall(call) == nil {
		list = append([]ast.Expr{call.Fun}, list...)
	}
	worlds := worldsOf(b.evalAll(list, w))
	b.looseCallee(call)
	return worlds
}

// looseNode takes everything that is done in a part of the source as something
// that may happen at any time.
func (b *frame) looseNode(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if !b.spend(n) {
				return false
			}
			if b.looseCall(n) {
				for _, arg := range b.besideContext(n.Args) {
					b.looseNode(arg)
				}
				return false
			}
		case *ast.SelectorExpr:
			if b.isContext(n.X) {
				b.openAt(n, "the method "+n.Sel.Name+" of the context is used as a value")
				return false
			}
		case *ast.BinaryExpr:
			if b.isContext(n.X) && b.isNil(n.Y) || b.isContext(n.Y) && b.isNil(n.X) {
				return false
			}
		case *ast.AssignStmt:
			if len(n.Lhs) == 1 && blank(n.Lhs[0]) && b.isContext(n.Rhs[0]) {
				return false
			}
		case *ast.Ident:
			if b.isContext(n) {
				b.openAt(n, "the context is stored or handed on here")
			}
		}
		return true
	})
}

// looseCall takes one call so, without its arguments; false if it has nothing to
// do with the context.
func (b *frame) looseCall(call *ast.CallExpr) bool {
	known := b.looseCallee(call)
	if known && b.contextCall(call) == nil {
		b.looseNode(call.Fun)
	}
	return known
}

// looseCallee takes what is called so, without the expression that says which
// function it is.
func (b *frame) looseCallee(call *ast.CallExpr) bool {
	if c := b.contextCall(call); c != nil {
		b.looseUse(call, c)
		return true
	}
	handed := false
	for _, arg := range call.Args {
		handed = handed || b.isContext(arg)
	}
	if !handed {
		return false
	}
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		b.handToLiteral(lit, call)
		return true
	}
	fn := calleeOf(b.info(), call)
	if b.all.decls[fn] == nil {
		for _, arg := range call.Args {
			if b.isContext(arg) {
				b.openAt(arg, "the context is handed to "+b.describeCallee(call))
			}
		}
		return true
	}
	if sum := b.called(fn, call, world{}); sum != nil {
		b.loose(sum.uses)
	}
	return true
}

func (b *frame) looseUse(call *ast.CallExpr, c *contextCall) {
	if c.key == nil {
		b.sum.readsAny = b.sum.readsAny || c.method == "Keys"
		return
	}
	if u := b.use(call, c); u != nil {
		b.loose([]*use{u})
	}
}

func (b *frame) loose(uses []*use) {
	b.sum.loose = append(b.sum.loose, uses...)
	for _, u := range uses {
		if u.reads() {
			b.sum.seen[u] = true
		}
	}
}
