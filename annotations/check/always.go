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
	missing := "are missing"
	if len(first.fields) == 1 {
		missing = "is missing"
	}
	fd := found(annotations.CodeRunsAfterFailure, t.decl.Target,
		"task %q also runs when %s (rule: always), and then %s %s", t.id, whatHappened(first), first.keys(), missing)
	switch n := len(all); {
	case n == 1:
		fd.Message += "; so it is with " + strconv.Quote(all[0].reader.id)
	case n > 1:
		fd.Message += "; so it is with " + strconv.Itoa(n) + " other tasks"
	}
	fd.Table = f.w.caseTable(f.w.before(first.run, t))
	for _, field := range first.fields {
		fd.Related = append(fd.Related, readPlace(t, field))
	}
	for _, s := range all[:min(len(all), maxRelated)] {
		fd.Related = append(fd.Related, related(s.reader.decl.Target, "%q requires %s", s.reader.id, s.keys()))
	}
	all = append(all, first)
	here, byDefault := f.fixHere(all), f.fixDefault(all)
	fd.Message += alwaysAdvice(here != nil, byDefault != nil)
	fd.Fixes = slices.Concat(here, byDefault)
	f.c.report(f.w, fd)
}

// maxRelated is how many tasks a finding about a whole workflow points at.
const maxRelated = 20

// alwaysAdvice says which repairs there are.
func alwaysAdvice(here, byDefault bool) string {
	switch {
	case here && byDefault:
		return "; write trigger_rules=all_success here, or default_trigger_rules=all_success on the workflow"
	case byDefault:
		return "; write default_trigger_rules=all_success on the workflow"
	}
	return "; write trigger_rules=all_success"
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

// fixHere lets each of the tasks wait for successes, if that is enough.
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
	if !f.allRunStrictly() {
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

// allRunStrictly reports whether each task could still run if those that have the
// rule always by default had all_success. Mostly they all can in one run.
func (f *flow) allRunStrictly() bool {
	var strict []*task
	var facts []outcome.Fact
	known := make(map[*task]bool)
	for _, t := range f.w.order {
		if !t.ruleInherited || t.rule.Tree != nil || len(t.deps) == 0 {
			continue
		}
		strict = append(strict, t)
		for _, d := range t.deps {
			if !known[d] {
				known[d] = true
				facts = append(facts, outcome.Completed(d.index))
			}
		}
	}
	if f.can(facts...) {
		return true
	}
	for _, t := range strict {
		if facts := f.strict(t, nil); facts == nil || !f.can(facts...) {
			return false
		}
	}
	return true
}
