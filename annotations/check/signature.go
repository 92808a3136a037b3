package check

import (
	"bytes"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// runtimePath is the import path of the package that tasks and generated code use.
const runtimePath = "github.com/cloacina-go/cloacina/runtime"

// forms is what a message recommends when a signature is none of the five.
const forms = "func(ctx context.Context[, in In]) ([Out, ]error) or func(ctx context.Context, c *cloacina.Context) " +
	"error"

// checkSignature finds out which of the five forms a task function has.
func (c *checker) checkSignature(t *task) {
	sig := t.fn.Signature()
	if !c.checkCallable(t, sig) {
		return
	}
	params, results := fieldNodes(t.decl.Func.Type.Params), fieldNodes(t.decl.Func.Type.Results)
	if !c.checkParams(t, sig, params) || !c.checkResults(t, sig, results) {
		return
	}
	code := &Task{Func: t.fn, Span: t.decl.Target, Decl: t.decl.Span}
	ok := true
	switch {
	case sig.Params().Len() == 2 && isContextPointer(sig.Params().At(1).Type()):
		ok = c.checkDynamic(t, sig, results)
		code.Form = Dynamic
	case sig.Params().Len() == 2:
		code.Form = InOnly
		code.In = c.checkIn(t, sig.Params().At(1).Type(), params[1])
		ok = code.In != nil
	default:
		code.Form = Plain
	}
	if code.Form != Dynamic && sig.Results().Len() == 2 {
		code.Form = map[Form]Form{InOnly: InOut, Plain: OutOnly}[code.Form]
		ok = c.checkOut(t, code, sig.Results().At(0).Type(), results[0]) && ok
	} else {
		c.refuseResultKey(t)
	}
	if ok {
		t.code = code
	}
}

// checkCallable reports functions that generated code cannot call.
func (c *checker) checkCallable(t *task, sig *types.Signature) bool {
	name := t.fn.Name()
	switch {
	case sig.RecvTypeParams().Len() > 0:
		return false // its type is reported
	case sig.TypeParams().Len() > 0:
		return c.reject(t, found(annotations.CodeGeneric, t.decl.Target,
			"task %s has type parameters; annotate a function without, which may call it", name))
	case t.decl.Func.Body == nil:
		return c.reject(t, found(annotations.CodeSignature, t.decl.Target,
			"task %s has no body; if it stands elsewhere, call it from a function that has one", name))
	case name == "_", sig.Recv() == nil && (name == "init" || name == "main" && c.src.Types.Name() == "main"):
		return c.reject(t, found(annotations.CodeSignature, t.decl.Target,
			"func %s cannot be called, so it cannot be a task; give it a name", name))
	}
	return true
}

// fieldNodes returns the type of each parameter or result.
func fieldNodes(list *ast.FieldList) []ast.Expr {
	var nodes []ast.Expr
	if list == nil {
		return nil
	}
	for _, f := range list.List {
		for range max(1, len(f.Names)) {
			nodes = append(nodes, f.Type)
		}
	}
	return nodes
}

// checkParams reports parameters that none of the five forms has.
func (c *checker) checkParams(t *task, sig *types.Signature, nodes []ast.Expr) bool {
	n, name := sig.Params().Len(), t.fn.Name()
	switch {
	case n == 0:
		f := found(annotations.CodeSignature, t.decl.Target,
			"task %s takes no context.Context; a task is %s", name, forms)
		return c.reject(t, f)
	case sig.Variadic():
		return c.reject(t, found(annotations.CodeSignature, c.node(nodes[n-1]),
			"task %s is variadic; take one struct whose fields are the keys it reads", name))
	case isInvalid(sig.Params().At(0).Type()):
		c.uncompiled(t.flow)
		return false
	case !isNamed(sig.Params().At(0).Type(), "context", "Context"):
		return c.reject(t, found(annotations.CodeSignature, c.node(nodes[0]),
			"the first parameter of task %s is %s, not context.Context; a task is %s",
			name, c.typeName(sig.Params().At(0).Type()), forms))
	case n > 2:
		return c.reject(t, found(annotations.CodeSignature, c.node(nodes[2]),
			"task %s takes %d parameters; put what it reads into one struct behind ctx", name, n))
	}
	return true
}

// checkResults reports results that none of the five forms has.
func (c *checker) checkResults(t *task, sig *types.Signature, nodes []ast.Expr) bool {
	n, name := sig.Results().Len(), t.fn.Name()
	switch {
	case n == 0:
		return c.reject(t, found(annotations.CodeSignature, t.decl.Target,
			"task %s returns no error; a task is %s", name, forms))
	case isInvalid(sig.Results().At(n - 1).Type()), c.hidesError(sig.Results().At(n - 1).Type()):
		c.uncompiled(t.flow)
		return false
	case !isError(sig.Results().At(n - 1).Type()):
		return c.reject(t, found(annotations.CodeSignature, c.node(nodes[n-1]),
			"the last result of task %s is %s, not error; a task is %s",
			name, c.typeName(sig.Results().At(n-1).Type()), forms))
	case n > 2:
		return c.reject(t, found(annotations.CodeSignature, c.node(nodes[1]),
			"task %s returns %d results; put what it writes into one struct before the error", name, n))
	}
	return true
}

func (c *checker) reject(t *task, f annotations.Finding) bool {
	c.report(t.flow, f)
	return false
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// hidesError reports whether t is a type of the package that hides Go's error.
func (c *checker) hidesError(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj() == c.src.Types.Scope().Lookup("error")
}

// isContextPointer reports whether t is *cloacina.Context.
func isContextPointer(t types.Type) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	return ok && isNamed(p.Elem(), runtimePath, "Context")
}

// checkDynamic checks what a dynamic task returns.
func (c *checker) checkDynamic(t *task, sig *types.Signature, results []ast.Expr) bool {
	if sig.Results().Len() == 1 {
		return true
	}
	return c.reject(t, found(annotations.CodeSignature, c.node(results[0]),
		"task %s takes *cloacina.Context, so it writes its keys there and returns only an error", t.fn.Name()))
}

// checkIn checks the struct that a task reads.
func (c *checker) checkIn(t *task, typ types.Type, node ast.Expr) *Struct {
	if isNamed(typ, runtimePath, "Context") {
		f := found(annotations.CodeSignature, c.node(node),
			"task %s takes the cloacina.Context by value; it is a pointer", t.fn.Name())
		f.Fixes = []annotations.Fix{replace(c.span(node.Pos(), node.Pos()), "*", "take *cloacina.Context")}
		c.report(t.flow, f)
		return nil
	}
	if !c.valid(t, typ, node) {
		return nil
	}
	if p, ok := types.Unalias(typ).(*types.Pointer); ok && isStruct(p.Elem()) {
		f := found(annotations.CodeSignature, c.node(node),
			"task %s takes a pointer; its keys are read into a struct value", t.fn.Name())
		if star, ok := node.(*ast.StarExpr); ok {
			f.Fixes = []annotations.Fix{replace(c.span(star.Star, star.X.Pos()), "", "take %s", c.typeName(p.Elem()))}
		}
		c.report(t.flow, f)
		return nil
	}
	if !isStruct(typ) {
		c.report(t.flow, found(annotations.CodeSignature, c.node(node),
			"task %s takes %s; what a task reads is a struct whose fields are the keys, or *cloacina.Context",
			t.fn.Name(), c.typeName(typ)))
		return nil
	}
	return c.structOf(t.flow, typ, readStruct, c.node(node))
}

// valid reports a type that does not compile, and one that is generated from
// the tasks, whether it was declared for the time being or not at all.
func (c *checker) valid(t *task, typ types.Type, node ast.Expr) bool {
	generated := c.isGeneratedType(typ)
	if id, ok := node.(*ast.Ident); ok && isInvalid(typ) {
		generated = slices.ContainsFunc(c.workflows, func(w *workflow) bool { return declares(w.decl, id.Name) })
	}
	switch {
	case generated:
		return c.reject(t, found(annotations.CodeSignature, c.node(node),
			"the signature of task %s has a type that is generated from the tasks; declare a struct for what it "+
				"reads or "+
				"writes",
			t.fn.Name()))
	case isInvalid(typ):
		c.uncompiled(t.flow)
		return false
	}
	return true
}

func isInvalid(t types.Type) bool {
	b, ok := types.Unalias(t).(*types.Basic)
	return ok && b.Kind() == types.Invalid
}

// isGeneratedType reports whether a type is declared in our generated file.
func (c *checker) isGeneratedType(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() == c.src.Types && c.inGenerated(n.Obj())
}

// checkOut checks the value that a task returns beside its error.
func (c *checker) checkOut(t *task, code *Task, typ types.Type, node ast.Expr) bool {
	if !c.valid(t, typ, node) {
		return false
	}
	if t.decl.Result.Set {
		code.ResultKey, code.ResultType = t.decl.Result.V, typ
		return c.checkResult(t, typ, node)
	}
	name := t.fn.Name()
	if p, ok := types.Unalias(typ).(*types.Pointer); ok && isStruct(p.Elem()) {
		return c.reject(t, found(annotations.CodeSignature, c.node(node),
			"task %s returns a pointer; return %s, whose fields are the keys it writes", name, c.typeName(p.Elem())))
	}
	if !isStruct(typ) {
		f := found(annotations.CodeSignature, c.node(node),
			"task %s returns %s, which is no struct with keys as fields; result=KEY stores it under one key",
			name, c.typeName(typ))
		if flawIn(typ, writing, c.qualify) == "" {
			f.Fixes = []annotations.Fix{addLine(t.decl.Span, "//cloacina:task result="+t.id, "store it under one key")}
		}
		return c.reject(t, f)
	}
	code.Out = c.structOf(t.flow, typ, writtenStruct, c.node(node))
	return code.Out != nil
}

// checkResult checks a value that is stored whole.
func (c *checker) checkResult(t *task, typ types.Type, node ast.Expr) bool {
	flaw := flawIn(typ, writing, c.qualify)
	if strings.HasSuffix(flaw, notCompiled) {
		c.uncompiled(t.flow)
		return false
	}
	if flaw != "" {
		return c.reject(t, found(annotations.CodeNotJSON, c.node(node), "key %q %s", t.decl.Result.V, flaw))
	}
	if what := c.unnameable(typ); what != "" {
		return c.reject(t, found(annotations.CodeNotJSON, c.node(node),
			"key %q has a type with %s in it, which the generated code of package %s cannot use",
			t.decl.Result.V, what, c.src.Types.Name()))
	}
	return true
}

// refuseResultKey reports result=KEY on a function that returns only an error.
func (c *checker) refuseResultKey(t *task) {
	r := t.decl.Result
	if !r.Set {
		return
	}
	f := found(annotations.CodeResultKey, c.join(r.Key, r.Span),
		"task %s returns nothing beside its error, so there is no result to store under %q", t.fn.Name(), r.V)
	f.Fixes = []annotations.Fix{c.removeArgument(r.Key, r.Span, "remove result")}
	c.report(t.flow, f)
}

// join is the place from the start of one to the end of another.
func (c *checker) join(from, to annotations.Span) annotations.Span {
	return annotations.Span{File: from.File, Start: from.Start, End: to.End}
}

// removeArgument is a fix that removes an argument with the blanks before it.
func (c *checker) removeArgument(key, value annotations.Span, message string) annotations.Fix {
	at := c.join(key, value)
	src := c.src.Bytes[at.File]
	if at.Start.Offset <= len(src) {
		before := src[:at.Start.Offset]
		blanks := len(before) - len(bytes.TrimRight(before, " \t"))
		at.Start.Offset -= blanks
		at.Start.Column -= blanks
	}
	return replace(at, "", "%s", message)
}
