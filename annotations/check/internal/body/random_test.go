package body

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// The functions of this test are made of these statements, printed as Go for
// the checker, and executed by a small interpreter in every way they can go.
// Grammar: a function is a list of statements; a statement is
//
//	assignment of whether a key is there, by Has or Lookup, to a bool
//	use of a key by each method, whose error is returned, wrapped, kept in a
//	variable, looked at, or dropped
//	if / if else over a choice, the error variable, the bool, Has, or Lookup
//	for with a choice before each round, with break and continue
//	switch over a choice, with and without default
//	switch over the error variable, or over a use of a key
//	range over errors into the error variable
//	return of nil, of the error variable, of an error, of errors.Join
//	assignment of two error variables at once
//	call of a function that panics if it gets an error
//	deferred function that recovers
//	call of another function of the program, with a key, or of itself
//	the same in a function within that is called at once, or deferred
type miniStmt struct {
	kind   string
	method string
	key    string // "k" is the parameter of the function
	error  string // what becomes of the error
	cond   string
	callee int
	a, b   []*miniStmt
}

type miniProgram struct {
	// funcs are the functions; the first is the task. Those after it have a key
	// as parameter k.
	funcs [][]*miniStmt
}

var miniKeys = []string{"a", "b", "c"}

// miniDraw draws programs. Exact ones leave out whatever the checker knows to
// be imprecise about.
type miniDraw struct {
	t     *rapid.T
	exact bool
	// theme is the statement that is drawn most; empty for none.
	theme string
	left  int // statements
}

func (d *miniDraw) program() *miniProgram {
	p := &miniProgram{}
	n := rapid.IntRange(1, 3).Draw(d.t, "functions")
	d.theme = rapid.SampledFrom([]string{"", "", "swap", "check", "ask"}).Draw(d.t, "theme")
	if d.theme == "ask" && d.exact {
		d.theme = ""
	}
	for i := range n {
		d.left = 6
		p.funcs = append(p.funcs, d.block(p, i, n, 0, false))
	}
	if d.theme == "ask" {
		at := rapid.IntRange(0, len(p.funcs[0])).Draw(d.t, "place")
		p.funcs[0] = slices.Insert(p.funcs[0], at, d.fill())
	}
	return p
}

// fill gives a key a default, or does something like it.
func (d *miniDraw) fill() *miniStmt {
	s := &miniStmt{kind: "if", key: d.key(0)}
	s.cond = s.looks(rapid.SampledFrom(miniLooks).Draw(d.t, "look"))
	s.a = []*miniStmt{{kind: "use", method: "Set", key: s.key, error: "return"}}
	return s
}

func (d *miniDraw) block(p *miniProgram, fn, n, depth int, inLoop bool) []*miniStmt {
	var list []*miniStmt
	for range rapid.IntRange(1, 3).Draw(d.t, "statements") {
		if d.left--; d.left < 0 {
			break
		}
		list = append(list, d.stmt(p, fn, n, depth, inLoop))
	}
	return list
}

func (d *miniDraw) stmt(p *miniProgram, fn, n, depth int, inLoop bool) *miniStmt {
	kinds := []string{"use", "use", "use", "use", "return", "swap", "check"}
	if depth < 3 {
		kinds = append(kinds, "if", "if", "switch")
		if !d.exact {
			kinds = append(kinds, "for", "within", "within", "defer", "range", "errors", "recover", "ask")
		}
	}
	if inLoop {
		kinds = append(kinds, "break", "continue")
	}
	if fn+1 < n {
		kinds = append(kinds, "call", "call")
	}
	if fn > 0 && !d.exact {
		kinds = append(kinds, "again")
	}
	errors := []string{"return", "wrap", "keep", "log", "drop", "blank"}
	if d.theme != "" {
		kinds = append(kinds, d.theme, d.theme, d.theme)
		errors = append(errors, "keep", "keep", "keep", "keep")
	}
	if (d.theme == "swap" || d.theme == "ask") && depth < 2 {
		kinds = append(kinds, "if", "if", "if")
	}
	if d.theme == "check" && depth == 0 && !d.exact {
		kinds = append(kinds, "recover", "recover", "recover")
	}
	s := &miniStmt{kind: rapid.SampledFrom(kinds).Draw(d.t, "kind")}
	s.key = d.key(fn)
	s.error = rapid.SampledFrom(errors).Draw(d.t, "error")
	switch s.kind {
	case "use":
		methods := []string{"Set", "Delete", "Has", "Get", "Insert", "Update", "Lookup"}
		switch {
		case d.exact && n > 1:
			// A function is followed without knowing what was done to its keys before.
			methods = methods[:3]
		case d.exact:
			methods = methods[:6] // that a Lookup failed says that the key is there
		}
		s.method = rapid.SampledFrom(methods).Draw(d.t, "method")
	case "return":
		s.error = rapid.SampledFrom([]string{"nil", "err", "new", "join", "call", "own"}).Draw(d.t, "result")
	case "ask":
		s.error = rapid.SampledFrom([]string{"has", "lookup", "no error", "flip"}).Draw(d.t, "asked")
	case "swap":
		s.error = rapid.SampledFrom([]string{"old, err", "nil, err", "own, old", "err, call"}).Draw(d.t, "swap")
	case "if":
		conds := []string{"flip()", "err != nil", "err == nil", "!flip()", "err != nil && flip()", "err == nil || flip()",
			"old != nil", "errors.Is(err, cloacina.ErrMissingKey)"}
		if !d.exact {
			conds = append(conds, s.looks("c.Has(key)"), "errors.Is(err, old)", "had", "!had")
		}
		if d.theme == "ask" {
			for _, look := range miniLooks {
				conds = append(conds, s.looks(look), s.looks(look), "!had")
			}
		}
		if d.theme == "swap" {
			conds = append(conds, "old != nil", "old != nil", "old != nil", "old != nil")
		}
		s.cond = rapid.SampledFrom(conds).Draw(d.t, "condition")
		s.a = d.block(p, fn, n, depth+1, inLoop)
		if rapid.Bool().Draw(d.t, "else") {
			s.b = d.block(p, fn, n, depth+1, inLoop)
		}
	case "switch":
		s.a, s.b = d.block(p, fn, n, depth+1, false), d.block(p, fn, n, depth+1, false)
		s.cond = rapid.SampledFrom([]string{"default", ""}).Draw(d.t, "default")
	case "errors":
		s.a, s.b = d.block(p, fn, n, depth+1, false), d.block(p, fn, n, depth+1, false)
		s.cond = rapid.SampledFrom([]string{"err", "call"}).Draw(d.t, "about")
		s.method = rapid.SampledFrom([]string{"Set", "Delete", "Insert", "Update"}).Draw(d.t, "method")
	case "for", "range":
		s.a = d.block(p, fn, n, depth+1, true)
	case "within", "defer":
		s.method = rapid.SampledFrom([]string{"Set", "Delete", "Get"}).Draw(d.t, "method")
	case "call":
		s.callee = rapid.IntRange(fn+1, n-1).Draw(d.t, "callee")
	case "again":
		s.kind, s.callee = "call", fn
	}
	return s
}

func (d *miniDraw) key(fn int) string {
	keys := miniKeys
	if fn > 0 {
		keys = append(slices.Clone(miniKeys), "k")
	}
	return rapid.SampledFrom(keys).Draw(d.t, "key")
}

// miniLooks are conditions that look for a key.
var miniLooks = []string{
	"c.Has(key)", "!c.Has(key)",
	"_, ok, _ := cloacina.Lookup[int](c, key); !ok",
	"_, ok, mistyped := cloacina.Lookup[int](c, key); mistyped == nil && !ok",
	"has := c.Has(key); !has",
}

// looks is a condition that looks for the key of a statement.
func (s *miniStmt) looks(cond string) string { return strings.ReplaceAll(cond, "key", quoteKey(s.key)) }

func quoteKey(key string) string {
	if key == "k" {
		return key
	}
	return `"` + key + `"`
}

// source prints the program as Go.
func (p *miniProgram) source() string {
	var b strings.Builder
	b.WriteString(`package p

import (
	"context"
	"errors"
	"fmt"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func flip() bool { return false }

func unknown() []error { return nil }

func own(text string) error { return fmt.Errorf("own: %s", text) }

func swallow() { _ = recover() }

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func Task(ctx context.Context, c *cloacina.Context) error {
`)
	printMini(&b, p.funcs[0], 1)
	b.WriteString("\treturn nil\n}\n")
	for i, body := range p.funcs[1:] {
		fmt.Fprintf(&b, "\nfunc f%d(c *cloacina.Context, k string) error {\n", i+1)
		printMini(&b, body, 1)
		b.WriteString("\treturn nil\n}\n")
	}
	text := b.String()
	for _, head := range []string{"(ctx context.Context, c *cloacina.Context) error {\n", "k string) error {\n"} {
		text = strings.ReplaceAll(text, head, head+"\tvar err, old error\n\tvar had bool\n\t_, _, _ = err, old, had\n")
	}
	return text + "\nvar _ = errors.New\nvar _ = fmt.Errorf\n"
}

// call is the Go text of what has an error as its last result, and how many
// results come before it; -1 if it has none.
func (s *miniStmt) text() (call string, before int) {
	key := quoteKey(s.key)
	switch {
	case s.kind == "call":
		return fmt.Sprintf("f%d(c, %s)", s.callee, key), 0
	case s.method == "Get":
		return "cloacina.Get[int](c, " + key + ")", 1
	case s.method == "Lookup":
		return "cloacina.Lookup[int](c, " + key + ")", 2
	case s.method == "Has":
		return "c.Has(" + key + ")", -1
	case s.method == "Delete":
		return "c.Delete(" + key + ")", 0
	}
	return "c." + s.method + "(" + key + ", 1)", 0
}

func printMini(b *strings.Builder, list []*miniStmt, depth int) {
	in := strings.Repeat("\t", depth)
	for _, s := range list {
		call, before := s.text()
		blanks := strings.Repeat("_, ", max(before, 0))
		switch s.kind {
		case "use", "call":
			printMiniUse(b, s, in, call, blanks, before)
		case "return":
			if set := `c.Set("` + "a" + `", 1)`; s.error == "call" {
				fmt.Fprintf(b, "%sif flip() {\n%s\treturn %s\n%s}\n", in, in, set, in)
				continue
			}
			result := map[string]string{
				"nil": "nil", "err": "err", "new": `errors.New("x")`, "join": `errors.Join(err, c.Set("b", 1))`,
				"own": `own("x")`,
			}[s.error]
			fmt.Fprintf(b, "%sif flip() {\n%s\treturn %s\n%s}\n", in, in, result, in)
		case "if":
			fmt.Fprintf(b, "%sif %s {\n", in, s.cond)
			printMini(b, s.a, depth+1)
			if s.b != nil {
				b.WriteString(in + "} else {\n")
				printMini(b, s.b, depth+1)
			}
			b.WriteString(in + "}\n")
		case "switch":
			b.WriteString(in + "switch {\n" + in + "case flip():\n")
			printMini(b, s.a, depth+1)
			if s.cond == "default" {
				b.WriteString(in + "default:\n")
			} else {
				b.WriteString(in + "case flip():\n")
			}
			printMini(b, s.b, depth+1)
			b.WriteString(in + "}\n")
		case "swap":
			values := map[string]string{
				"old, err": "old, err", "nil, err": "nil, err", "own, old": `own("y"), old`, "err, call": `err, c.Set("c", 1)`,
			}[s.error]
			fmt.Fprintf(b, "%serr, old = %s\n", in, values)
		case "ask":
			asked := map[string]string{
				"has": "had = c.Has(key)", "lookup": "_, had, err = cloacina.Lookup[int](c, key)",
				"no error": "_, had, _ = cloacina.Lookup[int](c, key)", "flip": "had = flip()",
			}[s.error]
			b.WriteString(in + s.looks(asked) + "\n")
		case "check":
			b.WriteString(in + "check(err)\n")
		case "recover":
			b.WriteString(in + "defer swallow()\n")
		case "errors":
			about := map[string]string{"err": "err", "call": call}[s.cond]
			b.WriteString(in + "switch " + about + " {\n" + in + "case nil:\n")
			printMini(b, s.a, depth+1)
			b.WriteString(in + "default:\n")
			printMini(b, s.b, depth+1)
			b.WriteString(in + "}\n")
		case "range":
			b.WriteString(in + "for _, err = range unknown() {\n")
			printMini(b, s.a, depth+1)
			b.WriteString(in + "}\n")
		case "for":
			b.WriteString(in + "for flip() {\n")
			printMini(b, s.a, depth+1)
			b.WriteString(in + "}\n")
		case "break", "continue":
			fmt.Fprintf(b, "%sif flip() {\n%s\t%s\n%s}\n", in, in, s.kind, in)
		case "within":
			fmt.Fprintf(b, "%sfunc() { %s_ = %s }()\n", in, blanks, call)
		case "defer":
			fmt.Fprintf(b, "%sdefer func() { %s_ = %s }()\n", in, blanks, call)
		}
	}
}

func printMiniUse(b *strings.Builder, s *miniStmt, in, call, blanks string, before int) {
	switch {
	case before < 0:
		fmt.Fprintf(b, "%s_ = %s\n", in, call)
	case s.error == "return":
		fmt.Fprintf(b, "%sif %serr := %s; err != nil {\n%s\treturn err\n%s}\n", in, blanks, call, in, in)
	case s.error == "wrap":
		fmt.Fprintf(b, "%sif %serr := %s; err != nil {\n%s\treturn fmt.Errorf(\"x: %%w\", err)\n%s}\n", in, blanks, call, in, in)
	case s.error == "keep":
		fmt.Fprintf(b, "%s%serr = %s\n", in, blanks, call)
	case s.error == "log":
		fmt.Fprintf(b, "%sif %serr := %s; err != nil {\n%s\tfmt.Println(err)\n%s}\n", in, blanks, call, in, in)
	case s.error == "drop":
		fmt.Fprintf(b, "%s%s\n", in, call)
	default:
		fmt.Fprintf(b, "%s%s_ = %s\n", in, blanks, call)
	}
}
