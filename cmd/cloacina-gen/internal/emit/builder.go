package emit

import (
	"hash/fnv"

	"github.com/cloacina-go/cloacina/annotations/check"
)

const (
	// maxLiteral is the number of tasks up to which a workflow is one literal.
	// The time the compiler takes for a function grows with the square of its
	// size: 1,000 tasks in one literal take seconds, 10,000 do not end.
	maxLiteral = 100
	// meanPart is the mean number of tasks in a part of a larger workflow.
	meanPart = 32
)

// builder writes the body of the function that builds a workflow.
type builder struct {
	f         *file
	w         *check.Workflow
	constants *constants
	plans     []doc // the literals of the plan's tasks
	codes     []doc // the literals of the code behind them
}

func newBuilder(f *file, w *check.Workflow) *builder {
	b := &builder{f: f, w: w, constants: newConstants(f, w)}
	for i := range w.Tasks {
		b.plans = append(b.plans, f.taskLiteral(b.constants, &w.Plan.Tasks[i]))
		b.codes = append(b.codes, f.taskCode(b.constants, w, i))
	}
	return b
}

// body returns the statements of the function.
func (b *builder) body() []doc {
	var out []doc
	if declaration := b.constants.declaration(); declaration != nil {
		out = append(out, declaration, empty)
	}
	if hoisted := b.constants.hoisted; len(hoisted) > 0 {
		out = append(append(out, hoisted...), empty)
	}
	if len(b.plans) > maxLiteral {
		out = append(append(out, b.parts()...), empty)
		return append(out, b.literal(b.whole("tasks"), b.whole("code")))
	}
	if len(b.plans) == 0 {
		return append(out, b.literal(nil, nil))
	}
	return append(out, b.literal(b.keyed("PlanTask", b.plans), b.keyed("TaskCode", b.codes)))
}

// literal returns the statement that returns the workflow.
func (b *builder) literal(tasks, code doc) doc {
	s := fields{f: b.f}
	s.add("Plan", b.f.planLiteral(&b.w.Plan, tasks))
	if code != nil {
		s.add("Code", code)
	}
	return seq{op("return &"), b.f.rt("Workflow"), list{open: "{", close: "}", items: s.out, broken: true}}
}

// keyed returns a list with an element for each task.
func (b *builder) keyed(typ string, elements []doc) doc {
	pairs := make([]doc, len(elements))
	for i, d := range elements {
		pairs[i] = pair{b.constants.word(i), d}
	}
	return b.f.slice(typ, pairs)
}

// parts returns the statements that build the lists of a large workflow, in
// functions of their own. Where a part ends depends on the ids of its tasks
// alone, so that a new task does not move all the others.
func (b *builder) parts() []doc {
	out := []doc{
		b.array("tasks", "PlanTask"),
		b.array("code", "TaskCode"),
		note("// One literal of so many tasks would take the compiler too long."),
	}
	var part []doc
	for i := range b.plans {
		part = append(part,
			b.assign("tasks", i, "PlanTask", b.plans[i]),
			b.assign("code", i, "TaskCode", b.codes[i]))
		if i == len(b.plans)-1 || endsPart(b.w.Plan.Tasks[i].ID) {
			out = append(out, seq{closure(list{open: "(", close: ")"}, nil, part...), op("()")})
			part = nil
		}
	}
	return out
}

func endsPart(id string) bool {
	h := fnv.New32a()
	h.Write([]byte(id)) // never fails
	return h.Sum32()%meanPart == 0
}

// array returns the declaration of the array behind one of the lists.
func (b *builder) array(name, typ string) doc {
	return seq{op("var "), b.f.local(name), op(" ["), number(len(b.plans)), op("]"), b.f.rt(typ)}
}

// whole returns the list that an array holds.
func (b *builder) whole(name string) doc { return seq{b.f.local(name), op("[:]")} }

func (b *builder) assign(name string, task int, typ string, value doc) doc {
	return seq{b.f.local(name), op("["), b.constants.word(task), op("] = "), b.f.rt(typ), value}
}
