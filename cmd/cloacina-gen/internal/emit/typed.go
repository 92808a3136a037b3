package emit

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// typed are the typed result of a workflow and the functions that start it.
type typed struct {
	f     *file
	w     *check.Workflow
	names check.Names
}

// result returns the declaration of the result type.
func (t *typed) result() (jen.Code, error) {
	writers := t.writers()
	var members []jen.Code
	for _, r := range t.w.Result {
		name, err := t.f.checked(r.Name)
		if err != nil {
			return nil, err
		}
		d, err := t.f.typ(r.Type)
		if err != nil {
			return nil, fmt.Errorf("key %q of workflow %s: %w", r.Key, t.w.Plan.Name, err)
		}
		if !r.Always {
			d = seq{op("*"), d}
		}
		at := place{col: tabWidth + name.width + 1, indent: tabWidth}
		var c comment
		c.paragraph(resultLine(r, writers[r.Key]), tabWidth)
		members = append(members, c.over(jen.Add(name.tokens).Add(d.code(at))))
	}
	var c comment
	c.paragraph(t.names.Result+" is what a completed run of "+sanitize(t.w.Plan.Name)+" leaves behind.", 0)
	fields := jen.Options{Open: "{", Close: "}", Multi: true}
	return c.over(jen.Op("type").Add(t.f.id(t.names.Result).tokens).Op("struct").Custom(fields, members...)), nil
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
	out := r.Name + " is " + sanitize(r.Key)
	if len(writers) > 0 {
		out += ", written by " + enumerate(writers, "or")
	}
	if !r.Always {
		out += "; nil if it was not written"
	}
	return out + "."
}

// input returns the parameter that a run starts from: the declared input, or
// values by key.
func (t *typed) input() (doc, error) {
	if t.w.Input == nil {
		return spaced(t.f.local("in"), t.f.rt("Values")), nil
	}
	d, err := t.f.typ(t.w.Input.Type)
	if err != nil {
		return nil, fmt.Errorf("input of workflow %s: %w", t.w.Plan.Name, err)
	}
	return spaced(t.f.local("in"), d), nil
}

// run returns the function that starts a run and waits for it.
func (t *typed) run() (jen.Code, error) {
	in, err := t.input()
	if err != nil {
		return nil, err
	}
	f := t.f
	result := f.id(t.names.Result)
	errName, run := f.local("err"), f.local("run")
	body := []doc{
		seq{run, op(", "), errName, op(" := "), call(f.id(t.names.Start), f.local("ctx"), f.local("r"), f.local("in"),
			seq{f.rt("StartOptions"), op("{}")})},
		seq{op("if "), errName, op(" != "), f.id("nil"), space, list{open: "{", close: "}", lines: true, items: []doc{
			seq{op("return "), result, op("{}, "), errName},
		}}},
		seq{op("return "), run, op("."), f.id("Wait"), op("("), f.local("ctx"), op(")")},
	}
	var c comment
	c.paragraph(fmt.Sprintf("%s starts %s on %s and waits for its end. The error is nil only if the run completed; "+
		"otherwise the result is zero.", t.names.Run, sanitize(t.w.Plan.Name), f.locals["r"]), 0)
	params := list{open: "(", close: ")", items: append(t.common(), in)}
	results := list{open: "(", close: ")", items: []doc{result, f.id("error")}}
	return c.over(t.function(t.names.Run, params, results, body)), nil
}

// start returns the function that starts a run.
func (t *typed) start() (jen.Code, error) {
	in, err := t.input()
	if err != nil {
		return nil, err
	}
	write, err := t.inputWriter()
	if err != nil {
		return nil, err
	}
	read, err := t.resultReader()
	if err != nil {
		return nil, err
	}
	f := t.f
	args := list{open: "(", close: ")", style: hang, items: []doc{
		seq{f.local("ctx"), op(", "), f.local("r"), op(", "), f.str(t.w.Plan.Name), op(", "), f.local("opts")},
		write,
		read,
	}}
	body := []doc{seq{op("return "), f.rt("StartOf"), args}}
	var c comment
	c.paragraph(fmt.Sprintf("%s starts %s on %s and returns once the run is on disk.",
		t.names.Start, sanitize(t.w.Plan.Name), f.locals["r"]), 0)
	options := spaced(f.local("opts"), f.rt("StartOptions"))
	params := list{open: "(", close: ")", items: append(t.common(), in, options)}
	handle := seq{op("*"), f.rt("RunOf"), op("["), f.id(t.names.Result), op("]")}
	results := list{open: "(", close: ")", items: []doc{handle, f.id("error")}}
	return c.over(t.function(t.names.Start, params, results, body)), nil
}

// common are the parameters that both functions begin with.
func (t *typed) common() []doc {
	return []doc{
		spaced(t.f.local("ctx"), t.f.qualified("context", "context", "Context")),
		spaced(t.f.local("r"), seq{op("*"), t.f.rt("Runner")}),
	}
}

func (t *typed) function(name string, params, results doc, body []doc) jen.Code {
	block := list{open: "{", close: "}", items: body, lines: true}
	return seq{op("func "), t.f.id(name), params, space, results, space, block}.code(place{})
}

// inputWriter returns the function that writes the initial context.
func (t *typed) inputWriter() (doc, error) {
	f := t.f
	a := &adapter{f: f, variable: f.local("in")}
	if t.w.Input == nil {
		a.body = []doc{call(f.rt("WriteAll"), f.local("k"), a.variable)}
	} else if err := f.writes(a, t.w.Input); err != nil {
		return nil, err
	}
	keys := doc(seq{op("*"), f.rt("Keys")})
	if len(a.body) > 0 {
		keys = spaced(f.local("k"), keys)
	}
	return closure(list{open: "(", close: ")", items: []doc{keys}}, nil, a.body...), nil
}

// resultReader returns the function that fills the result from the final context.
func (t *typed) resultReader() (doc, error) {
	f := t.f
	a := &adapter{f: f, variable: f.local("out"), typ: seq{op("*"), f.id(t.names.Result)}}
	for _, r := range t.w.Result {
		name, err := f.checked(r.Name)
		if err != nil {
			return nil, err
		}
		function := "OptionalPointer"
		if r.Always {
			function = "Require"
		}
		a.move(function, r.Type, r.Key, seq{op("&"), a.variable, op("."), name})
	}
	return a.closure(), nil
}
