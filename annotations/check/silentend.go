package check

import (
	"slices"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// silentEnd is a task without which nothing behind it runs, although the run then
// completes.
type silentEnd struct {
	task *task
	// failed says that the task is allowed to fail; else its rule may skip it.
	failed bool
	// reader reads a key of the task as optional, and yet never runs without it;
	// nil where the whole rest of the workflow is skipped instead.
	reader *task
	key    string
	// also are others of which the same is true.
	also []*silentEnd
}

// maxFollowed bounds the conditions that are looked at to find out what is skipped:
// nothing is said of the rest.
const maxFollowed = 200_000

// checkSilentEnds points at tasks that the rest is meant to do without, as it
// seems, and cannot: they may fail, or their rule may skip them, and no rule behind
// them is true then. What one rule would repair is said once.
func (c *checker) checkSilentEnds(w *workflow) {
	s := silence{w: w, below: w.readsAnyBelow()}
	byName := make(map[string]*silentEnd)
	var list []*silentEnd
	for _, t := range w.order {
		end := s.endAt(t)
		if s.followed > maxFollowed {
			break
		}
		if end == nil {
			continue
		}
		name := end.name()
		if first := byName[name]; first != nil {
			first.also = append(first.also, end)
			continue
		}
		byName[name] = end
		list = append(list, end)
	}
	for _, end := range list {
		c.reportSilentEnd(w, end)
	}
}

// name is the same for ends that are reported together: those without which all the
// rest is skipped, and those that one task could do without.
func (e *silentEnd) name() string {
	switch {
	case e.reader == nil:
		return "all the rest"
	case e.failed:
		return "failed " + e.reader.id
	}
	return "skipped " + e.reader.id
}

// silence looks for silent ends.
type silence struct {
	w        *workflow
	below    []bool
	followed int
}

// endAt returns how the workflow ends silently without a task; nil if it does not.
func (s *silence) endAt(t *task) *silentEnd {
	dependants := s.w.ancestry.dependants[t.number]
	unaware := func(d *task) bool { return !s.w.inert[d] && !d.names(t) }
	if s.w.inert[t] || !slices.ContainsFunc(dependants, unaware) {
		return nil
	}
	m := s.w.model()
	end := &silentEnd{task: t, failed: t.policy.AllowFailure.V && !t.policy.OnFailure.Set}
	end.reader, end.key = s.readerWithout(t, dependants)
	without := outcome.Failed(t.index)
	switch {
	case end.failed && (end.reader != nil || s.leadsToAll(t)):
	case end.reader != nil && !t.ruleInherited && t.rule.Tree != nil:
		end.failed, without = false, outcome.Skipped(t.index)
	default:
		return nil
	}
	if !s.allSkipped(t, end.failed, without) || m.Verdict(without, outcome.RunCompleted()) != outcome.Possible {
		return nil
	}
	return end
}

// readerWithout returns a task that depends on t and could do without it: all that
// it reads of t it reads as optional. That t may leave the key out is a reason of
// its own, unless the reader waits for others as well. A rule that names t is meant.
func (s *silence) readerWithout(t *task, dependants []*task) (*task, string) {
	if s.below[t.index] {
		return nil, ""
	}
	for _, d := range dependants {
		if d.rule.Tree == nil || s.w.inert[d] || d.names(t) {
			continue
		}
		if key, ok := s.optionalOf(d, t); ok && (len(d.deps) > 1 || !t.write(key).Optional) {
			return d, key
		}
	}
	return nil, ""
}

// optionalOf returns a key that only one task gives a reader, which reads it and all
// other keys of that task as optional; one that is always written, if there is any.
func (s *silence) optionalOf(reader, writer *task) (key string, ok bool) {
	for i, r := range reader.reads {
		switch {
		case r.Walk || reader.code.readsOwn(i) || !slices.Contains(r.Writers, writer.index):
		case !reader.code.doesWithout(i):
			return "", false
		case len(r.Writers) == 1 && len(s.w.startOf(r.Key)) == 0 && (key == "" || writer.write(key).Optional):
			key = r.Key
		}
	}
	return key, key != ""
}

// names reports whether a task has a rule of its own that names another one.
func (t *task) names(other *task) bool {
	isOther := func(o *annotations.Outcome) bool { return o.ID.Text == other.id }
	return !t.ruleInherited && slices.ContainsFunc(outcomes(t.policy.TriggerRules.V), isOther)
}

// leadsToAll reports whether every task that nobody depends on comes behind t, so
// that without it a run comes to nothing.
func (s *silence) leadsToAll(t *task) bool {
	s.followed += len(s.w.order)
	after := s.w.ancestry.after(t, len(s.w.order))
	return !slices.ContainsFunc(s.w.order, func(other *task) bool {
		return len(s.w.ancestry.dependants[other.number]) == 0 && !after[other]
	})
}

// allSkipped reports whether nothing behind a task runs without it. Most rules say
// so themselves; of the others the model is asked.
func (s *silence) allSkipped(t *task, failed bool, without outcome.Fact) bool {
	after := s.w.ancestry.after(t, len(s.w.order))
	skipped := make(map[*task]bool, len(after))
	for _, d := range s.w.order[t.index+1:] {
		if !after[d] {
			continue
		}
		rule, known := d.expanded(), make(map[annotations.Rule]truth)
		for _, leaf := range leavesOf(rule) {
			s.followed++
			o, ok := leaf.(*annotations.Outcome)
			if !ok {
				continue
			}
			switch of := s.w.byID[o.ID.Text]; {
			case skipped[of], of == t && !failed:
				known[leaf] = truthOf(o.Want == annotations.Skipped)
			case of == t:
				known[leaf] = truthOf(o.Want == annotations.Failed)
			}
		}
		if judge(rule, known) != no && s.w.model().Verdict(without, outcome.Ran(d.index)) != outcome.Impossible {
			return false
		}
		skipped[d] = true
	}
	return true
}

func (c *checker) reportSilentEnd(w *workflow, e *silentEnd) {
	t, at := e.task, e.task.decl.Target
	without, facts := " fails (allow_failure)", []outcome.Fact{outcome.Failed(t.index)}
	if !e.failed {
		without, facts = " is skipped by its rule", []outcome.Fact{outcome.Skipped(t.index)}
	}
	first := w.ancestry.dependants[t.number][0]
	if e.reader != nil {
		first = e.reader
	}
	f := found(annotations.CodeSilentEnd, at,
		"when %q%s, no rule takes it up: %q is skipped, too, and the run completes",
		t.id, without, first.id)
	if e.reader != nil {
		f.Message += "; yet " + quoted(first) + " reads \"" + e.key + "\" of it as optional"
	}
	if len(e.also) > 0 {
		f.Message += "; so it is with " + listedEnds(e.also)
	}
	facts = append(facts, outcome.RunCompleted(), outcome.Skipped(first.index))
	f.Table = w.caseTable(w.model().Find(facts...).Run)
	f.Related = []annotations.Related{related(first.decl.Target, "%q is skipped then", first.id)}
	for _, other := range e.also[:min(len(e.also), maxListed)] {
		f.Related = append(f.Related, related(other.task.decl.Target, "%q is such a task, too", other.task.id))
	}
	c.report(w, f)
}

// listedEnds names the tasks of some ends.
func listedEnds(ends []*silentEnd) string {
	var words []string
	for i, e := range ends {
		if i == maxListed {
			words = append(words, strconv.Itoa(len(ends)-i)+" others")
			break
		}
		words = append(words, quoted(e.task))
	}
	return enumerate(words, "and")
}
