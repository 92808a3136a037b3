package emit

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// guard is the function that is called with a struct and the type that it was.
// Its name is what the compiler says first when the two differ.
const guard = "SameStructOrRunGoGenerate"

// guards returns the declaration that compiles only while the structs behind the
// keys are what they were; nil if there are none. The adapters stop compiling
// when one of their fields gets another name or type, but do not notice a new
// field, another tag, or a change in the value of a key. A guard does: its
// function takes the struct and the type that it was as arguments of one type,
// and for that all fields must have the names, types and tags that they had, in
// the same order.
//
// The function around them has no name, so that the compiler checks it and
// compiles nothing.
func (f *file) guards(pkg *check.Package) jen.Code {
	f.guarded = f.structsBehind(pkg)
	if len(f.guarded) == 0 {
		return nil
	}
	var c comment
	c.paragraph("The structs behind the keys, as they were. One that does not compile here has changed; "+
		"run: go generate ./...", 0)
	body := list{open: "{", close: "}", lines: true}
	for _, t := range f.guarded {
		args := seq{f.structType(t.Underlying().(*types.Struct)), op("{}, "), f.typ(t), op("{}")}
		hanging := list{open: "(", close: ")", style: hang, items: []doc{args}}
		body.items = append(body.items, seq{f.rt(guard), hanging})
	}
	return c.over(seq{op("func "), f.id("_"), op("() "), body})
}

// describeGuards describes a function without a name by its guards, which must
// be all there is in it.
func describeGuards(d *ast.FuncDecl) string {
	for _, statement := range d.Body.List {
		if !isGuard(statement) {
			return "something else"
		}
	}
	return "func _" + strings.Repeat(" guard", len(d.Body.List))
}

func isGuard(statement ast.Stmt) bool {
	e, ok := statement.(*ast.ExprStmt)
	if !ok {
		return false
	}
	c, ok := e.X.(*ast.CallExpr)
	if !ok || len(c.Args) != 2 || !zero(c.Args[0]) || !zero(c.Args[1]) {
		return false
	}
	fn, ok := c.Fun.(*ast.SelectorExpr)
	return ok && fn.Sel.Name == guard
}

// zero reports whether a value is T{}.
func zero(e ast.Expr) bool {
	value, ok := e.(*ast.CompositeLit)
	return ok && len(value.Elts) == 0
}
