package cloacina

import "github.com/cloacina-go/cloacina/internal/plan"

// The parts of a workflow's plan. Generated code writes plans as literals of
// these types; programs read them to learn what was compiled.
type (
	// Plan is a workflow as compiled from annotations: plain data, without functions.
	Plan = plan.Plan
	// PlanInput is one declared key of the initial context.
	PlanInput = plan.Input
	// PlanTask is one task: a node of the graph.
	PlanTask = plan.Task
	// PlanRead is a key that a task or its rule looks at.
	PlanRead = plan.Read
	// PlanWrite is a key that a task may write.
	PlanWrite = plan.Write
	// Retry is the retry policy of a task.
	Retry = plan.Retry
	// Rule is a trigger rule; the zero value is "always".
	Rule = plan.Rule
	// RuleNode is one node of a rule's tree.
	RuleNode = plan.Node
	// Comparison is what context_value asks of a value.
	Comparison = plan.Cmp
	// Literal is a constant of a rule.
	Literal = plan.Literal
	// Leaves are the truth values of a rule's leaves at a decision.
	Leaves = plan.Leaves
)

// How retry delays grow: d*2^(n-1), d*n and d after failed attempt n.
const (
	Exponential = plan.Exponential
	Linear      = plan.Linear
	Fixed       = plan.Fixed
)

// Which errors are followed by a retry. RetryIf leaves it to [TaskCode.RetryIf].
const (
	RetryAll       = plan.RetryAll
	RetryNever     = plan.RetryNever
	RetryTransient = plan.RetryTransient
	RetryMatching  = plan.RetryMatching
	RetryIf        = plan.RetryIf
)

// The comparisons of context_value.
const (
	Equals         = plan.CmpEquals
	NotEquals      = plan.CmpNotEquals
	GreaterThan    = plan.CmpGreaterThan
	LessThan       = plan.CmpLessThan
	GreaterOrEqual = plan.CmpGreaterOrEqual
	LessOrEqual    = plan.CmpLessOrEqual
	Contains       = plan.CmpContains
	NotContains    = plan.CmpNotContains
	Exists         = plan.CmpExists
	NotExists      = plan.CmpNotExists
	In             = plan.CmpIn
	NotIn          = plan.CmpNotIn
)

// All is the rule that is true when every operand is.
func All(rules ...*RuleNode) *RuleNode { return &RuleNode{Op: plan.OpAll, Args: rules} }

// Any is the rule that is true when an operand is.
func Any(rules ...*RuleNode) *RuleNode { return &RuleNode{Op: plan.OpAny, Args: rules} }

// None is the rule that is true when no operand is.
func None(rules ...*RuleNode) *RuleNode { return &RuleNode{Op: plan.OpNone, Args: rules} }

// Not is the negation of a rule.
func Not(rule *RuleNode) *RuleNode { return &RuleNode{Op: plan.OpNot, Args: []*RuleNode{rule}} }

// TaskSuccess is the condition that a task, given by its index, completed.
func TaskSuccess(task int) *RuleNode { return &RuleNode{Op: plan.OpTaskSuccess, Task: task} }

// TaskFailed is the condition that a task failed for good.
func TaskFailed(task int) *RuleNode { return &RuleNode{Op: plan.OpTaskFailed, Task: task} }

// TaskSkipped is the condition that a task was skipped.
func TaskSkipped(task int) *RuleNode { return &RuleNode{Op: plan.OpTaskSkipped, Task: task} }

// ContextValue is a condition on a context value. The key is a name or, if it
// starts with a slash, a JSON Pointer (RFC 6901) whose first token is the name.
func ContextValue(key string, cmp Comparison, literals ...Literal) *RuleNode {
	return &RuleNode{Op: plan.OpValue, Key: key, Cmp: cmp, Literals: literals}
}

// Nil is the literal nil: JSON's null.
func Nil() Literal { return Literal{Kind: plan.LitNil} }

// Bool is a boolean literal.
func Bool(b bool) Literal { return Literal{Kind: plan.LitBool, Bool: b} }

// Int is an integer literal.
func Int(n int64) Literal { return Literal{Kind: plan.LitInt, Int: n} }

// Uint is an integer literal beyond int64.
func Uint(n uint64) Literal { return Literal{Kind: plan.LitUint, Uint: n} }

// Float is a floating-point literal.
func Float(f float64) Literal { return Literal{Kind: plan.LitFloat, Float: f} }

// String is a string literal.
func String(s string) Literal { return Literal{Kind: plan.LitString, String: s} }

// LeavesOf packs the truth values of a rule's leaves, in the order in which
// the leaves stand in the rule.
func LeavesOf(bits ...bool) Leaves { return plan.LeavesOf(bits...) }
