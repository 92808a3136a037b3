package oracle

import (
	"fmt"
	"math/rand/v2"

	"github.com/cloacina-go/cloacina/annotations"
)

// program is a random Go source with annotations.
type program struct {
	declared bool
	input    []programField
	defaults string // of the trigger rules
	tasks    []programTask
	types    map[string]*goType // of the keys
}

// programField is a field of In, Out or the input.
type programField struct {
	key string
	// form is "", "pointer", "omitempty" or "omitzero".
	form string
}

type programTask struct {
	id    string
	deps  []string
	style int // of the list of dependencies
	rule  annotations.Rule
	allow bool
	// dynamic tasks have a body of operations, others structs of fields.
	dynamic bool
	body    []operation
	in, out []programField
}

// operation is what a body does to a key: get, lookup, has, set, insert, update,
// delete, default; perhaps, if it does it in some calls only. A default looks for the
// key by Has or, if it is "default lookup", by Lookup.
type operation struct {
	what, key string
	perhaps   bool
}

// gives says that it may store a value.
func (op operation) gives() bool {
	switch op.what {
	case "set", "insert", "update", "default", "default lookup":
		return true
	}
	return false
}

// programGrammar draws random sources. Its productions, each of which is counted:
//
//	program  = input task{2,5} branches? default_trigger_rules?
//	input    = undeclared | declared (required | pointer | omitempty | omitzero){0,2}
//	task     = dependencies (three spellings) rule? allow_failure? (typed | dynamic)
//	typed    = In (required | pointer | omitempty | omitzero)*  Out (the same)*
//	dynamic  = (get | lookup | has | set | insert | update | delete | default) (certain | perhaps)
//	rule     = as in grammar: both spellings, every operator, shorthand, combinator,
//	           kind of literal, JSON Pointers
//	type     = one of goTypes
type programGrammar struct {
	*grammar
	program *program
}

func newProgramGrammar(seed uint64) *programGrammar {
	return &programGrammar{grammar: &grammar{rand: rand.New(rand.NewPCG(seed, 7)), hits: make(map[string]int)}}
}

func (g *programGrammar) oneIn(n int) bool { return g.rand.IntN(n) == 0 }

func (g *programGrammar) draw() *program {
	p := &program{types: make(map[string]*goType)}
	g.program = p
	for _, key := range randomKeys {
		p.types[key] = pick(g.grammar, goTypes)
		if p.types[key].text == "any" && !g.oneIn(3) {
			p.types[key] = goTypes[g.rand.IntN(scalarTypes)]
		}
		g.hit("type " + p.types[key].text)
	}
	// Of lists and structs in the input only the shape is checked: rules about
	// what is in them are judged from above.
	if g.oneIn(3) {
		g.hit("input declared")
		p.declared = true
		for _, key := range randomKeys[:g.rand.IntN(3)] {
			p.types[key] = goTypes[g.rand.IntN(scalarTypes)]
			p.input = append(p.input, programField{key, g.form("input ")})
		}
	}
	if g.oneIn(3) {
		p.defaults = pick(g.grammar, []string{"all_success", "none_failed", "all_done", "one_success"})
		g.hit("default rule")
	}
	for i := range 2 + g.rand.IntN(4) {
		p.tasks = append(p.tasks, g.task(i))
	}
	if g.oneIn(3) {
		g.branches()
	}
	return p
}

// branches adds two or three tasks that differ in what they ask of one key.
func (g *programGrammar) branches() {
	p := g.program
	of := pick(g.grammar, p.tasks)
	above := map[string]bool{}
	p.above(of.id, above)
	keys := p.keysGiven(above)
	if len(keys) == 0 {
		return
	}
	g.hit("branches")
	key, success := pick(g.grammar, keys), g.oneIn(2)
	for range 2 + g.rand.IntN(2) {
		t := programTask{id: fmt.Sprint("t", len(p.tasks)), deps: []string{of.id}, rule: g.valueOf(key)}
		if success {
			outcome := &annotations.Outcome{Want: annotations.Success, ID: annotations.Name{Text: of.id}}
			t.rule = &annotations.All{Rules: []annotations.Rule{outcome, t.rule}, Infix: g.oneIn(2)}
		}
		p.tasks = append(p.tasks, t)
	}
}

func (g *programGrammar) form(where string) string {
	f := pick(g.grammar, []string{"", "", "", "pointer", "omitempty", "omitzero"})
	g.hit(where + "field " + f)
	return f
}

func (g *programGrammar) task(i int) programTask {
	t := programTask{id: fmt.Sprint("t", i), style: g.rand.IntN(3), allow: g.oneIn(3)}
	if t.allow {
		g.hit("allow_failure")
	}
	above := map[string]bool{}
	for _, d := range g.rand.Perm(i) {
		if g.oneIn(2) || i == 1 {
			id := g.program.tasks[d].id
			t.deps = append(t.deps, id)
			g.program.above(id, above)
		}
	}
	if len(t.deps) > 0 && !g.oneIn(4) || g.oneIn(6) && g.program.declared {
		t.rule = g.ruleFor(t.deps, above, 2)
	}
	if g.oneIn(4) {
		g.hit("dynamic")
		t.dynamic = true
		t.body = g.body()
		return t
	}
	for _, key := range randomKeys {
		if g.oneIn(4) {
			t.in = append(t.in, programField{key, g.form("in ")})
		}
		if g.oneIn(3) || i == 0 && g.oneIn(2) {
			t.out = append(t.out, programField{key, g.form("out ")})
		}
	}
	return t
}

// above collects a task and what it depends on.
func (p *program) above(id string, into map[string]bool) {
	into[id] = true
	for _, t := range p.tasks {
		if t.id == id {
			for _, d := range t.deps {
				p.above(d, into)
			}
		}
	}
}

// bodyOperations are what a body does to keys, some of it more often.
var bodyOperations = []string{
	"get", "lookup", "has", "set", "set", "insert", "update", "delete", "default", "default lookup",
}

func (g *programGrammar) body() []operation {
	var body []operation
	for _, key := range randomKeys {
		if g.oneIn(2) {
			continue
		}
		op := operation{pick(g.grammar, bodyOperations), key, g.oneIn(3)}
		g.hit("body " + op.what)
		if op.perhaps {
			g.hit("body perhaps")
		}
		body = append(body, op)
	}
	return body
}

// ruleFor draws a rule about tasks above and keys that they or the input give.
func (g *programGrammar) ruleFor(deps []string, above map[string]bool, depth int) annotations.Rule {
	if depth > 0 && g.oneIn(2) {
		infix := g.oneIn(2)
		op := pick(g.grammar, []string{"all", "any", "none", "not"})
		g.hit(op)
		if op == "not" {
			return &annotations.Not{Rule: g.ruleFor(deps, above, depth-1), Infix: infix}
		}
		rules := []annotations.Rule{g.ruleFor(deps, above, depth-1), g.ruleFor(deps, above, depth-1)}
		switch op {
		case "all":
			return &annotations.All{Rules: rules, Infix: infix}
		case "any":
			return &annotations.Any{Rules: rules, Infix: infix}
		}
		return &annotations.None{Rules: rules}
	}
	keys := g.program.keysGiven(above)
	switch n := g.rand.IntN(6); {
	case n < 2 && len(deps) > 0:
		want := pick(g.grammar, []annotations.TaskOutcome{annotations.Success, annotations.Failed, annotations.Skipped})
		g.hit(fmt.Sprint("outcome ", want))
		return &annotations.Outcome{Want: want, ID: annotations.Name{Text: pick(g.grammar, deps), Quoted: g.oneIn(2)}}
	case n == 2 && len(deps) > 0:
		kind := annotations.AllSuccess + annotations.ShorthandKind(g.rand.IntN(9))
		g.hit(kind.String())
		return &annotations.Shorthand{Kind: kind}
	case len(keys) > 0:
		return g.valueOf(pick(g.grammar, keys))
	}
	g.hit("word always")
	return &annotations.Always{}
}

// keysGiven are the keys that some task above or the input gives.
func (p *program) keysGiven(above map[string]bool) []string {
	given := map[string]bool{}
	for _, f := range p.input {
		given[f.key] = true
	}
	for _, t := range p.tasks {
		for _, f := range t.out {
			given[f.key] = given[f.key] || above[t.id]
		}
		for _, op := range t.body {
			given[op.key] = given[op.key] || above[t.id] && op.gives()
		}
	}
	var keys []string
	for _, key := range randomKeys {
		if given[key] {
			keys = append(keys, key)
		}
	}
	return keys
}

func (g *programGrammar) valueOf(key string) annotations.Rule {
	typ := g.program.types[key]
	v := &annotations.ContextValue{Key: annotations.Key{Text: key}, Op: annotations.Equals + annotations.Operator(g.rand.IntN(int(annotations.NotIn)))}
	if len(typ.paths) > 0 {
		g.hit("pointer")
		v.Key.Text = "/" + key + pick(g.grammar, typ.paths)
	}
	g.hit(v.Op.String())
	literals := 1
	switch v.Op {
	case annotations.Exists, annotations.NotExists:
		return v
	case annotations.In, annotations.NotIn:
		literals += g.rand.IntN(3)
	}
	for range literals {
		l := pick(g.grammar, typ.literals)
		if g.oneIn(12) {
			l = annotations.Literal{} // nil
		}
		g.hit(fmt.Sprint("literal ", literalNames[l.Kind]))
		v.Literals = append(v.Literals, l)
	}
	_, infix := v.Op.Symbol()
	v.Infix = infix && g.oneIn(2)
	return v
}

var literalNames = map[annotations.LiteralKind]string{
	annotations.LitNil: "nil", annotations.LitBool: "bool", annotations.LitInt: "int", annotations.LitUint: "uint",
	annotations.LitFloat: "float", annotations.LitString: "string",
}
