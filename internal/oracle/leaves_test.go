package oracle

import (
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// alone is a view of a context with one key.
type alone struct{ value []byte }

func (alone) Outcome(string) annotations.TaskOutcome { return annotations.Success }

func (v alone) Value(string) ([]byte, bool) { return v.value, v.value != nil }

// holds decides a comparison of a value by the reference evaluator; "" is no value.
func (c comparison) holds(value string) bool {
	key := "/key"
	for _, token := range c.path {
		key += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
	}
	var v alone
	if value != "" {
		v.value = []byte(value)
	}
	return annotations.Eval(c.rule(key), v)
}

// rule is the comparison as a rule of the annotation language.
func (c comparison) rule(key string) *annotations.ContextValue {
	r := &annotations.ContextValue{Key: annotations.Key{Text: key}, Op: operators[c.cmp.String()]}
	for _, l := range c.literals {
		r.Literals = append(r.Literals, annotations.Literal{
			Kind: literalKinds[l.Kind], Bool: l.Bool, Int: l.Int, Uint: l.Uint, Float: l.Float, String: l.String,
		})
	}
	return r
}

var operators = func() map[string]annotations.Operator {
	m := make(map[string]annotations.Operator)
	for o := annotations.Equals; o <= annotations.NotIn; o++ {
		m[o.String()] = o
	}
	return m
}()

var literalKinds = map[plan.LiteralKind]annotations.LiteralKind{
	plan.LitNil: annotations.LitNil, plan.LitBool: annotations.LitBool, plan.LitInt: annotations.LitInt,
	plan.LitUint: annotations.LitUint, plan.LitFloat: annotations.LitFloat, plan.LitString: annotations.LitString,
}

// leafTable knows the truth of every leaf of a plan for every value that has
// been asked about.
type leafTable struct {
	// comparisons are the leaves that look at a key, by task and number; others
	// are empty.
	comparisons [][]comparison
	// about lists the leaves that look at a context key.
	about map[string][]leafAt
	// truths remembers what the evaluator said.
	truths map[leafAt]map[string]bool
}

// leafAt is the place of a leaf.
type leafAt struct{ task, number int }

func newLeafTable(p *plan.Plan) *leafTable {
	l := &leafTable{
		comparisons: make([][]comparison, len(p.Tasks)),
		about:       make(map[string][]leafAt),
		truths:      make(map[leafAt]map[string]bool),
	}
	for i := range p.Tasks {
		for n, leaf := range p.Tasks[i].Rule.Tree.Leaves() {
			c := comparison{cmp: leaf.Cmp, literals: leaf.Literals}
			if leaf.Op == plan.OpValue {
				at, key := leafAt{i, n}, annotations.Key{Text: leaf.Key}
				c.path = key.Path()
				l.about[key.Base()] = append(l.about[key.Base()], at)
				l.truths[at] = make(map[string]bool)
			}
			l.comparisons[i] = append(l.comparisons[i], c)
		}
	}
	return l
}

// part is a part of a value that the rule of a task compares.
type part struct {
	task int
	key  string
}

// askParts lets the table tell apart as well whether the parts that leaves look at
// are there, and returns where it knows that of each.
func (l *leafTable) askParts(p *plan.Plan) map[part]leafAt {
	asked := make(map[part]leafAt)
	for i := range p.Tasks {
		for _, leaf := range p.Tasks[i].Rule.Tree.Leaves() {
			key := annotations.Key{Text: leaf.Key}
			if _, again := asked[part{i, leaf.Key}]; again || leaf.Op != plan.OpValue || len(key.Path()) == 0 {
				continue
			}
			at := leafAt{i, len(l.comparisons[i])}
			l.comparisons[i] = append(l.comparisons[i], comparison{path: key.Path(), cmp: plan.CmpExists})
			l.about[key.Base()] = append(l.about[key.Base()], at)
			l.truths[at] = make(map[string]bool)
			asked[part{i, leaf.Key}] = at
		}
	}
	return asked
}

// truth is that of a leaf for the value of its key; "" stands for none.
func (l *leafTable) truth(at leafAt, value string) bool {
	known := l.truths[at]
	v, ok := known[value]
	if !ok {
		v = l.comparisons[at.task][at.number].holds(value)
		known[value] = v
	}
	return v
}

// all lists the comparisons that rules make with a context key.
func (l *leafTable) all(key string) []comparison {
	var list []comparison
	for _, at := range l.about[key] {
		list = append(list, l.comparisons[at.task][at.number])
	}
	return list
}

// different returns one of all values that no leaf tells apart.
func (l *leafTable) different(key string, values []string) []string {
	seen := make(map[string]bool)
	var list []string
	for _, v := range values {
		var truths strings.Builder
		for _, at := range l.about[key] {
			if l.truth(at, v) {
				truths.WriteByte('1')
			} else {
				truths.WriteByte('0')
			}
		}
		if !seen[truths.String()] {
			seen[truths.String()] = true
			list = append(list, v)
		}
	}
	return list
}

// literalsOf is a literal of the annotation language as plans have it.
func literalsOf(l annotations.Literal) []plan.Literal {
	for kind, same := range literalKinds {
		if same == l.Kind {
			return []plan.Literal{{Kind: kind, Bool: l.Bool, Int: l.Int, Uint: l.Uint, Float: l.Float, String: l.String}}
		}
	}
	panic("no such kind")
}
