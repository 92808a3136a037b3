package check

import (
	"go/ast"
	"go/types"
)

// bodyUse is a call by which a body reads or writes a key, for one key.
type bodyUse struct {
	method string
	key    string
	// typ is the type that is read or written; nil for Has, Update's read and Delete.
	typ types.Type
	// at is the key, call the whole call.
	at      ast.Expr
	call    *ast.CallExpr
	literal bool
}

func (u *bodyUse) reads() bool {
	switch u.method {
	case "Get", "Lookup", "Has", "Update":
		return true
	}
	return false
}

func (u *bodyUse) writes() bool {
	switch u.method {
	case "Insert", "Update", "Set", "Delete":
		return true
	}
	return false
}

// place describes the use as one of reads, or else of writes.
func (u *bodyUse) place(c *checker, reading bool) BodyPlace {
	p := BodyPlace{Method: u.method, Type: u.typ, Span: c.node(u.at), Call: c.node(u.call), literal: u.literal}
	if reading && u.method == "Update" {
		p.Type = nil
	}
	return p
}

// contextCall is a call that does something with the context by the runtime's
// own functions.
type contextCall struct {
	method string
	// key and value are arguments; nil where the method has none.
	key, value ast.Expr
	// typ is the type argument of Get and Lookup.
	typ types.Type
}

// contextCall recognises a call of the runtime with the context; nil for others.
func (b *bodyFrame) contextCall(call *ast.CallExpr) *contextCall {
	fn := calleeOf(b.info(), call)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != runtimePath {
		return nil
	}
	if fn.Signature().Recv() == nil {
		if !isFunc(fn, runtimePath, "Get", "Lookup") || len(call.Args) != 2 || !b.isContext(call.Args[0]) {
			return nil
		}
		return &contextCall{method: fn.Name(), key: call.Args[1], typ: b.typeArgument(call.Fun)}
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || !b.isContext(sel.X) {
		return nil
	}
	switch fn.Name() {
	case "Has", "Insert", "Update", "Set", "Delete", "Keys":
	default:
		return nil
	}
	c := &contextCall{method: fn.Name()}
	if len(call.Args) > 0 {
		c.key = call.Args[0]
	}
	if len(call.Args) > 1 {
		c.value = call.Args[1]
	}
	return c
}

// isContext reports whether an expression is the context itself.
func (b *bodyFrame) isContext(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && b.src.contexts[b.info().Uses[id]]
}

// typeArgument is the first type argument of a function, written or inferred.
func (b *bodyFrame) typeArgument(fun ast.Expr) types.Type {
	args := b.info().Instances[nameOf(fun)].TypeArgs
	if args.Len() == 0 {
		return nil
	}
	return b.env.typed(args.At(0))
}

// nameOf is the identifier that names a function in a call.
func nameOf(fun ast.Expr) *ast.Ident {
	switch e := ast.Unparen(fun).(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return e.Sel
	case *ast.IndexExpr:
		return nameOf(e.X)
	case *ast.IndexListExpr:
		return nameOf(e.X)
	}
	return nil
}

// use makes the use of a key by a call; nil if the key is not constant, which
// is noted.
func (b *bodyFrame) use(call *ast.CallExpr, c *contextCall) *bodyUse {
	key, at, ok := b.constant(c.key)
	if !ok {
		b.openAt(c.key, "the key is not constant here")
		return nil
	}
	_, literal := ast.Unparen(at).(*ast.BasicLit)
	u := bodyUse{method: c.method, key: key, typ: c.typ, at: at, call: call, literal: literal}
	if c.value != nil {
		u.typ = b.valueType(c.value)
	}
	known := b.all.uses[u]
	if known == nil {
		known = &u
		b.all.uses[u] = known
	}
	b.sum.use(known)
	return known
}

// valueType is the static type of a value that is written: that of the argument
// if it is a parameter of an interface type. A nil has any type.
func (b *bodyFrame) valueType(e ast.Expr) types.Type {
	e = ast.Unparen(e)
	if id, ok := e.(*ast.Ident); ok {
		if bound, ok := b.bound(id); ok && bound.typ != nil {
			return bound.typ
		}
	}
	t := b.info().TypeOf(e)
	if t == nil || t == types.Typ[types.UntypedNil] || isInvalid(t) {
		return anyType
	}
	return orAny(b.env.typed(types.Default(t)))
}

// openAt notes that something cannot be followed.
func (b *bodyFrame) openAt(n ast.Node, reason string) {
	b.sum.open = append(b.sum.open, openAt{n, reason})
}

type openAt struct {
	node   ast.Node
	reason string
}

func (o openAt) place(c *checker) OpenPlace { return OpenPlace{Span: c.node(o.node), Reason: o.reason} }

// compareBodyPlaces sorts places by position.
func compareBodyPlaces(a, b BodyPlace) int { return compareSpans(a.Span, b.Span) }
