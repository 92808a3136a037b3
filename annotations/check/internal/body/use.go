package body

import (
	"go/ast"
	"go/types"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/annotations"
)

// use is a call by which a body reads or writes a key, for one key.
type use struct {
	method string
	key    string
	// typ is the type that is read or written; nil for Has, Update's read and Delete.
	typ types.Type
	// at is the key, call the whole call.
	at      ast.Expr
	call    *ast.CallExpr
	literal bool
}

func (u *use) reads() bool {
	switch u.method {
	case "Get", "Lookup", "Has", "Update":
		return true
	}
	return false
}

func (u *use) writes() bool {
	switch u.method {
	case "Insert", "Update", "Set", "Delete":
		return true
	}
	return false
}

// place describes the use as one of reads, or else of writes.
func (u *use) place(span func(ast.Node) annotations.Span, reading bool) Place {
	p := Place{Method: u.method, Type: u.typ, Span: span(u.at), Call: span(u.call), Literal: u.literal}
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
func (b *frame) contextCall(call *ast.CallExpr) *contextCall {
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
func (b *frame) isContext(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && b.src.contexts[b.info().Uses[id]]
}

// typeArgument is the first type argument of a function, written or inferred.
func (b *frame) typeArgument(fun ast.Expr) types.Type {
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
func (b *frame) use(call *ast.CallExpr, c *contextCall) *use {
	key, at, ok := b.constant(c.key)
	switch {
	case ok && (key == "" || !utf8.ValidString(key)):
		b.openAt(c.key, "the key is empty or not UTF-8 here")
		return nil
	case !ok && b.info().Types[c.key].Value != nil:
		b.openAt(c.key, "the key is not the same in every build")
		return nil
	case !ok:
		b.openAt(c.key, "the key is not constant here")
		return nil
	}
	_, literal := ast.Unparen(at).(*ast.BasicLit)
	u := use{method: c.method, key: key, typ: c.typ, at: at, call: call, literal: literal}
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
func (b *frame) valueType(e ast.Expr) types.Type {
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
func (b *frame) openAt(n ast.Node, reason string) {
	b.sum.open = append(b.sum.open, openAt{n, reason})
}

type openAt struct {
	node   ast.Node
	reason string
}

func (o openAt) place(span func(ast.Node) annotations.Span) OpenPlace {
	return OpenPlace{Span: span(o.node), Reason: o.reason}
}

// comparePlaces sorts places by position.
func comparePlaces(a, b Place) int { return compareSpans(a.Span, b.Span) }
