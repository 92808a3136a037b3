package body

import (
	"go/ast"
	"go/constant"
	"go/types"
)

// asks is what a function asks of other tasks, by itself.
type asks struct {
	// outcomes are calls of Outcome with a constant id.
	outcomes []Ask
	// callees are the functions of the package that get the context of the task,
	// or what the runner tells about it.
	callees []*types.Func
}

// Ask is a place at which the outcome of a task is asked for.
type Ask struct {
	// ID is the id of that task.
	ID string
	// At is the constant with the id.
	At ast.Expr
}

// Asks returns where a function asks for outcomes of tasks, by itself or in
// functions of the package that it calls.
func (a *Package) Asks(fn *types.Func) []Ask {
	var found []Ask
	seen := map[*types.Func]bool{fn: true}
	todo := []*types.Func{fn}
	for len(todo) > 0 {
		q := a.asksOf(todo[0])
		todo = todo[1:]
		found = append(found, q.outcomes...)
		for _, callee := range q.callees {
			if !seen[callee] {
				seen[callee] = true
				todo = append(todo, callee)
			}
		}
	}
	return found
}

// asksOf looks at a function, once.
func (a *Package) asksOf(fn *types.Func) *asks {
	if q := a.asked[fn]; q != nil {
		return q
	}
	q := &asks{}
	a.asked[fn] = q
	decl := a.decls[fn]
	if decl == nil {
		return q
	}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			a.ask(q, call)
		}
		return true
	})
	return q
}

func (a *Package) ask(q *asks, call *ast.CallExpr) {
	info := a.info
	fn := calleeOf(info, call)
	switch {
	case fn == nil:
	case fn.Name() == "Outcome" && isMethodOf(fn, "TaskInfo") && len(call.Args) == 1:
		v := info.Types[call.Args[0]].Value
		if v != nil && v.Kind() == constant.String {
			q.outcomes = append(q.outcomes, Ask{constant.StringVal(v), call.Args[0]})
		}
	case a.decls[fn] != nil:
		for _, arg := range call.Args {
			if t := info.TypeOf(arg); t != nil && carriesTask(t) {
				q.callees = append(q.callees, fn)
				break
			}
		}
	}
}

// isMethodOf reports whether a function is a method of a type of the runtime.
func isMethodOf(fn *types.Func, name string) bool {
	recv := fn.Signature().Recv()
	if recv == nil {
		return false
	}
	t := recv.Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	return isNamed(t, runtimePath, name)
}

// carriesTask reports whether a value of that type leads to the task.
func carriesTask(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	return isNamed(t, "context", "Context") || isNamed(t, runtimePath, "TaskInfo")
}
