package describe

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/graph"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// mostDelays is how many delays of a policy are listed.
const mostDelays = 10

// policy prints what follows a failed attempt, with the delay before each retry.
func (t *explained) policy() {
	t.section("Policy")
	r, timing := t.task.Retry, t.task.Timing()
	t.printf("  %s\n", attempts(&r))
	if timing.Executions > 1 {
		t.printf("  After a failed attempt it waits (%s backoff from %s, at most %s%s):\n",
			r.Backoff, graph.Duration(r.Delay), graph.Duration(r.MaxDelay), jitterText(&r))
		var rows [][]string
		for n := 1; n < timing.Executions && n <= mostDelays; n++ {
			rows = append(rows, []string{"after attempt " + strconv.Itoa(n), delayRange(&r, n)})
		}
		if timing.Executions-1 > mostDelays {
			rows = append(rows, []string{"...", fmt.Sprintf("and %d more", timing.Executions-1-mostDelays)})
		}
		t.printf("%s", columns(nil, rows, "    "))
		t.printf("  It is tried again after %s.\n", retriedErrors(&r))
	}
	t.printf("  Timeout of an attempt: %s\n", timeoutText(t.task.Timeout))
	t.printf("  Worst case: %s\n", worstCase(timing))
}

// attempts says how often a task is called.
func attempts(r *plan.Retry) string {
	switch n := r.Executions(); n {
	case 1:
		return "1 attempt, no retries"
	case 2:
		return "2 attempts: the first and 1 retry"
	default:
		return fmt.Sprintf("%d attempts: the first and %d retries", n, n-1)
	}
}

func jitterText(r *plan.Retry) string {
	if r.Jitter {
		return ", jitter 25%"
	}
	return ""
}

// delayRange is the delay after a failed attempt, from the shortest to the longest.
func delayRange(r *plan.Retry, n int) string {
	plain := *r
	plain.Jitter = false
	base := plain.LongestDelay(n)
	if !r.Jitter {
		return graph.Duration(base)
	}
	return graph.Duration(base-base/4) + " to " + graph.Duration(r.LongestDelay(n))
}

// retriedErrors says which errors are followed by a retry.
func retriedErrors(r *plan.Retry) string {
	switch r.Condition {
	case plan.RetryTransient:
		return "errors that are transient"
	case plan.RetryMatching:
		quoted := make([]string, len(r.Matches))
		for i, m := range r.Matches {
			quoted[i] = strconv.Quote(m)
		}
		return "errors whose text has " + strings.Join(quoted, " or ")
	case plan.RetryIf:
		return "errors for which its function retry_if is true"
	default:
		return "all errors"
	}
}

func timeoutText(d time.Duration) string {
	if d == 0 {
		return "none"
	}
	return graph.Duration(d)
}

// worstCase is how long a task may take until it has failed for good.
func worstCase(timing plan.Timing) string {
	switch {
	case timing.Bounded():
		return graph.Duration(timing.WorstCase)
	case timing.Delays > 0:
		return graph.Duration(timing.Delays) + " of waiting, and however long its attempts take"
	default:
		return "however long its attempt takes"
	}
}
