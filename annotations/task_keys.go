package annotations

import "time"

// taskKeys are the keys of //cloacina:task.
func taskKeys(t *Task) *keySet {
	return &keySet{verbTask, append([]keySpec{
		{"id", plainValue, reads(&t.ID, (*valueReader).taskID)},
		{"dependencies", listValue, reads(&t.Dependencies, (*valueReader).dependencies)},
		{"result", plainValue, reads(&t.Result, (*valueReader).name)},
	}, policyKeys(&t.Policy, "")...)}
}

// workflowKeys are the keys of //cloacina:workflow.
func workflowKeys(w *Workflow) *keySet {
	return &keySet{verbWorkflow, append([]keySpec{
		{"name", textValue, reads(&w.Name, (*valueReader).name)},
		{"description", textValue, reads(&w.Description, (*valueReader).text)},
		{"input", plainValue, reads(&w.Input, (*valueReader).identifier)},
		{"timeout", plainValue, reads(&w.Timeout, (*valueReader).duration)},
		{"retention", plainValue, reads(&w.Retention, (*valueReader).retention)},
	}, policyKeys(&w.Defaults, "default_")...)}
}

// policyKeys are the keys that tasks have, and workflows with a prefix.
func policyKeys(p *Policy, prefix string) []keySpec {
	delay, maxDelay := &p.RetryDelay, &p.RetryMaxDelay
	return []keySpec{
		{prefix + "trigger_rules", ruleValue, reads(&p.TriggerRules, (*valueReader).rule)},
		{prefix + "retry_attempts", plainValue, reads(&p.RetryAttempts, (*valueReader).attempts)},
		{prefix + "retry_delay", plainValue, readsOne(delay, (*valueReader).duration)},
		{prefix + "retry_delay_ms", plainValue, readsOne(delay, (*valueReader).milliseconds)},
		{prefix + "retry_max_delay", plainValue, readsOne(maxDelay, (*valueReader).duration)},
		{prefix + "retry_max_delay_ms", plainValue, readsOne(maxDelay, (*valueReader).milliseconds)},
		{prefix + "retry_backoff", plainValue, reads(&p.RetryBackoff, (*valueReader).backoff)},
		{prefix + "retry_jitter", flagValue, reads(&p.RetryJitter, (*valueReader).bool)},
		{prefix + "retry_condition", listValue, reads(&p.RetryCondition, (*valueReader).retryCondition)},
		{prefix + "retry_if", plainValue, reads(&p.RetryIf, (*valueReader).identifier)},
		{prefix + "timeout", plainValue, reads(&p.Timeout, (*valueReader).duration)},
		{prefix + "allow_failure", flagValue, reads(&p.AllowFailure, (*valueReader).bool)},
		{prefix + "on_success", plainValue, reads(&p.OnSuccess, (*valueReader).identifier)},
		{prefix + "on_failure", plainValue, reads(&p.OnFailure, (*valueReader).identifier)},
	}
}

// reader takes the value of an argument over into a declaration.
type reader func(*valueReader, *argument)

// reads returns the reader of a key whose value goes to dst.
func reads[T any](dst *Value[T], parse func(*valueReader, *argument) (T, bool)) reader {
	return func(v *valueReader, a *argument) {
		dst.Key, dst.Span = a.keySpan, a.span
		dst.V, dst.Set = parse(v, a)
	}
}

// readsOne is reads for a setting that two keys give in different units.
func readsOne(dst *Value[time.Duration], parse func(*valueReader, *argument) (time.Duration, bool)) reader {
	read := reads(dst, parse)
	return func(v *valueReader, a *argument) {
		if dst.Key != (Span{}) {
			f := v.report(CodeConflictingKeys, a.keyStart(), a.keyEnd(),
				quoted(a.key)+" sets again what the key before it sets in another unit; keep one of them")
			f.Related = related(dst.Key, "first set here")
			v.remove(f, "remove "+a.key, a.from, a.to)
			return
		}
		read(v, a)
	}
}

// checkPolicy reports keys of a policy that contradict each other.
func (v *valueReader) checkPolicy(p *Policy, prefix string) {
	if p.RetryIf.Key != (Span{}) && p.RetryCondition.Key != (Span{}) {
		first, second, name := p.RetryIf.Key, p.RetryCondition.Key, "retry_if"
		if second.Start.Offset < first.Start.Offset {
			first, second, name = second, first, "retry_condition"
		}
		v.add(Finding{Code: CodeConflictingKeys, Span: second,
			Message: prefix + "retry_if decides instead of " + prefix + "retry_condition; keep one of them",
			Related: related(first, prefix+name+" is given here")})
	}
	if p.RetryDelay.Set && p.RetryMaxDelay.Set && p.RetryMaxDelay.V < p.RetryDelay.V {
		v.add(Finding{Code: CodeMaxDelayBelowDelay, Span: p.RetryMaxDelay.Span,
			Message: "the maximum " + p.RetryMaxDelay.V.String() + " is below the delay " + p.RetryDelay.V.String(),
			Related: related(p.RetryDelay.Span, "the delay is given here")})
	}
}
