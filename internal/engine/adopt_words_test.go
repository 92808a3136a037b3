package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// workflow builds a plan from lines like "c: a b | r:k=int w:l=string o:m=bool f",
// where r is a required read, R an optional one, w a required write, W an
// optional one, F one that fills, D one that deletes, f allow_failure, o open, and rule= a rule on one task.
func workflow(lines ...string) *plan.Plan {
	heads := make([]string, len(lines))
	for i, line := range lines {
		heads[i], _, _ = strings.Cut(line, "|")
		heads[i] = strings.TrimSpace(heads[i])
	}
	p := edges(heads...)
	for i, line := range lines {
		_, rest, _ := strings.Cut(line, "|")
		for _, word := range strings.Fields(rest) {
			describeTask(p, i, word)
		}
		for n, rd := range p.Tasks[i].Reads {
			found := readOf(p, i, rd.Key)
			p.Tasks[i].Reads[n].Writers, p.Tasks[i].Reads[n].Walk = found.Writers, found.Walk
		}
	}
	p.Fingerprint = p.ComputeFingerprint()
	return p
}

func describeTask(p *plan.Plan, i int, word string) {
	t := &p.Tasks[i]
	kind, rest, _ := strings.Cut(word, ":")
	key, shape, _ := strings.Cut(rest, "=")
	switch kind {
	case "r", "R":
		t.Reads = append(t.Reads, plan.Read{Key: key, Shape: shape, Optional: kind == "R"})
	case "w", "W":
		t.Writes = append(t.Writes, plan.Write{Key: key, Shape: shape, Optional: kind == "W"})
	case "D":
		t.Writes = append(t.Writes, plan.Write{Key: key, Shape: shape, Optional: true, Deletes: true})
	case "F":
		t.Writes = append(t.Writes, plan.Write{Key: key, Shape: shape, Optional: true, Fills: true})
	case "o":
		t.Open = true
	case "f":
		t.AllowFailure = true
	case "never":
		t.Rule.Tree = op(plan.OpAny)
	case "maybe":
		t.Rule.Tree = &plan.Node{Op: plan.OpNot, Args: []*plan.Node{{Op: plan.OpTaskSkipped}}}
	case "retries":
		t.Retry = plan.Retry{Attempts: len(rest), Delay: time.Second, MaxDelay: time.Minute}
	case "input":
		p.InputDeclared = true
		p.Input = append(p.Input, plan.Input{Name: key, Shape: shape})
	case "inputs":
		p.InputDeclared = true
		p.Input = append(p.Input, plan.Input{Name: key, Shape: shape, Optional: true, Default: "1"})
	default:
		panic(word)
	}
}

func op(kind plan.Op, args ...*plan.Node) *plan.Node { return &plan.Node{Op: kind, Args: args} }

// after lets a run of a plan begin and does what the words say: "a" completes a
// task, "a:k=1,l=2" with writes, where a value "-" deletes; "a!" fails it for
// good, "a?" fails an attempt, "a>" starts it; "=k=1" gives the initial context.
func after(t *testing.T, p *plan.Plan, words ...string) *engine.Run {
	t.Helper()
	g := prepare(t, p)
	var initial []engine.Entry
	for _, w := range words {
		if given, ok := strings.CutPrefix(w, "="); ok {
			initial = append(initial, entriesOf(given)...)
		}
	}
	r := g.NewRun("run", initial, 0)
	step(t, g, r, engine.Event{Kind: engine.Begin})
	for _, w := range words {
		if !strings.HasPrefix(w, "=") {
			progress(t, g, r, w)
		}
	}
	return r
}

func progress(t *testing.T, g *engine.Graph, r *engine.Run, word string) {
	t.Helper()
	head, writes, _ := strings.Cut(word, ":")
	id := strings.TrimRight(head, "!?>")
	task := slices.IndexFunc(g.Plan().Tasks, func(t plan.Task) bool { return t.ID == id })
	if r.Tasks[task].Status == engine.TaskRetrying {
		step(t, g, r, engine.Event{Kind: engine.RetryDue, Task: task, Attempt: r.Tasks[task].Attempt})
	}
	step(t, g, r, engine.Event{Kind: engine.Start, Task: task})
	e := engine.Event{Kind: engine.Succeeded, Task: task, Attempt: r.Tasks[task].Attempt, Writes: entriesOf(writes)}
	switch {
	case strings.HasSuffix(head, ">"):
		return
	case strings.HasSuffix(head, "!"):
		e.Kind = engine.Failed
	case strings.HasSuffix(head, "?"):
		e.Kind, e.Retryable = engine.Failed, true
	}
	step(t, g, r, e)
}

func entriesOf(list string) []engine.Entry {
	var entries []engine.Entry
	for _, w := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
		key, value, _ := strings.Cut(w, "=")
		if value == "-" {
			entries = append(entries, tombstone(key))
		} else {
			entries = append(entries, entry(key, value))
		}
	}
	return entries
}

// words splits a list in a test.
func words(list string) []string { return strings.Split(list, "; ") }
