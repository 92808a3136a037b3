package describe

import (
	"fmt"
	"go/types"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/graph"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/terminal"
)

// title says where the task stands and what it is for.
func (t *explained) title() {
	code := t.w.Tasks[t.i]
	t.printf("Task %s of workflow %q, %s at %s\n", t.task.ID, t.p.Name, t.task.Func, t.place(code.Span))
	if doc := strings.TrimSpace(t.task.Doc); doc != "" {
		t.printf("\n%s\n", indentText(doc, "    "))
	}
}

// place is a position relative to where the command runs.
func (t *explained) place(at annotations.Span) string {
	return fmt.Sprintf("%s:%d", t.relative(at.File), at.Start.Line)
}

// rule prints the rule in words and in the language of rules.
func (t *explained) rule() {
	t.section("Rule")
	switch {
	case len(t.task.DependsOn) == 0 && t.task.Rule.Tree == nil:
		t.printf("  It runs at once when the run starts.\n")
	case t.task.Rule.Tree == nil:
		t.printf("  It runs when its dependencies have ended, however they have ended (always).\n")
	default:
		if len(t.task.DependsOn) > 0 {
			t.printf("  When its dependencies have ended, it runs if %s.\n", graph.Words(t.p, t.task.Rule.Tree))
		} else {
			t.printf("  It runs if %s.\n", graph.Words(t.p, t.task.Rule.Tree))
		}
		t.printf("  As a rule: %s\n", t.task.Rule.Text)
	}
}

// neighbours lists what it depends on and what depends on it.
func (t *explained) neighbours() {
	t.section("Depends on")
	t.printf("  %s\n", orNothing(t.ids(t.task.DependsOn)))
	t.section("Waiting for it")
	t.printf("  %s\n", orNothing(t.ids(t.dependants[t.i])))
}

func orNothing(list string) string {
	if list == "" {
		return "nothing"
	}
	return list
}

// keys lists what it reads and writes.
func (t *explained) keys() {
	code := t.w.Tasks[t.i]
	t.section("Reads")
	var rows [][]string
	for _, r := range t.task.Reads {
		rows = append(rows, []string{r.Key, t.typeText(readType(code, r.Key), r.Shape), need(r.Optional), t.source(&r)})
	}
	for _, r := range t.task.Rule.Reads {
		rows = append(rows, []string{r.Key, "", "in the rule", t.source(&r)})
	}
	t.rows(rows, "any key: its function does with the context what cannot be followed")
	t.section("Writes")
	rows = nil
	for _, w := range t.task.Writes {
		when := "always, if it completes"
		if w.Optional {
			when = "sometimes"
		}
		if w.Fills {
			when = "if it is missing"
		}
		if w.OnlyDeletes() {
			when = "deletes it"
		} else if w.Deletes {
			when += ", or deletes it"
		}
		row := []string{w.Key, t.typeText(writtenType(code, w.Key), w.Shape), when, t.readers(w.Key)}
		rows = append(rows, row)
	}
	t.rows(rows, "any key: its function does with the context what cannot be followed")
}

// rows prints a table of keys, and what an open task may do besides.
func (t *explained) rows(rows [][]string, open string) {
	if t.task.Open {
		rows = append(rows, []string{open})
	}
	if len(rows) == 0 {
		t.printf("  nothing\n")
		return
	}
	t.printf("%s", columns(nil, rows, "  "))
}

func need(optional bool) string {
	if optional {
		return "if there"
	}
	return "required"
}

// widestType is how much room a type has in a table.
const widestType = 40

// typeText is the Go type behind a key as it is written in the package of the
// workflow, or, if that is not known, its shape as JSON.
func (t *explained) typeText(typ types.Type, shape string) string {
	text := shape
	if typ != nil {
		own := t.w.Tasks[t.i].Func.Pkg()
		text = types.TypeString(typ, func(p *types.Package) string {
			if p == own {
				return ""
			}
			return p.Name()
		})
	}
	if text == "" {
		text = "any"
	}
	return terminal.Cut(terminal.Escape(text), widestType)
}

// readType is the type that a task reads a key as; nil if that is not known.
func readType(code *check.Task, key string) types.Type {
	if f := fieldOf(code.In, key); f != nil {
		return f.Type
	}
	if code.Body != nil {
		for _, r := range code.Body.Reads {
			if r.Key == key {
				return r.Type
			}
		}
	}
	return nil
}

// writtenType is the type that a task writes under a key; nil if that is not known.
func writtenType(code *check.Task, key string) types.Type {
	if f := fieldOf(code.Out, key); f != nil {
		return f.Type
	}
	if code.ResultKey == key {
		return code.ResultType
	}
	if w := bodyWrite(code, key); w != nil {
		return w.Type
	}
	return nil
}

func fieldOf(s *check.Struct, key string) *check.Field {
	if s == nil {
		return nil
	}
	for i := range s.Fields {
		if s.Fields[i].Key == key {
			return &s.Fields[i]
		}
	}
	return nil
}

func bodyWrite(code *check.Task, key string) *check.BodyWrite {
	if code.Body == nil {
		return nil
	}
	for i := range code.Body.Writes {
		if code.Body.Writes[i].Key == key {
			return &code.Body.Writes[i]
		}
	}
	return nil
}

// source says where the value of a read comes from.
func (t *explained) source(r *plan.Read) string {
	if r.Walk {
		return "from any task before it"
	}
	base, start := plan.BaseKey(r.Key), ""
	for _, in := range t.p.Input {
		if in.Name == base {
			start = "the input"
		}
	}
	if start == "" && !t.p.InputDeclared && len(r.Writers) == 0 {
		start = "the input, which is not declared"
	}
	var from []string
	for k := len(r.Writers) - 1; k >= 0; k-- {
		w := r.Writers[k]
		from = append(from, t.p.Tasks[w].ID+" ("+t.place(t.keyPlace(w, base))+")")
	}
	if start != "" {
		from = append(from, start)
	}
	if len(from) == 0 {
		return "from nowhere"
	}
	return "from " + strings.Join(from, ", else ")
}

// keyPlace is where a task writes a key: the field of its result, the call in its
// body, or else its function.
func (t *explained) keyPlace(task int, key string) annotations.Span {
	code := t.w.Tasks[task]
	if f := fieldOf(code.Out, key); f != nil && f.Span.File != "" {
		return f.Span
	}
	if w := bodyWrite(code, key); w != nil && w.Span.File != "" {
		return w.Span
	}
	return code.Span
}

// readers names the tasks that may read what it writes.
func (t *explained) readers(key string) string {
	var list []int
	for i := range t.p.Tasks {
		other := &t.p.Tasks[i]
		for _, reads := range [][]plan.Read{other.Reads, other.Rule.Reads} {
			for _, r := range reads {
				if plan.BaseKey(r.Key) != key || len(list) > 0 && list[len(list)-1] == i {
					continue
				}
				for _, w := range r.Writers {
					if w == t.i {
						list = append(list, i)
						break
					}
				}
			}
		}
	}
	if len(list) == 0 {
		return "read by no task"
	}
	return "read by " + t.ids(list)
}

// indentText puts a prefix before every line that is not empty.
func indentText(text, prefix string) string {
	lines := strings.Split(text, "\n")
	for k, line := range lines {
		lines[k] = strings.TrimRight(prefix+line, " \t")
	}
	return strings.Join(lines, "\n")
}
