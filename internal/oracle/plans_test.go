package oracle

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// randomTypes are the types of values in random plans.
var randomTypes = []struct {
	name string
	typ  *domain.Type
}{
	{"int", integers(math.MinInt64, math.MaxInt64)},
	{"uint8", integers(0, math.MaxUint8)},
	{"int8", integers(math.MinInt8, math.MaxInt8)},
	{"uint64", integers(0, math.MaxUint64)},
	{"float64", numbers(domain.Floats)},
	{"float32", numbers(domain.Floats32)},
	{"json.Number", numbers(domain.Decimals)},
	{"string", &domain.Type{Kinds: domain.String, Len: -1}},
	{"bool", &domain.Type{Kinds: domain.Bool, Len: -1}},
	{"null or int", orNull(integers(math.MinInt64, math.MaxInt64))},
	{"null or string", &domain.Type{Kinds: domain.String | domain.Null, Len: -1}},
	{"struct", structOf(
		domain.Field{Name: "a", Type: integers(math.MinInt64, math.MaxInt64)},
		domain.Field{Name: "b", Type: &domain.Type{Kinds: domain.String, Len: -1}, Optional: true},
	)},
	{"struct of struct", structOf(domain.Field{Name: "a", Optional: true, Type: orNull(structOf(
		domain.Field{Name: "b", Type: numbers(domain.Floats)}))})},
	{"list", &domain.Type{Kinds: domain.Array | domain.Null, Len: -1, Elem: integers(math.MinInt64, math.MaxInt64)}},
	{"pair", &domain.Type{Kinds: domain.Array, Len: 2, Elem: &domain.Type{Kinds: domain.String, Len: -1}}},
	{"map", &domain.Type{Kinds: domain.Object | domain.Null, Len: -1, Elem: integers(0, math.MaxUint8)}},
	{"int not 0", nonZero(integers(math.MinInt64, math.MaxInt64))},
	{"string not empty", nonZero(&domain.Type{Kinds: domain.String, Len: -1})},
	{"true", nonZero(&domain.Type{Kinds: domain.Bool, Len: -1})},
	{"any", domain.Any},
}

func nonZero(t *domain.Type) *domain.Type {
	t.NonZero = true
	return t
}

func integers(least int64, most uint64) *domain.Type {
	return &domain.Type{Kinds: domain.Number, Numbers: domain.Numbers{Kind: domain.Integers, Min: least, Max: most}, Len: -1}
}

func numbers(kind domain.NumberKind) *domain.Type {
	return &domain.Type{Kinds: domain.Number, Numbers: domain.Numbers{Kind: kind}, Len: -1}
}

func orNull(t *domain.Type) *domain.Type {
	c := *t
	c.Kinds |= domain.Null
	return &c
}

func structOf(fields ...domain.Field) *domain.Type {
	return &domain.Type{Kinds: domain.Object, Struct: true, Fields: fields, Len: -1}
}

// randomKeys are the context keys of random plans, and what rules look at in them.
var randomKeys = []string{"k0", "k1", "k2"}

// In randomPaths "." stands for the pointer to the whole value.
var randomPaths = []string{"", "", "", "", "", "", ".", "/a", "/0", "/1", "/a/b", "/b"}

// randomLiterals come in families, so that those of one workflow are near one another.
var randomLiterals = [][]plan.Literal{
	{{Kind: plan.LitInt, Int: 79}, {Kind: plan.LitInt, Int: 80}, {Kind: plan.LitInt, Int: 81}, {Kind: plan.LitFloat, Float: 80.5},
		{Kind: plan.LitFloat, Float: 80}, {Kind: plan.LitFloat, Float: 80.00000000000001}},
	{{Kind: plan.LitInt, Int: 0}, {Kind: plan.LitInt, Int: -1}, {Kind: plan.LitInt, Int: 1}, {Kind: plan.LitInt, Int: -128},
		{Kind: plan.LitInt, Int: 127}, {Kind: plan.LitInt, Int: 255}, {Kind: plan.LitInt, Int: 256}, {Kind: plan.LitFloat, Float: 0.1}},
	{{Kind: plan.LitInt, Int: math.MaxInt64}, {Kind: plan.LitInt, Int: math.MinInt64}, {Kind: plan.LitUint, Uint: math.MaxUint64},
		{Kind: plan.LitUint, Uint: math.MaxInt64 + 1}, {Kind: plan.LitInt, Int: 1<<53 + 1}, {Kind: plan.LitInt, Int: 1 << 53},
		{Kind: plan.LitFloat, Float: math.MaxFloat64}, {Kind: plan.LitFloat, Float: math.MaxFloat32}, {Kind: plan.LitFloat, Float: 5e-324}},
	{{Kind: plan.LitString}, {Kind: plan.LitString, String: "a"}, {Kind: plan.LitString, String: "b"},
		{Kind: plan.LitString, String: "a\x00"}, {Kind: plan.LitString, String: "ab"}, {Kind: plan.LitString, String: "é"}},
	{{Kind: plan.LitNil}, {Kind: plan.LitBool, Bool: true}, {Kind: plan.LitBool}, {Kind: plan.LitInt, Int: 80}, {Kind: plan.LitString, String: "a"}},
}

// planGrammar draws random plans. Its productions, each of which is counted:
//
//	plan     = input task{1,6}
//	input    = undeclared | declared (required | optional | default){0,2}
//	task     = dependencies rule (allow_failure)? (open | reads writes) (walk)?
//	rule     = always | tree of depth at most 3
//	tree     = value | all | any | none | not | task_success | task_failed | task_skipped
//	value    = of a key or JSON Pointer, with every comparison and kind of literal
//	read     = required | optional, of a key
//	write    = always | optional | deletes | fills, of a key with one of the random types
type planGrammar struct {
	*grammar
	family []plan.Literal
	typs   []*domain.Type
	paths  []string
}

func newPlanGrammar(seed uint64) *planGrammar {
	return &planGrammar{grammar: &grammar{rand: rand.New(rand.NewPCG(seed, 5)), hits: make(map[string]int)}}
}

// oneIn is true once in n times.
func (g *planGrammar) oneIn(n int) bool { return g.rand.IntN(n) == 0 }

func (g *planGrammar) sketch() *sketch {
	g.family = pick(g.grammar, randomLiterals)
	g.typs, g.paths = nil, nil
	for range 2 {
		t := pick(g.grammar, randomTypes)
		g.typs = append(g.typs, t.typ)
		g.paths = append(g.paths, pick(g.grammar, randomPaths))
	}
	s := &sketch{declared: g.oneIn(2)}
	if s.declared {
		g.hit("input declared")
		for _, key := range randomKeys[:g.rand.IntN(3)] {
			s.input = append(s.input, g.input(key))
		}
	} else {
		g.hit("input undeclared")
	}
	ids := g.rand.Perm(26)
	n := 1 + g.rand.IntN(4) + g.rand.IntN(3)
	for i := range n {
		s.tasks = append(s.tasks, g.task(s, i, fmt.Sprintf("%c", 'a'+ids[i])))
	}
	return s
}

func (g *planGrammar) typ() *domain.Type {
	t := pick(g.grammar, g.typs)
	if g.oneIn(4) {
		t = pick(g.grammar, randomTypes).typ
	}
	g.hit("type " + typeText(t))
	return t
}

func (g *planGrammar) input(key string) sketchInput {
	in := sketchInput{plan.Input{Name: key, Shape: "any"}, g.typ()}
	switch g.rand.IntN(3) {
	case 0:
		g.hit("input required")
	case 1:
		g.hit("input optional")
		in.Optional = true
	default:
		g.hit("input default")
		var s samples
		for in.Default == "" || in.Default == "null" { // which would be no default
			in.Optional, in.Default = true, pick(g.grammar, s.of(in.typ, nil))
		}
	}
	return in
}

func (g *planGrammar) task(s *sketch, i int, id string) sketchTask {
	t := sketchTask{id: id, allow: g.oneIn(3), walk: g.oneIn(6)}
	if t.allow {
		g.hit("allow_failure")
	}
	if t.walk {
		g.hit("walk")
	}
	ancestors := make([]bool, i)
	for _, d := range g.rand.Perm(i) {
		if g.oneIn(2) || i == 1 && !g.oneIn(3) {
			t.deps = append(t.deps, d)
			ancestors[d] = true
		}
	}
	for a := i - 1; a >= 0; a-- {
		if ancestors[a] {
			for _, d := range s.tasks[a].deps {
				ancestors[d] = true
			}
		}
	}
	var named []int
	for a, is := range ancestors {
		if is {
			named = append(named, a)
		}
	}
	if g.oneIn(4) {
		g.hit("always")
	} else {
		t.tree = g.tree(3, named)
	}
	if g.oneIn(25) {
		g.hit("open")
		t.open = true
		return t
	}
	for _, key := range randomKeys {
		if g.oneIn(5) {
			rd := plan.Read{Key: key, Shape: "any", Optional: g.oneIn(2)}
			g.hit(map[bool]string{true: "read optional", false: "read required"}[rd.Optional])
			t.reads = append(t.reads, rd)
		}
		if g.oneIn(3) {
			t.writes = append(t.writes, g.write(key))
		}
	}
	return t
}

func (g *planGrammar) write(key string) sketchWrite {
	w := sketchWrite{plan.Write{Key: key, Shape: "any"}, g.typ()}
	switch g.rand.IntN(7) {
	case 6:
		g.hit("write fills")
		w.Fills, w.Optional = true, true
	case 0, 1:
		g.hit("write optional")
		w.Optional = true
	case 2:
		g.hit("write deletes")
		w.Deletes, w.Optional = true, true
		if g.oneIn(2) {
			g.hit("write only deletes")
			w.Shape = ""
		}
	default:
		g.hit("write always")
	}
	return w
}

func (g *planGrammar) tree(depth int, named []int) *plan.Node {
	if depth == 0 || g.oneIn(2) {
		return g.treeLeaf(named)
	}
	op := plan.OpAll + plan.Op(g.rand.IntN(4))
	g.hit("tree " + op.String())
	n := &plan.Node{Op: op}
	args := g.rand.IntN(3) + 1
	switch {
	case op == plan.OpNot:
		args = 1
	case g.oneIn(20):
		args = 0
		g.hit("tree without operands")
	}
	for range args {
		n.Args = append(n.Args, g.tree(depth-1, named))
	}
	return n
}

func (g *planGrammar) treeLeaf(named []int) *plan.Node {
	if len(named) > 0 && g.oneIn(2) {
		op := plan.OpTaskSuccess + plan.Op(g.rand.IntN(3))
		g.hit("tree " + op.String())
		return &plan.Node{Op: op, Task: pick(g.grammar, named)}
	}
	key := pick(g.grammar, randomKeys[:2])
	if path := pick(g.grammar, g.paths); path != "" {
		key = "/" + key + strings.TrimPrefix(path, ".")
		g.hit("pointer")
	}
	n := &plan.Node{Op: plan.OpValue, Key: key, Cmp: plan.CmpEquals + plan.Cmp(g.rand.IntN(int(plan.CmpNotIn)))}
	g.hit("compare " + n.Cmp.String())
	literals := 1
	switch n.Cmp {
	case plan.CmpExists, plan.CmpNotExists:
		literals = 0
	case plan.CmpIn, plan.CmpNotIn:
		literals += g.rand.IntN(3)
	}
	for range literals {
		l := pick(g.grammar, g.family)
		g.hit("literal " + l.Kind.String())
		n.Literals = append(n.Literals, l)
	}
	return n
}
