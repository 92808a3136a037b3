package check

import (
	"time"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// The defaults of the language, for what neither the task nor its workflow sets.
const (
	defaultAttempts = 3
	defaultDelay    = time.Second
	defaultMaxDelay = 30 * time.Second
)

// resolvePolicies fills in, for each task, what the workflow sets by default.
func (c *checker) resolvePolicies(w *workflow) {
	for _, t := range w.tasks {
		t.policy = inherit(t.decl.Policy, w.decl.Defaults)
		t.ruleInherited = !t.decl.TriggerRules.Set
		c.checkDelays(t)
		retryIf := c.function(w, retryFunction, "retry_if", t.policy.RetryIf)
		onSuccess := c.function(w, callback, "on_success", t.policy.OnSuccess)
		onFailure := c.function(w, callback, "on_failure", t.policy.OnFailure)
		if t.code == nil {
			continue
		}
		t.code.OnSuccess, t.code.OnFailure = onSuccess, onFailure
		if t.attempts() > 0 {
			t.code.RetryIf = retryIf
		}
	}
}

// inherit returns a task's policy with the defaults of its workflow. A task's own
// retry_condition rules out a default retry_if; the other way round retry_if
// comes first anyway.
func inherit(own, defaults annotations.Policy) annotations.Policy {
	p := own
	pick(&p.TriggerRules, defaults.TriggerRules)
	pick(&p.RetryAttempts, defaults.RetryAttempts)
	pick(&p.RetryDelay, defaults.RetryDelay)
	pick(&p.RetryMaxDelay, defaults.RetryMaxDelay)
	pick(&p.RetryBackoff, defaults.RetryBackoff)
	pick(&p.RetryJitter, defaults.RetryJitter)
	pick(&p.RetryCondition, defaults.RetryCondition)
	if !own.RetryCondition.Set {
		pick(&p.RetryIf, defaults.RetryIf)
	}
	pick(&p.Timeout, defaults.Timeout)
	pick(&p.AllowFailure, defaults.AllowFailure)
	pick(&p.OnSuccess, defaults.OnSuccess)
	pick(&p.OnFailure, defaults.OnFailure)
	return p
}

func pick[T any](own *annotations.Value[T], other annotations.Value[T]) {
	if !own.Set {
		*own = other
	}
}

// checkDelays reports a delay that exceeds a maximum from elsewhere. Where both
// stand in one annotation the parser has compared them.
func (c *checker) checkDelays(t *task) {
	delay, limit := t.delays()
	if delay <= limit || t.attempts() == 0 || comparedByParser(t.decl.Policy) {
		return
	}
	if !t.decl.RetryDelay.Set && !t.decl.RetryMaxDelay.Set && comparedByParser(t.flow.decl.Defaults) {
		return
	}
	at := t.policy.RetryDelay
	if !at.Set || t.decl.RetryMaxDelay.Set {
		at = t.policy.RetryMaxDelay
	}
	f := found(annotations.CodeMaxDelayBelowDelay, at.Span,
		"task %q waits %v before its first retry, but at most %v; set retry_delay and retry_max_delay together",
		t.id, delay, limit)
	if !t.policy.RetryMaxDelay.Set {
		f.Message = "task \"" + t.id + "\" waits " + durationText(delay) + " before its first retry, but " +
			"retry_max_delay is " + durationText(limit) + " by default; write retry_max_delay=" + durationText(delay)
	}
	for _, v := range []annotations.Value[time.Duration]{t.policy.RetryDelay, t.policy.RetryMaxDelay} {
		if v.Set && v.Span != at.Span {
			f.Related = append(f.Related, related(v.Span, "the other is set here"))
		}
	}
	c.report(t.flow, f)
}

// comparedByParser says that delay and maximum stand in one annotation.
func comparedByParser(p annotations.Policy) bool { return p.RetryDelay.Set && p.RetryMaxDelay.Set }

func (t *task) attempts() int { return valueOr(t.policy.RetryAttempts, defaultAttempts) }

func (t *task) delays() (delay, limit time.Duration) {
	return valueOr(t.policy.RetryDelay, defaultDelay), valueOr(t.policy.RetryMaxDelay, defaultMaxDelay)
}

func valueOr[T any](v annotations.Value[T], otherwise T) T {
	if v.Set {
		return v.V
	}
	return otherwise
}

// retry returns the task's retry policy. Without retries it is the zero policy,
// so that defaults without an effect do not show up in the plan.
func (t *task) retry() plan.Retry {
	if t.attempts() == 0 {
		return plan.Retry{}
	}
	delay, limit := t.delays()
	r := plan.Retry{
		Attempts: t.attempts(),
		Delay:    delay,
		MaxDelay: limit,
		Backoff:  backoffs[valueOr(t.policy.RetryBackoff, annotations.Exponential)],
		Jitter:   valueOr(t.policy.RetryJitter, true),
	}
	condition := t.policy.RetryCondition.V
	switch {
	case t.policy.RetryIf.Set:
		r.Condition = plan.RetryIf
	case condition.Kind == annotations.RetryNever:
		r.Condition = plan.RetryNever
	case condition.Kind == annotations.RetryTransient:
		r.Condition = plan.RetryTransient
	case condition.Kind == annotations.RetryMatching:
		r.Condition, r.Matches = plan.RetryMatching, condition.Matches
	}
	return r
}

var backoffs = map[annotations.Backoff]plan.Backoff{
	annotations.Exponential: plan.Exponential,
	annotations.Linear:      plan.Linear,
	annotations.Fixed:       plan.Fixed,
}
