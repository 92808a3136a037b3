package outcome_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/outcome"
)

func combinationText(outcomes []outcome.Outcome, completed bool) string {
	words := ""
	for _, o := range outcomes {
		words += fmt.Sprint(o)
	}
	if !completed {
		return words + " failed"
	}
	return words + " completed"
}

// TestCombinations holds the list against all runs, for all tasks and for some.
func TestCombinations(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		d := draw(seed)
		if d.loose {
			continue
		}
		some := []int{len(d.plan.Tasks) - 1, 0}[:1+min(len(d.plan.Tasks)-1, 1)]
		var want, wantSome []string
		runs := 0
		enumerate(d.plan, d.from, func(h *happened) bool {
			completed := true
			for i, o := range h.outcomes {
				completed = completed && (o != outcome.TaskFailed || d.plan.Tasks[i].AllowFailure)
			}
			want = append(want, combinationText(h.outcomes, completed))
			var picked []outcome.Outcome
			for _, s := range some {
				picked = append(picked, h.outcomes[s])
			}
			wantSome = append(wantSome, combinationText(picked, completed))
			runs++
			return runs < 5000
		})
		if runs >= 5000 {
			continue
		}
		m := outcome.New(d.plan, d.types)
		for _, test := range []struct {
			tasks []int
			want  []string
		}{{nil, want}, {some, wantSome}} {
			slices.Sort(test.want)
			test.want = slices.Compact(test.want)
			var got []string
			for c := range m.Combinations(test.tasks...) {
				got = append(got, combinationText(c.Outcomes, c.Completed))
				if c.Perhaps {
					t.Errorf("seed %d: %v perhaps", seed, c)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Fatalf("seed %d, tasks %v (-want +got):\n%s%s", seed, test.tasks, diff, text(d.plan))
			}
		}
	}
}

// The caller may stop at any time, however many there are.
func TestCombinationsStop(t *testing.T) {
	t.Parallel()
	p, types := makePlan("layers", 200)
	m := outcome.New(p, types)
	var got []string
	for c := range m.Combinations() {
		got = append(got, strings.TrimSpace(combinationText(c.Outcomes, c.Completed)))
		if len(got) == 50 {
			break
		}
	}
	if len(got) != 50 || !slices.IsSorted(got) {
		t.Errorf("got %d", len(got))
	}
}
