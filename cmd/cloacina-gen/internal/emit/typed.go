package emit

import (
	"fmt"
	"go/token"

	"github.com/dave/jennifer/jen"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// typed writes the typed result of a workflow and the functions that start it.
type typed struct {
	f     *file
	w     *check.Workflow
	names check.Names
}

// result returns the declaration of the result type.
func (t *typed) result() jen.Code {
	writers := t.writers()
	var members []laid
	for _, r := range t.w.Result {
		name, d := t.member(r), t.f.typ(r.Type)
		if !r.Always {
			d = seq{op("*"), d}
		}
		var c comment
		c.paragraph(resultLine(r, writers[r.Key]), tabWidth)
		at := place{col: tabWidth, indent: tabWidth, tabs: 1}
		members = append(members, c.above(seq{name, space, d}.code(at), 1))
	}
	var c comment
	c.paragraph(t.names.Result+" is what a completed run of "+prose(t.w.Plan.Name)+" leaves behind.", 0)
	body := raw("{}")
	if len(members) > 0 {
		body = list{open: " {", close: "}"}.multi(place{}, "", members)
	}
	return c.above(join(raw("type "+t.f.id(t.names.Result).text+" struct"), body), 0).code()
}

// member returns the name of a field. It is made from a key by the checker, and
// so it is the one identifier that does not come from go/types.
func (t *typed) member(r check.ResultField) word {
	if !token.IsIdentifier(r.Name) || !token.IsExported(r.Name) {
		t.f.fail(fmt.Errorf("the name %q for key %q is no exported Go identifier", r.Name, r.Key))
		return op("")
	}
	return t.f.id(r.Name)
}

// writers are the tasks that write each key.
func (t *typed) writers() map[string][]string {
	out := map[string][]string{}
	for _, task := range t.w.Plan.Tasks {
		for _, w := range task.Writes {
			out[w.Key] = append(out[w.Key], task.ID)
		}
	}
	return out
}

func resultLine(r check.ResultField, writers []string) string {
	out := r.Name + ` is the value of "` + prose(r.Key) + `"`
	if len(writers) > 0 {
		out += ", written by " + enumerate(writers, "or")
	}
	if !r.Always {
		out += "; nil if it was not written"
	}
	return out + "."
}

// run returns the function that starts a run and waits for it.
func (t *typed) run() jen.Code {
	f := t.f
	result, run, err := f.id(t.names.Result), f.local("run"), f.local("err")
	options := seq{f.rt("StartOptions"), op("{"), f.id("UntilEnd"), op(": "), f.predeclared("true"), op("}")}
	start := call(f.id(t.names.Start), f.local("ctx"), f.local("r"), f.local("in"), options)
	failed := list{open: "{", close: "}", lines: true, items: []doc{seq{op("return "), result, op("{}, "), err}}}
	body := []doc{
		seq{run, op(", "), err, op(" := "), start},
		seq{op("if "), err, op(" != "), f.predeclared("nil"), space, failed},
		seq{op("return "), run, op("."), f.id("Wait"), op("("), f.local("ctx"), op(")")},
	}
	var c comment
	c.paragraph(fmt.Sprintf("%s starts %s on %s and waits for its end. The error is nil only if the run completed; "+
		"otherwise the result is zero.", t.names.Run, prose(t.w.Plan.Name), f.locals["r"]), 0)
	return c.over(t.function(t.names.Run, t.params(), result, body))
}

// start returns the function that starts a run.
func (t *typed) start() jen.Code {
	f := t.f
	first := seq{f.local("ctx"), op(", "), f.local("r"), op(", "), f.str(t.w.Plan.Name), op(", "), f.local("opts")}
	args := list{open: "(", close: ")", style: hang, items: []doc{first, t.inputWriter(), t.resultReader()}}
	body := []doc{seq{op("return "), f.rt("StartOf"), args}}
	var c comment
	c.paragraph(fmt.Sprintf("%s starts %s on %s and returns once the run is on disk.",
		t.names.Start, prose(t.w.Plan.Name), f.locals["r"]), 0)
	params := append(t.params(), spaced(f.local("opts"), f.rt("StartOptions")))
	handle := seq{op("*"), f.rt("RunOf"), op("["), f.id(t.names.Result), op("]")}
	return c.over(t.function(t.names.Start, params, handle, body))
}

// params are the parameters that both functions begin with. The last is what a
// run starts from: the declared input, or values by key.
func (t *typed) params() []doc {
	input := doc(t.f.rt("Values"))
	if t.w.Input != nil {
		input = t.f.typ(t.w.Input.Type)
	}
	return []doc{
		spaced(t.f.local("ctx"), t.f.qualified("context", "context", "Context")),
		spaced(t.f.local("r"), seq{op("*"), t.f.rt("Runner")}),
		spaced(t.f.local("in"), input),
	}
}

func (t *typed) function(name string, params []doc, result doc, body []doc) doc {
	results := list{open: "(", close: ")", items: []doc{result, t.f.predeclared("error")}}
	block := list{open: "{", close: "}", items: body, lines: true}
	head := seq{op("func "), t.f.id(name), list{open: "(", close: ")", items: params}, space, results, space}
	return append(head, block)
}

// inputWriter returns the function that writes the initial context.
func (t *typed) inputWriter() doc {
	a := &adapter{f: t.f, variable: t.f.local("in")}
	if t.w.Input != nil {
		a.writes(t.w.Input)
	} else {
		a.body = []doc{call(t.f.rt("WriteAll"), t.f.local("k"), a.variable)}
	}
	return a.closure()
}

// resultReader returns the function that fills the result from the final context.
func (t *typed) resultReader() doc {
	a := t.f.adapter("out", t.f.id(t.names.Result))
	for _, r := range t.w.Result {
		function := "OptionalPointer"
		if r.Always {
			function = "Require"
		}
		a.move(function, r.Type, r.Key, seq{op("&"), a.variable, op("."), t.member(r)})
	}
	return a.closure()
}
