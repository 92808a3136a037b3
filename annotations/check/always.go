package check

import (
	"slices"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// maxStrict is how many tasks before a task are followed to find out what it
// would get under all_success.
const maxStrict = 256

// strictHelps reports whether a shortage comes from the rule always alone: if
// the task, and those before it with that rule, waited for successes, it could
// still run and would get its keys.
func (f *flow) strictHelps(s *shortage) bool {
	t := s.reader
	if t.rule.Tree != nil || len(t.deps) == 0 || s.never {
		return false
	}
	for _, set := range []map[*task]bool{{}, nil} { // mostly its own rule is enough
		if facts := f.strict(t, set); facts != nil && f.helps(s, facts) {
			return f.can(facts...)
		}
	}
	return false
}

// helps reports whether the keys are there in every run with these facts.
func (f *flow) helps(s *shortage, facts []outcome.Fact) bool {
	for _, field := range s.fields {
		if !f.cannot(slices.Concat(facts, []outcome.Fact{outcome.Present(s.reader.index, field.Key).Not()})...) {
			return false
		}
	}
	return true
}

// strict are the facts that hold if a task with the rule always runs under
// all_success, and with it those tasks before it that have the rule always and
// are in the set; a nil set stands for all of them. It returns nil if they are
// too many.
func (f *flow) strict(t *task, set map[*task]bool) []outcome.Fact {
	facts := []outcome.Fact{outcome.Ran(t.index)}
	seen := make(map[*task]bool)
	todo := []*task{t}
	for len(todo) > 0 {
		if len(facts) > maxStrict {
			return nil
		}
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if at.rule.Tree != nil || at != t && set != nil && !set[at] {
			continue
		}
		for _, d := range at.deps {
			if !seen[d] {
				seen[d] = true
				facts = append(facts, outcome.Completed(d.index))
				todo = append(todo, d)
			}
		}
	}
	return facts
}

// reportAlways reports, once for the workflow, the tasks that run although what
// they depend on has not succeeded.
func (f *flow) reportAlways(list []*shortage) {
	first := list[0]
	all := slices.Clone(first.also)
	for _, s := range list[1:] {
		all = append(append(all, s), s.also...)
	}
	t := first.reader
	others := byReader(all)
	rest := slices.DeleteFunc(slices.Clone(others), func(s *shortage) bool { return s.reader == t })
	missing := "are missing"
	if len(first.fields) == 1 {
		missing = "is missing"
	}
	fd := found(annotations.CodeRunsAfterFailure, t.decl.Target,
		"task %q also runs when %s (rule: always), and then %s %s", t.id, whatHappened(first), first.keys(), missing)
	switch n := len(rest); {
	case n == 1:
		fd.Message += "; so it is with " + strconv.Quote(rest[0].reader.id)
	case n > 1:
		fd.Message += "; so it is with " + strconv.Itoa(n) + " other tasks"
	}
	fd.Table = f.w.caseTable(f.w.before(first.run, t))
	for _, field := range first.fields {
		fd.Related = append(fd.Related, readPlace(t, field))
	}
	for _, s := range others[:min(len(others), maxRelated)] {
		fd.Related = append(fd.Related, related(s.reader.decl.Target, "%q requires %s", s.reader.id, s.keys()))
	}
	all = append(all, first)
	here, byDefault := f.fixHere(all), f.fixDefault(all)
	optional := f.fixOptional(all)
	fd.Message += alwaysAdvice(here != nil, byDefault != nil, optional != nil)
	fd.Fixes = slices.Concat(here, byDefault)
	if optional != nil {
		if len(all) == 1 {
			fd.Fixes = append(fd.Fixes, optional...)
		} else { // one source may be enough
			fd.Fixes = append(optional, fd.Fixes...)
		}
	}
	f.c.report(f.w, fd)
}

// byReader puts the shortages of each task together.
func byReader(list []*shortage) []*shortage {
	var joined []*shortage
	for _, s := range list {
		i := slices.IndexFunc(joined, func(o *shortage) bool { return o.reader == s.reader })
		if i < 0 {
			joined = append(joined, &shortage{reader: s.reader, fields: slices.Clone(s.fields)})
			continue
		}
		joined[i].fields = append(joined[i].fields, s.fields...)
	}
	return joined
}

// fixOptional lets the tasks accept that keys are missing, where all of these come
// from tasks that may fail: these are meant to be done without.
func (f *flow) fixOptional(list []*shortage) []annotations.Fix {
	var fix annotations.Fix
	seen := make(map[annotations.Span]bool) // a struct that several tasks read
	for _, s := range list {
		if !slices.ContainsFunc(s.writers, func(t *task) bool { return t.policy.AllowFailure.V }) {
			return nil
		}
		for _, one := range f.c.readOptional(s.reader, s.fields) {
			for _, e := range one.Edits {
				if !seen[e.Span] {
					seen[e.Span] = true
					fix.Edits = append(fix.Edits, e)
				}
			}
			fix.Message = one.Message
			if len(list) > 1 {
				fix.Message = "read as optional what may be missing, zero then"
			}
		}
	}
	if fix.Edits == nil {
		return nil
	}
	return []annotations.Fix{fix}
}

// maxRelated is how many tasks a finding about a whole workflow points at.
const maxRelated = 20

// alwaysAdvice says which repairs there are.
func alwaysAdvice(here, byDefault, optional bool) string {
	var advice string
	switch {
	case here && byDefault:
		advice = "; write trigger_rules=all_success here, or default_trigger_rules=all_success on the workflow"
	case byDefault:
		advice = "; write default_trigger_rules=all_success on the workflow"
	case here:
		advice = "; write trigger_rules=all_success"
	case optional:
		return "; read what may be missing as optional"
	default:
		return "; read what may be missing as optional, or let its rule ask for success"
	}
	if optional {
		advice += ", or read what may be missing as optional"
	}
	return advice
}

// whatHappened says which writer did not complete, and how.
func whatHappened(s *shortage) string {
	for _, writer := range s.writers {
		if s.run == nil {
			break
		}
		for _, o := range s.run.Tasks {
			switch {
			case o.Task != writer.index:
			case o.Outcome == outcome.TaskFailed:
				return strconv.Quote(writer.id) + " failed"
			case o.Outcome == outcome.TaskSkipped:
				return strconv.Quote(writer.id) + " was skipped"
			}
		}
	}
	if len(s.writers) == 0 {
		return "a task before it failed"
	}
	return strconv.Quote(s.writers[0].id) + " did not complete"
}

// fixHere lets each of the tasks wait for successes, if that is enough and each task
// can still run then.
func (f *flow) fixHere(list []*shortage) []annotations.Fix {
	set := make(map[*task]bool)
	for _, s := range list {
		set[s.reader] = true
	}
	fix := annotations.Fix{Message: "run only after success: trigger_rules=all_success"}
	done := make(map[*task]bool)
	for _, s := range list {
		if !f.helps(s, f.strict(s.reader, map[*task]bool{})) {
			if facts := f.strict(s.reader, set); facts == nil || !f.helps(s, facts) {
				return nil
			}
		}
		if done[s.reader] {
			continue
		}
		done[s.reader] = true
		if own := s.reader.decl.TriggerRules; own.Set {
			fix.Edits = append(fix.Edits, annotations.Edit{Span: own.Span, New: "all_success"})
			continue
		}
		line := addLine(s.reader.decl.Span, "//cloacina:task trigger_rules=all_success", "")
		fix.Edits = append(fix.Edits, line.Edits...)
	}
	if !f.allRunStrictly(set) {
		return nil
	}
	return []annotations.Fix{fix}
}

// fixDefault lets all tasks of the workflow wait for successes that do not say
// otherwise, if each of them can still run then.
func (f *flow) fixDefault(list []*shortage) []annotations.Fix {
	for _, s := range list {
		if !s.reader.ruleInherited {
			return nil
		}
	}
	strict := make(map[*task]bool)
	for _, t := range f.w.order {
		strict[t] = t.ruleInherited
	}
	if !f.allRunStrictly(strict) {
		return nil
	}
	const message = "run all tasks only after success: default_trigger_rules=all_success"
	if own := f.w.decl.Defaults.TriggerRules; own.Set {
		return []annotations.Fix{replace(own.Span, "all_success", message)}
	}
	fix := addLine(f.w.decl.Span, "//cloacina:workflow default_trigger_rules=all_success", "")
	fix.Message = message
	return []annotations.Fix{fix}
}

// allRunStrictly reports whether each task could still run if those of some that
// have the rule always had all_success.
func (f *flow) allRunStrictly(some map[*task]bool) bool {
	rules := make(map[*task]annotations.Rule)
	for _, t := range f.w.order {
		if some[t] && t.rule.Tree == nil && len(t.deps) > 0 {
			rules[t] = &annotations.Shorthand{Kind: annotations.AllSuccess}
		}
	}
	return f.allStillRun(rules)
}
