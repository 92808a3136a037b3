package cloacina

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// PlanChange is one change of the plan of a run: it went on under another
// program than before.
type PlanChange struct {
	// At is when the run went on under the changed plan.
	At time.Time
	// Differences are what changed for this run, a phrase each, such as "task
	// fetch: retry_attempts 3, now 5". What a new program says about tasks that
	// had been decided does not concern the run and is not among them.
	Differences []string
}

func planChanges(replans []store.Replan) []PlanChange {
	var changes []PlanChange
	for _, r := range replans {
		changes = append(changes, PlanChange{At: instant(r.At), Differences: differences(r.From, r.To)})
	}
	return changes
}

// differences are those of two plans in words.
func differences(old, now *plan.Plan) []string {
	var texts []string
	for _, d := range plan.Diff(old, now) {
		texts = append(texts, d.String())
	}
	return texts
}

// take puts the run on its course. A run that was blocked is another one from
// now on; whoever waits for it learns so after the commit.
func (l *loop) take(c *course) *openRun {
	run, p := c.run, c.graph.Plan()
	if c.run.cause != 0 {
		run = newOpenRun(c.run.num, c.run.created, p, c.state, nil)
		c.run.heir = run
		publish := func() {
			c.run.next.Store(run) // first: who does not find the old one any more looks for it
			l.r.live.add(run)
		}
		l.effects = append(l.effects, effect{run: run, do: publish, refused: func(error) { publish() }})
	}
	run.errs, run.delayed = c.inherited()
	run.plan, run.graph, run.code, run.state = p, c.graph, c.workflow.codeOf(p), c.state
	run.writers = newWriters(p, c.state)
	return run
}

// inherited is what is known of the tasks beside their state, by their numbers
// in the plan that the run goes on under.
func (c *course) inherited() (errs []error, delayed map[int]int64) {
	if c.adoption == nil {
		return slices.Clone(c.run.errs), c.run.delayed
	}
	errs, delayed = make([]error, len(c.state.Tasks)), map[int]int64{}
	for old, now := range c.adoption.Tasks {
		if now < 0 {
			continue
		}
		errs[now] = c.run.errs[old]
		if ms, ok := c.run.delayed[old]; ok {
			delayed[now] = ms
		}
	}
	return errs, delayed
}

// course is how a run goes on under a registered workflow.
type course struct {
	run      *openRun // as it was
	workflow *workflow
	graph    *engine.Graph
	state    *engine.Run
	// adoption is nil if the run's plan is the registered one.
	adoption *engine.Adoption
}

// planner finds out how runs go on. It keeps what runs have in common, so that
// ten thousand of them are no trouble.
type planner struct {
	// texts are the differences between two plans, by both fingerprints.
	texts map[[2]string]string
	// graphs are those of the plans that runs adopt, by fingerprint: a thousand
	// runs that got equally far share one. Runs keep theirs alive, not the planner.
	graphs map[string][]*engine.Graph
	// own are the graphs of the plans that runs come with, by fingerprint.
	own map[string]*engine.Graph
}

func newPlanner() *planner {
	return &planner{
		texts: map[[2]string]string{}, graphs: map[string][]*engine.Graph{}, own: map[string]*engine.Graph{},
	}
}

// plot finds out how a run goes on under a workflow. Obstacles, or an error that
// is a damage or a violation, say that it does not; the run is then as it was.
func (p *planner) plot(run *openRun, w *workflow, accept bool) (*course, []engine.Obstacle, error) {
	if err := p.intact(run, w); err != nil {
		return nil, nil, &damageError{run.plan, err}
	}
	c := &course{run: run, workflow: w, graph: w.graph, state: run.state}
	if run.cause == 0 && run.plan.Fingerprint == w.graph.Plan().Fingerprint {
		return c, nil, nil
	}
	var err error
	var obstacles []engine.Obstacle
	if c.adoption, obstacles = engine.Adopt(run.plan, run.state, w.graph.Plan(), accept); c.adoption == nil {
		return nil, obstacles, nil
	}
	if c.graph, err = p.graphOf(w, c.adoption.Plan); err != nil {
		return nil, nil, err
	}
	c.state = c.adoption.Run
	return c, nil, c.graph.RestoreWhole(c.state, true)
}

// intact checks that a run fits its own plan: that its rows are all there. Without
// them it would look as if it had done nothing yet, and do everything again.
func (p *planner) intact(run *openRun, w *workflow) error {
	g := p.own[run.plan.Fingerprint]
	switch {
	case run.plan.Fingerprint == w.graph.Plan().Fingerprint:
		g = w.graph
	case g == nil:
		var err error
		if g, err = engine.Prepare(run.plan, nil); err != nil {
			return err
		}
		p.own[run.plan.Fingerprint] = g
	}
	return g.RestoreWhole(run.state, run.cause == store.BlockedUndecided)
}

// graphOf returns the graph of a plan that runs of a workflow adopt: its tasks
// are those of the registered one, and behind them such as have ended.
func (p *planner) graphOf(w *workflow, now *plan.Plan) (*engine.Graph, error) {
	if now.Fingerprint == w.graph.Plan().Fingerprint {
		return w.graph, nil
	}
	for _, g := range p.graphs[now.Fingerprint] {
		if sameReads(g.Plan(), now) {
			return g, nil
		}
	}
	g, err := engine.Prepare(now, deciderOf(now, w.code))
	if err == nil {
		p.graphs[now.Fingerprint] = append(p.graphs[now.Fingerprint], g)
	}
	return g, err
}

// sameReads reports whether the reads of two plans with one fingerprint find
// their values in the same way. That is no part of the fingerprint, and the plans
// of two runs may differ in it if they have not got equally far.
func sameReads(a, b *plan.Plan) bool {
	same := func(a, b plan.Read) bool { return a.Walk == b.Walk && slices.Equal(a.Writers, b.Writers) }
	return slices.EqualFunc(a.Tasks, b.Tasks, func(a, b plan.Task) bool {
		return slices.EqualFunc(a.Reads, b.Reads, same) && slices.EqualFunc(a.Rule.Reads, b.Rule.Reads, same)
	})
}

// codeOf returns the code for a plan that runs of the workflow have adopted.
// Nothing is called of a task that has ended.
func (w *workflow) codeOf(p *plan.Plan) []TaskCode {
	if len(p.Tasks) == len(w.code) {
		return w.code
	}
	return slices.Concat(w.code, make([]TaskCode, len(p.Tasks)-len(w.code)))
}

// logChange tells that a run goes on under a changed plan.
func (l *loop) logChange(p *planner, run *openRun, old *plan.Plan) {
	key := [2]string{old.Fingerprint, run.plan.Fingerprint}
	text, ok := p.texts[key]
	if !ok {
		text = strings.Join(differences(old, run.plan), "; ")
		p.texts[key] = text
	}
	l.logRun(run, slog.LevelInfo, "Run goes on under a changed plan", slog.String("differences", text))
}
