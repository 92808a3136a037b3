package check

import (
	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// planRule returns a task's rule as the plan has it. Always is the zero rule.
func (t *task) planRule() plan.Rule {
	rule := t.expanded()
	if rule == nil {
		return plan.Rule{}
	}
	if _, always := rule.(*annotations.Always); always {
		return plan.Rule{}
	}
	return plan.Rule{
		Text: annotations.Format(t.policy.TriggerRules.V),
		Tree: t.flow.tree(rule),
	}
}

// expanded returns a task's rule without shorthands; nil if it has none.
func (t *task) expanded() annotations.Rule {
	if t.policy.TriggerRules.V == nil {
		return nil
	}
	ids := make([]string, len(t.deps))
	for i, d := range t.deps {
		ids[i] = d.id
	}
	return annotations.Expand(t.policy.TriggerRules.V, ids)
}

// tree turns an expanded rule into nodes that name tasks by their index.
func (w *workflow) tree(r annotations.Rule) *plan.Node {
	switch r := r.(type) {
	case *annotations.All:
		return &plan.Node{Op: plan.OpAll, Args: w.trees(r.Rules)}
	case *annotations.Any:
		return &plan.Node{Op: plan.OpAny, Args: w.trees(r.Rules)}
	case *annotations.None:
		return &plan.Node{Op: plan.OpNone, Args: w.trees(r.Rules)}
	case *annotations.Not:
		return &plan.Node{Op: plan.OpNot, Args: []*plan.Node{w.tree(r.Rule)}}
	case *annotations.Outcome:
		return &plan.Node{Op: outcomeOps[r.Want], Task: w.byID[r.ID.Text].index}
	case *annotations.ContextValue:
		n := &plan.Node{Op: plan.OpValue, Key: r.Key.Text, Cmp: comparisons[r.Op]}
		for _, l := range r.Literals {
			n.Literals = append(n.Literals, literal(l))
		}
		return n
	}
	return &plan.Node{Op: plan.OpAll} // always, within a larger rule
}

func (w *workflow) trees(rules []annotations.Rule) []*plan.Node {
	var nodes []*plan.Node
	for _, r := range rules {
		nodes = append(nodes, w.tree(r))
	}
	return nodes
}

func literal(l annotations.Literal) plan.Literal {
	switch l.Kind {
	case annotations.LitBool:
		return plan.Literal{Kind: plan.LitBool, Bool: l.Bool}
	case annotations.LitInt:
		return plan.Literal{Kind: plan.LitInt, Int: l.Int}
	case annotations.LitUint:
		return plan.Literal{Kind: plan.LitUint, Uint: l.Uint}
	case annotations.LitFloat:
		return plan.Literal{Kind: plan.LitFloat, Float: l.Float}
	case annotations.LitString:
		return plan.Literal{Kind: plan.LitString, String: l.String}
	}
	return plan.Literal{Kind: plan.LitNil}
}

var outcomeOps = map[annotations.TaskOutcome]plan.Op{
	annotations.Success: plan.OpTaskSuccess,
	annotations.Failed:  plan.OpTaskFailed,
	annotations.Skipped: plan.OpTaskSkipped,
}

var comparisons = map[annotations.Operator]plan.Cmp{
	annotations.Equals:         plan.CmpEquals,
	annotations.NotEquals:      plan.CmpNotEquals,
	annotations.GreaterThan:    plan.CmpGreaterThan,
	annotations.LessThan:       plan.CmpLessThan,
	annotations.GreaterOrEqual: plan.CmpGreaterOrEqual,
	annotations.LessOrEqual:    plan.CmpLessOrEqual,
	annotations.Contains:       plan.CmpContains,
	annotations.NotContains:    plan.CmpNotContains,
	annotations.Exists:         plan.CmpExists,
	annotations.NotExists:      plan.CmpNotExists,
	annotations.In:             plan.CmpIn,
	annotations.NotIn:          plan.CmpNotIn,
}
