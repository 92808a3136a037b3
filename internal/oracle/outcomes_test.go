package oracle

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

var (
	workflows = flag.Int("workflows", 1500, "number of random plans")
	oneSeed   = flag.Uint64("seed", 0, "look at the random workflow with this seed only, and print it")
)

// maxRuns bounds the runs of a random workflow; larger ones are drawn again.
const maxRuns = 1500

// TestOutcomes holds what [outcome.Model] says about random plans against what
// really happens when the engine runs them in every way there is. The grammar is
// that of [planGrammar].
//
//	go test ./internal/oracle -run Outcomes -workflows=100000
//	go test ./internal/oracle -run Outcomes -seed=4711 -v
func TestOutcomes(t *testing.T) {
	t.Parallel()
	if *oneSeed > 0 {
		total := newTally()
		total.outcomes(t, *oneSeed)
		t.Log(total)
		return
	}
	total := inParallel(t, *workflows, (*tally).outcomes)
	if t.Failed() {
		return
	}
	t.Log(total)
	total.needs(t, max(1, *workflows/1000), "verdict impossible", "verdict possible", "verdict perhaps", "certain", "run completes", "run fails", "played again", "combinations")
	total.needs(t, max(1, *workflows/100), planProductions()...)
}

// outcomes draws the plan of a seed and compares.
func (c *tally) outcomes(t *testing.T, seed uint64) {
	t.Helper()
	g := newPlanGrammar(seed)
	var s *sketch
	for {
		clear(g.hits)
		s = g.sketch()
		d := disagreement{seed: seed, tally: newTally()}
		enumerable := d.find(s)
		if !enumerable {
			c.hits["too many runs"]++
			continue
		}
		for what, n := range g.hits {
			c.hits[what] += n
		}
		for what, n := range d.tally.hits {
			c.hits[what] += n
		}
		c.hits["workflows"]++
		if d.what == "" {
			return
		}
		first := d.what
		small := s.reduce(func(s *sketch) bool {
			d := disagreement{seed: seed, tally: newTally()}
			return d.find(s) && d.kind() == kindOf(first)
		})
		d = disagreement{seed: seed, tally: newTally()}
		d.find(small)
		t.Errorf("seed %d: %s\nreduced: %s\n%s\nreplay with -run Outcomes -seed=%d -v", seed, first, d.what, small, seed)
		return
	}
}

// disagreement looks for a difference between the model and what happens.
type disagreement struct {
	seed  uint64
	tally *tally
	e     *enumeration
	// replays is how many runs were played again.
	replays int
	// what is the first that was found.
	what string
}

// kindOf is the part of a disagreement that stays when the workflow is reduced.
func kindOf(what string) string {
	kind, _, _ := strings.Cut(what, ":")
	return kind
}

func (d *disagreement) kind() string { return kindOf(d.what) }

func (d *disagreement) found(format string, args ...any) {
	if d.what == "" {
		d.what = fmt.Sprintf(format, args...)
	}
}

// find compares everything that is asked of a workflow; false if it is not valid
// or has too many runs.
func (d *disagreement) find(s *sketch) bool {
	p, types, err := s.link()
	if err != nil {
		return false
	}
	e, err := newEnumeration(p, types)
	if err != nil {
		return false
	}
	h, err := e.enumerate(maxRuns)
	if err != nil {
		d.found("engine: %v", err)
		return true
	}
	if h == nil {
		return false
	}
	d.e = e
	defer func() {
		if r := recover(); r != nil {
			d.found("panic: %v", r)
		}
	}()
	d.tally.hits["runs"] += h.runs
	certain := e.complete && isCertain(p, types)
	if certain {
		d.tally.hits["certain"]++
	}
	for _, completed := range h.outcomes {
		d.tally.hits[map[bool]string{true: "run completes", false: "run fails"}[completed]]++
	}
	m := outcome.New(p, outcome.Types{Writes: types.writes, Input: types.input})
	for n := range h.list {
		d.ask(m, h, e.complete, certain, claim{number: n})
		d.ask(m, h, e.complete, certain, claim{number: n, not: true})
	}
	random := rand.New(rand.NewPCG(d.seed, 6))
	for range 40 {
		claims := make([]claim, 2+random.IntN(2))
		for i := range claims {
			claims[i] = claim{random.IntN(len(h.list)), random.IntN(2) == 0}
		}
		d.ask(m, h, e.complete, certain, claims...)
	}
	d.combinations(m, h, certain)
	return true
}

// ask puts one question to the model.
func (d *disagreement) ask(m *outcome.Model, h *happened, complete, certain bool, claims ...claim) {
	facts := make([]outcome.Fact, len(claims))
	for i, c := range claims {
		facts[i] = h.fact(c)
	}
	answer := m.Find(facts...)
	ever := h.ever(claims...)
	what := func() string { return fmt.Sprintf("%+v answered %d", facts, answer.Verdict) }
	d.tally.hits["questions"]++
	switch answer.Verdict {
	case outcome.Impossible:
		d.tally.hits["verdict impossible"]++
		if ever {
			d.found("impossible but happens: %s", what())
		}
	case outcome.Possible:
		d.tally.hits["verdict possible"]++
		switch {
		case !ever && complete:
			d.found("possible but never happens: %s", what())
		case answer.Run == nil:
			d.found("possible without a run: %s", what())
		case complete && !h.shows(answer.Run, claims):
			d.found("no such run: %s %+v", what(), answer.Run)
		case certain && h.sometimesNot(claims) && failuresShown(answer.Run) > h.fewestFailures(len(d.e.plan.Tasks), claims):
			d.found("not the fewest failures: %s %+v", what(), answer.Run)
		case certain && len(answer.Run.Values) > 0 && d.replays < maxReplays:
			d.replays++
			d.tally.hits["played again"]++
			if !d.e.replays(answer.Run, claims) {
				d.found("no such values: %s %+v", what(), answer.Run)
			}
		}
	case outcome.Perhaps:
		d.tally.hits["verdict perhaps"]++
		switch {
		case certain:
			d.found("perhaps although certain: %s, happens %v", what(), ever)
		case answer.Run == nil:
			d.found("perhaps without a run: %s", what())
		}
	default:
		d.found("given up: %s", what())
	}
}

// shows reports whether a run of the workflow is as the model says and has the
// claims.
func (h *happened) shows(run *outcome.Run, claims []claim) bool {
	claims = slices.Clone(claims)
	for _, t := range run.Tasks {
		claims = append(claims, h.ended(t.Task, t.Outcome))
	}
	completed := h.is(outcome.RunCompleted())
	completed.not = !run.Completed
	return h.ever(append(claims, completed)...)
}

// ended is the claim that a task ended so.
func (h *happened) ended(task int, o outcome.Outcome) claim {
	switch o {
	case outcome.TaskCompleted:
		return h.is(outcome.Completed(task))
	case outcome.TaskFailed:
		return h.is(outcome.Failed(task))
	default:
		return h.isNot(outcome.Ran(task))
	}
}

// isCertain reports whether the model must know the answer to every question:
// nothing that a rule looks at is open, of a loose type, or looked for within.
func isCertain(p *plan.Plan, types givers) bool {
	looked := make(map[string]bool)
	for i := range p.Tasks {
		if p.Tasks[i].Open {
			return false
		}
		for _, leaf := range p.Tasks[i].Rule.Tree.Leaves() {
			switch {
			case leaf.Op != plan.OpValue:
			case leaf.Cmp == plan.CmpContains || leaf.Cmp == plan.CmpNotContains:
				return false
			default:
				looked[plan.BaseKey(leaf.Key)] = true
			}
		}
	}
	written := make(map[string]bool)
	for i := range p.Tasks {
		for n, w := range p.Tasks[i].Writes {
			written[w.Key] = true
			if looked[w.Key] && isLoose(types.writes[i][n]) {
				return false
			}
		}
	}
	for i, in := range p.Input {
		if looked[in.Name] && isLoose(types.input[i]) {
			return false
		}
	}
	for key := range looked {
		if !p.InputDeclared && !written[key] {
			return false
		}
	}
	return true
}

// isLoose reports whether a type, none of which is cyclic here, has a loose part.
func isLoose(t *domain.Type) bool {
	if t == nil || t.Loose {
		return true
	}
	for _, f := range t.Fields {
		if isLoose(f.Type) {
			return true
		}
	}
	return t.Elem != nil && isLoose(t.Elem)
}

// planProductions are the productions of [planGrammar] that must have been used.
func planProductions() []string {
	names := []string{
		"input declared", "input undeclared", "input required", "input optional", "input default",
		"allow_failure", "walk", "always", "open", "pointer", "tree without operands",
		"read required", "read optional", "write always", "write optional", "write fills", "write deletes", "write only deletes",
	}
	for op := plan.OpAll; op <= plan.OpTaskSkipped; op++ {
		names = append(names, "tree "+op.String())
	}
	for c := plan.CmpEquals; c <= plan.CmpNotIn; c++ {
		names = append(names, "compare "+c.String())
	}
	for k := plan.LitNil; k <= plan.LitString; k++ {
		names = append(names, "literal "+k.String())
	}
	for _, t := range randomTypes {
		names = append(names, "type "+t.name)
	}
	return names
}
