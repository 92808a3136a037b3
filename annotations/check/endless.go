package check

import (
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// maxCulprits is how many tasks are searched for those that let every run fail.
const maxCulprits = 256

// checkCompletion reports tasks that run but never complete, and a workflow whose
// every run fails.
func (o *outcomeCheck) checkCompletion() {
	explained := false
	for _, t := range o.w.order {
		if o.endless[t.index] {
			explained = explained || !t.policy.AllowFailure.V
			o.reportEndless(t)
		}
	}
	if !explained && o.never(outcome.RunCompleted()) {
		o.reportEveryRunFails()
	}
}

// reportEndless reports a task that requires keys which are never there together.
// One that is never there by itself is reported with the keys that are missing.
func (o *outcomeCheck) reportEndless(t *task) {
	var facts []outcome.Fact
	var fields []Field
	for i, r := range t.reads {
		if r.Optional {
			continue
		}
		there := outcome.Present(t.index, r.Key)
		if o.never(outcome.Ran(t.index), there) {
			return
		}
		facts, fields = append(facts, there), append(fields, t.code.readField(i))
	}
	facts = append(facts, outcome.Ran(t.index))
	o.w.inert[t] = true
	var names []string
	f := found(annotations.CodeNeverCompletes, t.decl.Target, "")
	for _, field := range minimal(o, facts, fields) {
		names = append(names, strconv.Quote(field.Key))
		f.Related = append(f.Related, readPlace(t, field))
	}
	f.Message = "task \"" + t.id + "\" can never complete: it requires " + enumerate(names, "and") +
		", which are never there together when it runs"
	f.Related = append(f.Related, o.w.diesWith(t)...)
	o.c.report(o.w, f)
}

// reportEveryRunFails names tasks of which one fails in every run.
func (o *outcomeCheck) reportEveryRunFails() {
	var list []*task
	var facts []outcome.Fact
	for _, t := range o.w.order {
		if !t.policy.AllowFailure.V && !o.dead[t.index] && len(t.reads) > 0 {
			list = append(list, t)
			facts = append(facts, outcome.Failed(t.index).Not())
		}
	}
	f := found(annotations.CodeEveryRunFails, o.w.decl.Target,
		"every run of workflow %q fails: whatever happens, a task lacks a key that it requires", o.w.name)
	if len(list) <= maxCulprits && o.never(facts...) {
		for _, t := range minimal(o, facts, list) {
			f.Related = append(f.Related, related(t.decl.Target, "%s fails in runs in which it lacks a key", quoted(t)))
		}
	}
	o.c.report(o.w, f)
}
