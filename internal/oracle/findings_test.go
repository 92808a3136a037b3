package oracle

import (
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

var randomSources = flag.Int("sources", 300, "number of random sources")

// TestFindings holds the findings of groups 5 and 6 about random sources against
// what really happens when the engine runs their plans in every way there is: for
// each code there is a short definition in definitions_test.go. The grammar is
// that of [programGrammar].
//
//	go test ./internal/oracle -run Findings -sources=20000
//	go test ./internal/oracle -run Findings -seed=4711 -v
func TestFindings(t *testing.T) {
	t.Parallel()
	if *oneSeed > 0 {
		total := newTally()
		total.findings(t, *oneSeed)
		t.Log(total)
		return
	}
	total := inParallel(t, *randomSources, (*tally).findings)
	if t.Failed() {
		return
	}
	t.Log(total)
	total.needs(t, max(1, *randomSources/100), programProductions()...)
	total.needs(t, *randomSources/5000, foundCodes()...) // some are rare
}

// findings draws the source of a seed and compares.
func (c *tally) findings(t *testing.T, seed uint64) {
	t.Helper()
	g := newProgramGrammar(seed)
	for {
		clear(g.hits)
		p := g.draw()
		look := &look{tally: newTally()}
		if !look.at(t, p) {
			c.hits["drawn again: "+look.why]++
			continue
		}
		for what, n := range g.hits {
			c.hits[what] += n
		}
		for what, n := range look.tally.hits {
			c.hits[what] += n
		}
		c.hits["workflows"]++
		if look.what == "" {
			return
		}
		small, again := p, look
		for smaller := true; smaller; {
			smaller = false
			for _, cut := range small.smaller() {
				l := newLook()
				if l.at(t, cut) && l.what != "" && kindOf(l.what) == kindOf(look.what) {
					small, again, smaller = cut, l, true
					break
				}
			}
		}
		t.Errorf("seed %d: %s\n%s\nfound:\n%s\nreplay with -run Findings -seed=%d -v",
			seed, again.what, small.text(), lines(again.found), seed)
		return
	}
}

// look compares one source.
type look struct {
	tally *tally
	// why says why it cannot be compared.
	why string
	// what is the first difference.
	what  string
	found []annotations.Finding
	// program, plan, types, runs and certain are what is compared with.
	program *program
	plan    *plan.Plan
	types   givers
	runs    *happened
	graph   *engine.Graph
	certain bool
}

func newLook() *look { return &look{tally: newTally()} }

// at compares; false if the source has errors, or too many runs.
func (l *look) at(t *testing.T, p *program) bool {
	pkg, found := findings(t, p.text())
	l.found = found
	if len(pkg.Workflows) != 1 {
		l.why = "errors"
		for _, f := range found {
			if f.Code.Severity() == annotations.SeverityError {
				l.why = string(f.Code)
			}
		}
		return false
	}
	l.plan = &pkg.Workflows[0].Plan
	l.program, l.types = p, p.givers(l.plan)
	leaves := newLeafTable(l.plan)
	parts := leaves.askParts(l.plan)
	e, err := newEnumerationOf(l.plan, l.types, leaves)
	if err != nil {
		t.Fatalf("%v\n%s", err, p.text())
	}
	e.parts = parts
	l.graph = e.graph
	l.runs, err = e.enumerate(2 * maxRuns)
	if err != nil {
		t.Fatalf("%v\n%s", err, p.text())
	}
	if l.runs == nil {
		l.why = "too many runs"
		return false
	}
	l.certain = e.complete && isCertain(l.plan, l.types)
	if l.certain {
		l.tally.hits["certain"]++
	}
	l.bodies(p)
	for _, f := range found {
		l.tally.hits["found "+string(f.Code)]++
	}
	for _, d := range slices.Concat(definitions, endDefinitions) {
		l.compare(d)
	}
	for _, f := range found {
		l.table(f)
	}
	return true
}

// table holds the case that a finding shows against the runs: in one of them the
// tasks end so.
func (l *look) table(f annotations.Finding) {
	if f.Table == nil || len(f.Table.Head) < 2 || f.Table.Head[1] != "outcome" || !l.certain {
		return
	}
	var claims []claim
	for _, row := range f.Table.Rows {
		task := l.indexOf(row[0])
		switch {
		case task < 0: // the start of the run
		case row[1] == "completed":
			claims = append(claims, l.completed(task))
		case row[1] == "failed":
			claims = append(claims, l.runs.is(outcome.Failed(task)))
		case row[1] == "skipped":
			claims = append(claims, l.runs.isNot(outcome.Ran(task)))
		}
	}
	l.tally.hits["tables"]++
	if !l.runs.ever(claims...) {
		l.differ("table: %s %s shows no run: %v", f.Code, f.Message, f.Table.Rows)
	}
}

// compare holds what is said under some codes against what is so.
func (l *look) compare(d definition) {
	is := d.is(l)
	said := make(map[string]bool)
	for _, f := range l.found {
		if slices.Contains(d.codes, f.Code) {
			for _, s := range d.said(l, f) {
				said[s] = true
			}
		}
	}
	for _, s := range slices.Sorted(maps.Keys(said)) {
		if _, ok := is[s]; !ok {
			l.differ("%v is said but is not so: %s", d.codes, s)
		}
	}
	for _, s := range slices.Sorted(maps.Keys(is)) {
		if is[s] && !said[s] && l.certain {
			l.differ("%v is so but is not said: %s", d.codes, s)
		}
	}
	for _, must := range is {
		if must {
			l.tally.hits[fmt.Sprintf("%v so", d.codes)]++
		}
	}
}

func (l *look) differ(format string, args ...any) {
	if l.what == "" {
		l.what = fmt.Sprintf(format, args...)
	}
}

// bodies compares the reads and writes of the plan with those of the source.
func (l *look) bodies(p *program) {
	for i := range l.plan.Tasks {
		task := &l.plan.Tasks[i]
		source := p.tasks[slices.IndexFunc(p.tasks, func(t programTask) bool { return t.id == task.ID })]
		var got []string
		for _, r := range task.Reads {
			got = append(got, fmt.Sprintf("reads %s optional=%v", r.Key, r.Optional))
		}
		for _, w := range task.Writes {
			got = append(got, fmt.Sprintf("writes %s optional=%v deletes=%v fills=%v", w.Key, w.Optional, w.Deletes, w.Fills))
		}
		want := p.keysOf(&source)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			l.differ("keys: task %s has %v, want %v", task.ID, got, want)
		}
		if task.Open {
			l.differ("open: task %s", task.ID)
		}
	}
}

// keysOf are the reads and writes of a task as its source has them.
func (p *program) keysOf(t *programTask) []string {
	var list []string
	read := func(key string, optional bool) {
		list = append(list, fmt.Sprintf("reads %s optional=%v", key, optional))
	}
	write := func(key string, optional, deletes bool) {
		list = append(list, fmt.Sprintf("writes %s optional=%v deletes=%v fills=false", key, optional, deletes))
	}
	for _, f := range t.in {
		read(f.key, f.form != "")
	}
	for _, f := range t.out {
		write(f.key, f.form != "" || p.types[f.key].text == "any", false)
	}
	for _, op := range t.body {
		switch op.what {
		case "get":
			read(op.key, op.perhaps)
		case "lookup", "has":
			read(op.key, true)
		case "delete":
			write(op.key, true, true)
		case "default", "default lookup":
			read(op.key, true)
			list = append(list, fmt.Sprintf("writes %s optional=true deletes=false fills=%v", op.key, !op.perhaps))
		case "update":
			read(op.key, op.perhaps)
			write(op.key, op.perhaps, false)
		default:
			write(op.key, op.perhaps, false)
		}
	}
	return list
}

var inQuotes = regexp.MustCompile(`"([^"]*)"`)

// quotes are the quoted words of a message.
func quotes(message string) []string {
	var list []string
	for _, m := range inQuotes.FindAllStringSubmatch(message, -1) {
		list = append(list, m[1])
	}
	return list
}

// indexOf is the place of a task in the plan.
func (l *look) indexOf(id string) int {
	return slices.IndexFunc(l.plan.Tasks, func(t plan.Task) bool { return t.ID == id })
}

// openAbove reports whether what a task gets is not known.
func (l *look) openAbove(task int) bool {
	for i := range task {
		if l.plan.Tasks[i].Open && l.runs.before(l.plan, i, task) {
			return true
		}
	}
	return false
}

// before reports whether a task is an ancestor of another.
func (h *happened) before(p *plan.Plan, a, b int) bool {
	return slices.ContainsFunc(p.Tasks[b].DependsOn, func(d int) bool { return d == a || h.before(p, a, d) })
}

// ran, missing and so on are claims about the runs.
func (l *look) ran(task int) claim { return l.runs.is(outcome.Ran(task)) }

func (l *look) missing(task int, key string) claim { return l.runs.isNot(outcome.Present(task, key)) }

func (l *look) completed(task int) claim { return l.runs.is(outcome.Completed(task)) }

// programProductions are the productions that must have been used.
func programProductions() []string {
	names := []string{
		"input declared", "default rule", "allow_failure", "dynamic", "pointer", "all", "any", "none", "not", "word always",
		"body perhaps",
	}
	for _, form := range []string{"", "pointer", "omitempty", "omitzero"} {
		names = append(names, "in field "+form, "out field "+form, "input field "+form)
	}
	for _, op := range bodyOperations {
		names = append(names, "body "+op)
	}
	for o := annotations.Equals; o <= annotations.NotIn; o++ {
		names = append(names, o.String())
	}
	for k := annotations.AllSuccess; k <= annotations.NoneFailedMinOneSuccess; k++ {
		names = append(names, k.String())
	}
	for _, name := range literalNames {
		names = append(names, "literal "+name)
	}
	for _, g := range goTypes {
		names = append(names, "type "+g.text)
	}
	return names
}

func foundCodes() []string {
	var names []string
	for _, d := range slices.Concat(definitions, endDefinitions) {
		for _, c := range d.codes {
			names = append(names, "found "+string(c))
		}
	}
	return names
}

// pair names a task and a key.
func pair(task, key string) string { return strings.Join([]string{task, key}, " ") }
