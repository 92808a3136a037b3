package body

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/cfg"
	"golang.org/x/tools/go/types/typeutil"
)

// source is a function of the package, prepared for being followed. It is
// the same for all calls.
type source struct {
	decl *ast.FuncDecl
	fn   *types.Func
	flow *cfg.CFG
	// order numbers the blocks, those before the ones that come after them, loops
	// aside.
	order map[*cfg.Block]int
	// contexts are the parameters that are a context, also of functions within.
	contexts map[types.Object]bool
	// changed are the variables that are assigned after their declaration, or
	// whose address is taken; shared are those for which a function within does
	// it, so that nothing is known of them.
	changed, shared map[types.Object]bool
	// symbols are the places of the variables of type switches: each case has one
	// of its own there, with one name.
	symbols map[token.Pos]bool
	// result is the named error result; nil if it has no name.
	result *types.Var
	// fails says that the last result is an error.
	fails bool
	// recovers says that the function may go on after a panic.
	recovers bool
	// tags are the cases of switches over a value.
	tags map[ast.Stmt]ast.Expr
}

// newSource prepares a function.
func newSource(a *Package, fn *types.Func) *source {
	info, decl := a.info, a.decls[fn]
	s := &source{
		decl: decl, fn: fn,
		contexts: make(map[types.Object]bool),
		changed:  make(map[types.Object]bool),
		shared:   make(map[types.Object]bool),
		tags:     make(map[ast.Stmt]ast.Expr),
		symbols:  make(map[token.Pos]bool),
	}
	s.flow = cfg.New(decl.Body, func(call *ast.CallExpr) bool { return mayReturn(info, call) })
	s.order = make(map[*cfg.Block]int, len(s.flow.Blocks))
	left := 0
	s.number(s.flow.Blocks[0], &left)
	results := fn.Signature().Results()
	if n := results.Len(); n > 0 && isError(results.At(n-1).Type()) {
		s.fails = true
		if last := results.At(n - 1); last.Name() != "" && last.Name() != "_" {
			s.result = last
		}
	}
	s.takeContexts(info, decl.Type)
	s.look(info, decl.Body, nil)
	s.recovers = a.recovers(decl.Body)
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if decl, ok := n.(*ast.GenDecl); ok {
			a.declareConstants(decl, false)
		}
		return true
	})
	return s
}

// number gives a block and those behind it numbers, falling from 0, the last one
// first.
func (s *source) number(b *cfg.Block, left *int) {
	s.order[b] = 0
	for _, next := range slices.Backward(b.Succs) {
		if _, seen := s.order[next]; !seen {
			s.number(next, left)
		}
	}
	*left--
	s.order[b] = *left
}

func (s *source) takeContexts(info *types.Info, t *ast.FuncType) {
	for _, field := range t.Params.List {
		for _, name := range field.Names {
			if v := info.Defs[name]; v != nil && isContextPointer(v.Type()) {
				s.contexts[v] = true
			}
		}
	}
}

// look goes through a body; within is the function literal around it.
func (s *source) look(info *types.Info, body ast.Node, within *ast.FuncLit) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			s.takeContexts(info, n.Type)
			s.look(info, n.Body, n)
			return false
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if id, ok := ast.Unparen(left).(*ast.Ident); ok && info.Defs[id] == nil {
					s.change(info, id, within, s.onlyFails(info, n, i))
				}
			}
		case *ast.IncDecStmt:
			s.changeExpr(info, n.X, within)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				s.changeExpr(info, n.Key, within)
				s.changeExpr(info, n.Value, within)
			}
		case *ast.UnaryExpr:
			if id, ok := ast.Unparen(n.X).(*ast.Ident); ok && n.Op == token.AND {
				s.changed[info.Uses[id]], s.shared[info.Uses[id]] = true, true
			}
		case *ast.TypeSwitchStmt:
			if assign, ok := n.Assign.(*ast.AssignStmt); ok {
				s.symbols[assign.Lhs[0].Pos()] = true
			}
		case *ast.SwitchStmt:
			for _, clause := range n.Body.List {
				s.tags[clause] = n.Tag
			}
		}
		return true
	})
}

func (s *source) changeExpr(info *types.Info, e ast.Expr, within *ast.FuncLit) {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		s.change(info, id, within, false)
	}
}

// change notes an assignment. One in a function within that can only make an
// error of the result does not blur what is known of it.
func (s *source) change(info *types.Info, id *ast.Ident, within *ast.FuncLit, onlyFails bool) {
	v := info.Uses[id]
	if v == nil {
		return
	}
	s.changed[v] = true
	outside := within != nil && (v.Pos() < within.Pos() || v.Pos() >= within.End())
	if outside && (v != s.result || !onlyFails) {
		s.shared[v] = true
	}
}

// onlyFails reports whether the i-th value of an assignment is an error for
// certain, made by a function whose name says so.
func (s *source) onlyFails(info *types.Info, n *ast.AssignStmt, i int) bool {
	if len(n.Lhs) != len(n.Rhs) {
		return false
	}
	call, ok := ast.Unparen(n.Rhs[i]).(*ast.CallExpr)
	return ok && makesError(calleeOf(info, call))
}

// follows reports whether what is known of a variable can be followed: it belongs
// to the function, and nothing else changes it.
func (s *source) follows(v *types.Var) bool {
	return !s.shared[v] && !s.symbols[v.Pos()] && !v.IsField() && v.Pkg() != nil && v.Parent() != v.Pkg().Scope()
}

// calleeOf is the function that a call is known to call, without type
// arguments; nil if it is not known.
func calleeOf(info *types.Info, call *ast.CallExpr) *types.Func {
	fn, _ := typeutil.Callee(info, call).(*types.Func)
	if fn == nil {
		return nil
	}
	return fn.Origin()
}

// isFunc reports whether fn is a package-level function of that name.
func isFunc(fn *types.Func, path string, names ...string) bool {
	return fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == path && fn.Signature().Recv() == nil &&
		slices.Contains(names, fn.Name())
}

// makesError reports whether a function returns an error that is never nil.
func makesError(fn *types.Func) bool {
	return isFunc(fn, "errors", "New") || isFunc(fn, "fmt", "Errorf")
}

// keepsNil reports whether a function of the runtime returns nil for nil, and an
// error for an error.
func keepsNil(fn *types.Func) bool { return isFunc(fn, runtimePath, "Permanent", "Transient") }

// wrapsError reports whether a function of another package is known by its name
// to make an error of an error.
func wrapsError(fn *types.Func) bool {
	if fn == nil || fn.Signature().Results().Len() != 1 || !isError(fn.Signature().Results().At(0).Type()) {
		return false
	}
	return slices.ContainsFunc([]string{"Wrap", "With", "Errorf", "New", "Trace", "Annotate", "Mark"},
		func(prefix string) bool { return strings.HasPrefix(fn.Name(), prefix) })
}

// mayReturn is false of calls after which nothing comes.
func mayReturn(info *types.Info, call *ast.CallExpr) bool {
	switch fn := typeutil.Callee(info, call).(type) {
	case *types.Builtin:
		return fn.Name() != "panic"
	case *types.Func:
		return !isFunc(fn, "os", "Exit") && !isFunc(fn, "runtime", "Goexit") &&
			!isFunc(fn, "log", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln")
	}
	return true
}
