package describe

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/outcome"
)

// Summed up, cases stand for exactly the ways that they were made of.
func TestJoinedCasesSayTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const columns = 3
		ways := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) [columns]outcome.Outcome {
			var w [columns]outcome.Outcome
			for k := range w {
				w[k] = outcome.Outcome(rapid.IntRange(0, 2).Draw(t, "end"))
			}
			return w
		}), 1, 27, rapid.ID[[columns]outcome.Outcome]).Draw(t, "ways")
		var list []endCase
		for _, w := range ways {
			c := endCase{}
			for _, o := range w {
				c.sets = append(c.sets, setOf(o))
			}
			list = append(list, c)
		}
		for column := columns - 1; column >= 0; column-- {
			list = joined(list, column)
		}
		if len(list) > len(ways) {
			t.Fatalf("%d cases of %d ways", len(list), len(ways))
		}
		for i := range 27 {
			w := [columns]outcome.Outcome{outcome.Outcome(i / 9), outcome.Outcome(i / 3 % 3), outcome.Outcome(i % 3)}
			said := slices.ContainsFunc(list, func(c endCase) bool {
				return c.sets[0]&setOf(w[0]) != 0 && c.sets[1]&setOf(w[1]) != 0 && c.sets[2]&setOf(w[2]) != 0
			})
			if said != slices.Contains(ways, w) {
				t.Fatalf("%v is said to be %v", w, said)
			}
		}
	})
}

func TestCasesWithOtherConditionsStayApart(t *testing.T) {
	t.Parallel()
	list := joined([]endCase{
		{sets: []ends{setOf(outcome.TaskCompleted)}, rest: ", and x > 1"},
		{sets: []ends{setOf(outcome.TaskFailed)}},
		{sets: []ends{setOf(outcome.TaskSkipped)}},
	}, 0)
	if len(list) != 2 || list[1].sets[0].String() != "failed or skipped" {
		t.Errorf("got %v", list)
	}
}
