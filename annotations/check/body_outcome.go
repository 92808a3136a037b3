package check

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
)

// asks is what a function asks of other tasks, by itself.
type asks struct {
	// outcomes are calls of Outcome with a constant id.
	outcomes []outcomeAsk
	// callees are the functions of the package that get the context of the task,
	// or what the runner tells about it.
	callees []*types.Func
}

type outcomeAsk struct {
	id string
	at ast.Expr
}

// checkAsked reports tasks that ask for the outcome of one that is not their
// ancestor, by themselves or in functions of the package that they call.
func (c *checker) checkAsked(w *workflow) {
	if c.src.Info.Uses == nil {
		return
	}
	a := c.bodies()
	for _, t := range w.order {
		seen := map[*types.Func]bool{t.fn: true}
		todo := []*types.Func{t.fn}
		for len(todo) > 0 {
			fn := todo[0]
			todo = todo[1:]
			q := a.asksOf(fn)
			for _, o := range q.outcomes {
				c.checkOutcome(t, o)
			}
			for _, callee := range q.callees {
				if !seen[callee] {
					seen[callee] = true
					todo = append(todo, callee)
				}
			}
		}
	}
}

// asksOf looks at a function, once.
func (a *bodies) asksOf(fn *types.Func) *asks {
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

func (a *bodies) ask(q *asks, call *ast.CallExpr) {
	info := a.c.src.Info
	fn := calleeOf(info, call)
	switch {
	case fn == nil:
	case fn.Name() == "Outcome" && isMethodOf(fn, "TaskInfo") && len(call.Args) == 1:
		v := info.Types[call.Args[0]].Value
		if v != nil && v.Kind() == constant.String {
			q.outcomes = append(q.outcomes, outcomeAsk{constant.StringVal(v), call.Args[0]})
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

func (c *checker) checkOutcome(t *task, o outcomeAsk) {
	w := t.flow
	other := w.byID[o.id]
	switch {
	case other == nil:
		f := found(annotations.CodeOutcomeAncestor, c.node(o.at),
			"task %q asks for the outcome of the unknown task %q", t.id, o.id)
		if meant := annotations.Suggest(o.id, w.ancestorIDs(t)); meant != "" {
			f.Message += "; did you mean " + strconv.Quote(meant) + "?"
			if _, literal := ast.Unparen(o.at).(*ast.BasicLit); literal {
				f.Fixes = append(f.Fixes, replace(c.node(o.at), strconv.Quote(meant), "change to %s", meant))
			}
		}
		c.report(w, f)
	case other == t:
		c.report(w, found(annotations.CodeOutcomeAncestor, c.node(o.at),
			"task %q asks for its own outcome, which is not known before it ends", t.id))
	case !w.ancestry.before(other, t):
		f := found(annotations.CodeOutcomeAncestor, c.node(o.at),
			"task %q asks for the outcome of %q, which need not have ended: it is not among the tasks that %q "+
				"depends on",
			t.id, o.id, t.id)
		f.Related = []annotations.Related{related(other.decl.Target, "%s is declared here", other.id)}
		if !w.ancestry.before(t, other) {
			f.Fixes = append(f.Fixes, addDependency(t, other))
		}
		c.report(w, f)
	}
}

// ancestorIDs are the ids of the tasks that a task depends on, directly or not.
func (w *workflow) ancestorIDs(t *task) []string {
	var ids []string
	for _, other := range w.order[:t.index] {
		if w.ancestry.before(other, t) {
			ids = append(ids, other.id)
		}
	}
	return ids
}
