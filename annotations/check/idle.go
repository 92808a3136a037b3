package check

import (
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
)

// checkIdle points at retry settings that change nothing, each annotation once.
func (c *checker) checkIdle(w *workflow) {
	switch all := w.decl.Defaults; {
	case !slices.ContainsFunc(w.order, func(t *task) bool { return t.attempts() > 0 }):
		c.reportIdle(w, retrySettings(all), "no task of the workflow has retries")
	case !slices.ContainsFunc(w.order, func(t *task) bool { return !t.neverRetries() }):
		c.reportIdle(w, withAttempts(all), "no task of the workflow ever retries (retry_condition=never)")
	}
	for _, t := range w.order {
		own := t.decl.Policy
		switch {
		case t.attempts() == 0:
			c.reportIdle(w, retrySettings(own), "task \""+t.id+"\" has no retries")
		case t.neverRetries():
			why := "retry_condition=never"
			if !own.RetryCondition.Set {
				why = "default_" + why
			}
			c.reportIdle(w, withAttempts(own), "task \""+t.id+"\" never retries ("+why+")")
		case own.RetryMaxDelay.Set && !t.needsMaximum():
			c.reportIdle(w, []setting{settingOf(own.RetryMaxDelay)}, "no delay of task \""+t.id+"\" gets so long")
		}
	}
}

// neverRetries reports whether the condition of a task, its own or that of its
// workflow, rules out all retries.
func (t *task) neverRetries() bool {
	condition := t.policy.RetryCondition
	return condition.Set && condition.V.Kind == annotations.RetryNever && !t.policy.RetryIf.Set
}

// withAttempts are the settings for retries together with their number.
func withAttempts(p annotations.Policy) []setting {
	settings := retrySettings(p)
	if p.RetryAttempts.Set {
		settings = append(settings, settingOf(p.RetryAttempts))
	}
	return settings
}

// setting is an argument of an annotation.
type setting struct{ key, value annotations.Span }

func settingOf[T any](v annotations.Value[T]) setting { return setting{v.Key, v.Span} }

// retrySettings are the arguments that say how retries are made, in the order
// of the annotation.
func retrySettings(p annotations.Policy) []setting {
	var list []setting
	add := func(set bool, s setting) {
		if set {
			list = append(list, s)
		}
	}
	add(p.RetryDelay.Set, settingOf(p.RetryDelay))
	add(p.RetryMaxDelay.Set, settingOf(p.RetryMaxDelay))
	add(p.RetryBackoff.Set, settingOf(p.RetryBackoff))
	add(p.RetryJitter.Set, settingOf(p.RetryJitter))
	add(p.RetryCondition.Set && p.RetryCondition.V.Kind != annotations.RetryNever, settingOf(p.RetryCondition))
	add(p.RetryIf.Set, settingOf(p.RetryIf))
	return list
}

// needsMaximum reports whether some delay would be another without the task's
// own maximum, for which its workflow's or the default one would stand in.
func (t *task) needsMaximum() bool {
	with := t.retry()
	without := with
	without.MaxDelay = valueOr(t.flow.decl.Defaults.RetryMaxDelay, defaultMaxDelay)
	for n := 1; n < with.Executions(); n++ {
		if with.LongestDelay(n) != without.LongestDelay(n) || with.LongestDelay(n) == with.MaxDelay {
			return true
		}
	}
	return false
}

// reportIdle reports settings for one reason, with a fix that removes them all.
func (c *checker) reportIdle(w *workflow, settings []setting, why string) {
	if len(settings) == 0 {
		return
	}
	slices.SortFunc(settings, func(a, b setting) int { return compareSpans(a.key, b.key) })
	var names []string
	var fix annotations.Fix
	for _, s := range settings {
		names = append(names, c.text(s.key))
		fix.Edits = append(fix.Edits, c.removeArgument(s.key, s.value, "").Edits...)
	}
	all, has := enumerate(names, "and"), "has"
	if len(names) > 1 {
		has = "have"
	}
	fix.Message = "remove " + all
	f := found(annotations.CodeRetryWithoutUse, c.join(settings[0].key, settings[0].value),
		"%s, so %s %s no effect", why, all, has)
	for _, s := range settings[1:] {
		f.Related = append(f.Related, related(s.key, "%s is given here", c.text(s.key)))
	}
	f.Fixes = []annotations.Fix{fix}
	c.report(w, f)
}

// text is the source text of a place.
func (c *checker) text(at annotations.Span) string {
	return string(c.src.Bytes[at.File][at.Start.Offset:at.End.Offset])
}
