package emit

import (
	"strconv"
	"time"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// fields are the elements of a struct literal; what is zero is left out.
type fields struct {
	f   *file
	out []doc
}

func (s *fields) add(name string, value doc) {
	s.out = append(s.out, pair{s.f.id(name), value})
}

func (s *fields) text(name, value string) {
	if value != "" {
		s.add(name, s.f.str(value))
	}
}

func (s *fields) flag(name string, value bool) {
	if value {
		s.add(name, s.f.predeclared("true"))
	}
}

func (s *fields) duration(name string, value time.Duration) {
	if value != 0 {
		s.add(name, s.f.duration(value))
	}
}

// slice adds a list of a type of the runtime package, one element a line.
func (s *fields) slice(name, typ string, elements []doc) {
	if len(elements) > 0 {
		s.add(name, s.f.slice(typ, elements))
	}
}

// slice returns a list of a type of the runtime package, one element a line.
func (f *file) slice(typ string, elements []doc) doc {
	return seq{op("[]"), f.rt(typ), list{open: "{", close: "}", items: elements, broken: true}}
}

// number returns an integer literal.
func number[T int | int64](n T) word { return digits(strconv.FormatInt(int64(n), 10)) }

// units of a duration, the largest first.
var durationUnits = []struct {
	name string
	unit time.Duration
}{
	{"Hour", time.Hour},
	{"Minute", time.Minute},
	{"Second", time.Second},
	{"Millisecond", time.Millisecond},
	{"Microsecond", time.Microsecond},
	{"Nanosecond", time.Nanosecond},
}

// duration returns a duration as a multiple of its largest whole unit.
func (f *file) duration(d time.Duration) doc {
	for _, u := range durationUnits {
		if d%u.unit != 0 {
			continue
		}
		name := f.qualified("time", "time", u.name)
		if d == u.unit {
			return name
		}
		return seq{number(int64(d / u.unit)), op(" * "), name}
	}
	return nil
}

// planLiteral returns the plan of a workflow around its tasks.
func (f *file) planLiteral(p *plan.Plan, tasks doc) doc {
	s := fields{f: f}
	s.text("Name", p.Name)
	s.text("Description", p.Description)
	s.text("Fingerprint", p.Fingerprint)
	s.duration("Timeout", p.Timeout)
	s.duration("Retention", p.Retention)
	s.flag("InputDeclared", p.InputDeclared)
	var inputs []doc
	for _, in := range p.Input {
		inputs = append(inputs, f.inputLiteral(in))
	}
	s.slice("Input", "PlanInput", inputs)
	if tasks != nil {
		s.add("Tasks", tasks)
	}
	return seq{f.rt("Plan"), list{open: "{", close: "}", items: s.out, broken: true}}
}

// element returns a composite literal whose type its list already names.
func (s *fields) element() doc { return list{open: "{", close: "}", items: s.out} }

func (f *file) inputLiteral(in plan.Input) doc {
	s := fields{f: f}
	s.text("Name", in.Name)
	s.text("Shape", in.Shape)
	s.flag("Optional", in.Optional)
	s.text("Default", in.Default)
	return s.element()
}

func (f *file) taskLiteral(c *constants, t *plan.Task) doc {
	s := fields{f: f}
	s.text("ID", t.ID)
	s.text("Func", t.Func)
	s.text("Doc", t.Doc)
	if len(t.DependsOn) > 0 {
		s.add("DependsOn", c.indices(t.DependsOn))
	}
	if rule := f.ruleLiteral(c, &t.Rule); rule != nil {
		s.add("Rule", rule)
	}
	if retry := f.retryLiteral(t.Retry); retry != nil {
		s.add("Retry", retry)
	}
	s.duration("Timeout", t.Timeout)
	s.flag("AllowFailure", t.AllowFailure)
	s.flag("Open", t.Open)
	s.slice("Reads", "PlanRead", f.readLiterals(c, t.Reads))
	var writes []doc
	for _, w := range t.Writes {
		writes = append(writes, f.writeLiteral(w))
	}
	s.slice("Writes", "PlanWrite", writes)
	return list{open: "{", close: "}", items: s.out, broken: true}
}

func (f *file) readLiterals(c *constants, reads []plan.Read) []doc {
	var out []doc
	for _, r := range reads {
		s := fields{f: f}
		s.text("Key", r.Key)
		s.text("Shape", r.Shape)
		s.flag("Optional", r.Optional)
		if len(r.Writers) > 0 {
			s.add("Writers", c.indices(r.Writers))
		}
		s.flag("Walk", r.Walk)
		out = append(out, s.element())
	}
	return out
}

func (f *file) writeLiteral(w plan.Write) doc {
	s := fields{f: f}
	s.text("Key", w.Key)
	s.text("Shape", w.Shape)
	s.flag("Optional", w.Optional)
	s.flag("Deletes", w.Deletes)
	s.flag("Fills", w.Fills)
	return s.element()
}

var backoffs = map[plan.Backoff]string{
	plan.Linear: "Linear",
	plan.Fixed:  "Fixed",
}

var conditions = map[plan.Condition]string{
	plan.RetryNever:     "RetryNever",
	plan.RetryTransient: "RetryTransient",
	plan.RetryMatching:  "RetryMatching",
	plan.RetryIf:        "RetryIf",
}

func (f *file) retryLiteral(r plan.Retry) doc {
	s := fields{f: f}
	if r.Attempts != 0 {
		s.add("Attempts", number(r.Attempts))
	}
	s.duration("Delay", r.Delay)
	s.duration("MaxDelay", r.MaxDelay)
	if r.Backoff != plan.Exponential {
		s.add("Backoff", f.rt(backoffs[r.Backoff]))
	}
	s.flag("Jitter", r.Jitter)
	if r.Condition != plan.RetryAll {
		s.add("Condition", f.rt(conditions[r.Condition]))
	}
	if len(r.Matches) > 0 {
		matches := list{open: "{", close: "}", style: fill}
		for _, m := range r.Matches {
			matches.items = append(matches.items, f.str(m))
		}
		s.add("Matches", seq{op("[]"), f.predeclared("string"), matches})
	}
	if len(s.out) == 0 {
		return nil
	}
	return seq{f.rt("Retry"), list{open: "{", close: "}", items: s.out, broken: len(s.out) > 1}}
}
