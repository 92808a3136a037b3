package emit

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// evaluator computes the plans and rules of a generated file from its syntax
// tree, with constants as go/types has evaluated them. What it returns is what
// the compiled program would hold.
type evaluator struct {
	info  *types.Info
	rules map[string]ast.Expr // the variables rule0, rule1 and so on
}

// builtWorkflow is what one Workflow function builds.
type builtWorkflow struct {
	function *ast.FuncDecl
	plan     plan.Plan
	whens    map[int]*ast.FuncLit // the compiled rules by task
	index    func(x ast.Expr) int // evaluates a constant
}

// evaluate returns the workflows of a generated file in their order.
func evaluate(file *ast.File, info *types.Info) []builtWorkflow {
	var out []builtWorkflow
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "Workflow" {
			e := &evaluator{info, map[string]ast.Expr{}}
			out = append(out, e.workflow(fn))
		}
	}
	return out
}

func (e *evaluator) workflow(fn *ast.FuncDecl) builtWorkflow {
	b := builtWorkflow{function: fn, whens: map[int]*ast.FuncLit{}, index: e.index}
	tasks, code := map[int]ast.Expr{}, map[int]ast.Expr{}
	ast.Inspect(fn, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok {
			e.assignment(a, tasks, code)
		}
		return true
	})
	last := fn.Body.List[len(fn.Body.List)-1].(*ast.ReturnStmt).Results[0].(*ast.UnaryExpr).X.(*ast.CompositeLit)
	for _, element := range last.Elts {
		pair := element.(*ast.KeyValueExpr)
		switch pair.Key.(*ast.Ident).Name {
		case "Plan":
			e.value(pair.Value, reflect.ValueOf(&b.plan).Elem())
		case "Code":
			e.elements(pair.Value, code)
		}
	}
	if len(tasks) > 0 {
		b.plan.Tasks = make([]plan.Task, len(tasks))
		for i, x := range tasks {
			e.value(x, reflect.ValueOf(&b.plan.Tasks[i]).Elem())
		}
	}
	for i, x := range code {
		if when := field(x.(*ast.CompositeLit), "When"); when != nil {
			b.whens[i] = when.(*ast.FuncLit)
		}
	}
	return b
}

// assignment remembers rule0 := x, tasks[i] = x and code[i] = x.
func (e *evaluator) assignment(a *ast.AssignStmt, tasks, code map[int]ast.Expr) {
	switch left := a.Lhs[0].(type) {
	case *ast.Ident:
		if strings.HasPrefix(left.Name, "rule") {
			e.rules[left.Name] = a.Rhs[0]
		}
	case *ast.IndexExpr:
		to := tasks
		if strings.HasPrefix(left.X.(*ast.Ident).Name, "code") {
			to = code
		}
		to[e.index(left.Index)] = a.Rhs[0]
	}
}

// elements collects the elements of a keyed list.
func (e *evaluator) elements(x ast.Expr, to map[int]ast.Expr) {
	if list, ok := x.(*ast.CompositeLit); ok {
		for _, element := range list.Elts {
			pair := element.(*ast.KeyValueExpr)
			to[e.index(pair.Key)] = pair.Value
		}
	}
}

func field(lit *ast.CompositeLit, name string) ast.Expr {
	for _, element := range lit.Elts {
		if pair := element.(*ast.KeyValueExpr); pair.Key.(*ast.Ident).Name == name {
			return pair.Value
		}
	}
	return nil
}

func (e *evaluator) index(x ast.Expr) int {
	n, ok := constant.Int64Val(constant.ToInt(e.info.Types[x].Value))
	if !ok {
		panic(fmt.Sprintf("%T is no constant index", x))
	}
	return int(n)
}

// value evaluates an expression into a variable.
func (e *evaluator) value(x ast.Expr, to reflect.Value) {
	if c := e.info.Types[x].Value; c != nil {
		setConstant(c, to)
		return
	}
	switch x := x.(type) {
	case *ast.CompositeLit:
		if to.Kind() == reflect.Slice {
			e.slice(x, to)
			return
		}
		for _, element := range x.Elts {
			pair := element.(*ast.KeyValueExpr)
			e.value(pair.Value, to.FieldByName(pair.Key.(*ast.Ident).Name))
		}
	case *ast.CallExpr:
		if to.Type() == reflect.TypeFor[plan.Literal]() {
			to.Set(reflect.ValueOf(e.literal(x)))
			return
		}
		to.Set(reflect.ValueOf(e.node(x)))
	case *ast.Ident:
		if rule, ok := e.rules[x.Name]; ok {
			e.value(rule, to)
		}
	case *ast.SliceExpr: // a list that was built in parts
	default:
		panic(fmt.Sprintf("unexpected %T in a plan", x))
	}
}

func (e *evaluator) slice(x *ast.CompositeLit, to reflect.Value) {
	to.Set(reflect.MakeSlice(to.Type(), len(x.Elts), len(x.Elts)))
	for i, element := range x.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			i, element = e.index(pair.Key), pair.Value
		}
		e.value(element, to.Index(i))
	}
}

func setConstant(c constant.Value, to reflect.Value) {
	switch to.Kind() {
	case reflect.String:
		to.SetString(constant.StringVal(c))
	case reflect.Bool:
		to.SetBool(constant.BoolVal(c))
	case reflect.Float64:
		f, _ := constant.Float64Val(c)
		to.SetFloat(f)
	case reflect.Uint8, reflect.Uint64:
		n, _ := constant.Uint64Val(constant.ToInt(c))
		to.SetUint(n)
	default:
		n, _ := constant.Int64Val(constant.ToInt(c))
		to.SetInt(n)
	}
}

// called returns the name of the called function.
func called(x *ast.CallExpr) string { return x.Fun.(*ast.SelectorExpr).Sel.Name }

func (e *evaluator) node(x *ast.CallExpr) *plan.Node {
	n := &plan.Node{}
	for op, name := range nodeNames {
		if name == called(x) {
			n.Op = op
		}
	}
	args := x.Args
	switch {
	case called(x) == "ContextValue":
		n.Op = plan.OpValue
		e.value(args[0], reflect.ValueOf(&n.Key).Elem())
		e.value(args[1], reflect.ValueOf(&n.Cmp).Elem())
		for _, arg := range args[2:] {
			n.Literals = append(n.Literals, e.literal(arg.(*ast.CallExpr)))
		}
	case n.Op.Leaf():
		n.Task = e.index(args[0])
	default:
		for _, arg := range args {
			var child *plan.Node
			e.value(arg, reflect.ValueOf(&child).Elem())
			n.Args = append(n.Args, child)
		}
	}
	return n
}

func (e *evaluator) literal(x *ast.CallExpr) plan.Literal {
	var l plan.Literal
	for kind, name := range literalNames {
		if name == called(x) {
			l.Kind = kind
		}
	}
	if len(x.Args) > 0 {
		e.value(x.Args[0], reflect.ValueOf(&l).Elem().FieldByName(called(x)))
	}
	return l
}

// verdict runs a compiled rule for given truth values of its leaves. It returns
// the verdict, and the leaves in the order in which the rule reports them.
func (b builtWorkflow) verdict(when *ast.FuncLit, leaf func(i int) bool) (bool, []bool) {
	variables := map[string]bool{}
	count := 0
	for _, s := range when.Body.List {
		switch s := s.(type) {
		case *ast.AssignStmt:
			name := s.Lhs[0].(*ast.Ident).Name
			if strings.HasPrefix(name, "p") {
				variables[name] = leaf(count)
				count++
			} else {
				variables[name] = boolean(s.Rhs[0], variables)
			}
		case *ast.ReturnStmt:
			var bits []bool
			for _, arg := range s.Results[1].(*ast.CallExpr).Args {
				bits = append(bits, boolean(arg, variables))
			}
			return boolean(s.Results[0], variables), bits
		}
	}
	panic("compiled rule does not return")
}

// slots returns the positions of the values that each leaf of a compiled rule
// compares, without repetitions.
func (b builtWorkflow) slots(when *ast.FuncLit) [][]int {
	var out [][]int
	for _, s := range when.Body.List {
		a, ok := s.(*ast.AssignStmt)
		if !ok || !strings.HasPrefix(a.Lhs[0].(*ast.Ident).Name, "p") {
			continue
		}
		var leaf []int
		ast.Inspect(a.Rhs[0], func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok && called(c) == "Value" {
				leaf = append(leaf, b.index(c.Args[0]))
			}
			return true
		})
		out = append(out, slices.Compact(leaf))
	}
	return out
}

func boolean(x ast.Expr, variables map[string]bool) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "true" || variables[x.Name]
	case *ast.ParenExpr:
		return boolean(x.X, variables)
	case *ast.UnaryExpr:
		return !boolean(x.X, variables)
	case *ast.BinaryExpr:
		if x.Op == token.LAND {
			return boolean(x.X, variables) && boolean(x.Y, variables)
		}
		return boolean(x.X, variables) || boolean(x.Y, variables)
	}
	panic(fmt.Sprintf("unexpected %T in a verdict", x))
}
