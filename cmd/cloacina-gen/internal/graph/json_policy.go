package graph

import (
	"encoding/json"
	"time"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// literalJSON is a literal as JSON.
func literalJSON(l plan.Literal) json.RawMessage {
	var v any
	switch l.Kind {
	case plan.LitBool:
		v = l.Bool
	case plan.LitString:
		v = l.String
	case plan.LitNil:
	default:
		return json.RawMessage(l.Text())
	}
	text, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null") // bools and strings always marshal
	}
	return text
}

func policyOf(t *plan.Task) Policy {
	p := Policy{Retries: Retries(t), Timeout: optionalDuration(t.Timeout), AllowFailure: t.AllowFailure}
	if p.Retries > 0 {
		p.Delay, p.MaxDelay = Duration(t.Retry.Delay), Duration(t.Retry.MaxDelay)
		p.Backoff, p.Jitter = t.Retry.Backoff.String(), t.Retry.Jitter
		p.Condition, p.Matches = t.Retry.Condition.String(), t.Retry.Matches
	}
	return p
}

// optionalDuration is empty for none.
func optionalDuration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return Duration(d)
}
