package oracle

import (
	"fmt"
	"math/rand/v2"

	"github.com/cloacina-go/cloacina/annotations"
)

// sources are the tasks that random rules ask about.
var sources = []string{"s0", "s1", "s2"}

// keys are the keys that random rules test, plain and as JSON Pointers.
var keys = []string{"k0", "k1", "k2", "k3", "/k0/a", "/k1/0", "/k2/a/1", "/k3"}

// baseKeys are the context keys behind them.
var baseKeys = keys[:4]

// values are what the keys hold in random states: every JSON kind, and numbers
// where comparing through float64 would go wrong.
var values = []string{
	`null`, `true`, `false`, `0`, `-1`, `80`, `80.0`, `8e1`, `80.5`, `81`,
	`9007199254740992`, `9007199254740993`, `18446744073709551615`, `-9223372036854775808`, `1e400`, `0.1`,
	`""`, `"a"`, `"b"`, `"ab"`, `"\u00e9"`, `"80"`,
	`[]`, `[1,"a",null]`, `[80,true]`, `["a",[1]]`, `{}`, `{"a":80}`, `{"a":"a"}`, `{"a":[0,"b"]}`, `{"b":null}`,
}

// literals are what random rules compare with, close to the values.
var literals = []annotations.Literal{
	{Kind: annotations.LitNil},
	{Kind: annotations.LitBool, Bool: true},
	{Kind: annotations.LitBool},
	{Kind: annotations.LitInt},
	{Kind: annotations.LitInt, Int: -1},
	{Kind: annotations.LitInt, Int: 80},
	{Kind: annotations.LitInt, Int: 9007199254740993},
	{Kind: annotations.LitUint, Uint: 18446744073709551615},
	{Kind: annotations.LitFloat, Float: 80},
	{Kind: annotations.LitFloat, Float: 80.5},
	{Kind: annotations.LitFloat, Float: 0.1},
	{Kind: annotations.LitString, String: ""},
	{Kind: annotations.LitString, String: "a"},
	{Kind: annotations.LitString, String: "b"},
	{Kind: annotations.LitString, String: "é"},
	{Kind: annotations.LitString, String: "80"},
}

// grammar draws random rules and counts how often it used each production.
type grammar struct {
	rand *rand.Rand
	hits map[string]int
}

func pick[T any](g *grammar, list []T) T { return list[g.rand.IntN(len(list))] }

func (g *grammar) hit(name string) { g.hits[name]++ }

// rule draws a rule of at most the given depth.
func (g *grammar) rule(depth int) annotations.Rule {
	if depth == 0 || g.rand.IntN(4) == 0 {
		return g.leaf()
	}
	infix := g.rand.IntN(2) == 0
	switch g.rand.IntN(4) {
	case 0:
		g.hit("all")
		return &annotations.All{Rules: g.rules(depth), Infix: infix}
	case 1:
		g.hit("any")
		return &annotations.Any{Rules: g.rules(depth), Infix: infix}
	case 2:
		g.hit("none")
		return &annotations.None{Rules: g.rules(depth)}
	default:
		g.hit("not")
		return &annotations.Not{Rule: g.rule(depth - 1), Infix: infix}
	}
}

// rules draws the operands of an operator. At least two, which both spellings allow.
func (g *grammar) rules(depth int) []annotations.Rule {
	rules := make([]annotations.Rule, 2+g.rand.IntN(2))
	for i := range rules {
		rules[i] = g.rule(depth - 1)
	}
	return rules
}

func (g *grammar) leaf() annotations.Rule {
	switch g.rand.IntN(8) {
	case 0, 1:
		want := pick(g, []annotations.TaskOutcome{annotations.Success, annotations.Failed, annotations.Skipped})
		g.hit(fmt.Sprint("outcome ", want))
		return &annotations.Outcome{Want: want, ID: annotations.Name{Text: pick(g, sources), Quoted: true}}
	case 2:
		kind := pick(g, []annotations.ShorthandKind{
			annotations.AllSuccess, annotations.AllFailed, annotations.AllSkipped, annotations.AllDone,
			annotations.OneSuccess, annotations.OneFailed, annotations.NoneFailed, annotations.NoneSkipped,
			annotations.NoneFailedMinOneSuccess,
		})
		g.hit(kind.String())
		return &annotations.Shorthand{Kind: kind}
	default:
		return g.value()
	}
}

func (g *grammar) value() annotations.Rule {
	op := annotations.Equals + annotations.Operator(g.rand.IntN(int(annotations.NotIn)))
	g.hit(op.String())
	v := &annotations.ContextValue{Key: annotations.Key{Text: pick(g, keys)}, Op: op}
	switch op {
	case annotations.Exists, annotations.NotExists:
	case annotations.In, annotations.NotIn:
		for range 1 + g.rand.IntN(3) {
			v.Literals = append(v.Literals, g.literal())
		}
	default:
		v.Literals = []annotations.Literal{g.literal()}
		_, infix := op.Symbol()
		v.Infix = infix && g.rand.IntN(2) == 0
	}
	return v
}

func (g *grammar) literal() annotations.Literal {
	l := pick(g, literals)
	g.hit(fmt.Sprint("literal ", l.Text()))
	return l
}

// state is one situation in which rules are decided: how the sources end, and
// what the keys hold.
type state struct {
	Outcomes map[string]annotations.TaskOutcome
	Values   map[string]string
}

func (g *grammar) state() state {
	s := state{Outcomes: map[string]annotations.TaskOutcome{}, Values: map[string]string{}}
	for _, id := range sources {
		s.Outcomes[id] = pick(g, []annotations.TaskOutcome{annotations.Success, annotations.Failed, annotations.Skipped})
	}
	for _, key := range baseKeys {
		if g.rand.IntN(5) > 0 {
			s.Values[key] = pick(g, values)
		}
	}
	return s
}

// The state is the reference evaluator's view.

func (s state) Outcome(id string) annotations.TaskOutcome { return s.Outcomes[id] }

func (s state) Value(key string) ([]byte, bool) {
	v, ok := s.Values[key]
	return []byte(v), ok
}

func (s state) Dependencies() []string { return sources }
