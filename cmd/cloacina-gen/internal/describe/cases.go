package describe

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/outcome"
)

// ends is a set of ways in which a task ends.
type ends uint8

func setOf(o outcome.Outcome) ends { return 1 << o }

// String names the members: "failed or skipped".
func (e ends) String() string {
	var names []string
	for o, name := range outcomeNames {
		if e&setOf(outcome.Outcome(o)) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// endCase is a line about when a task runs or is skipped: how each task that the
// rule is about ends, and what has to hold besides.
type endCase struct {
	sets []ends
	rest string
}

// cases sums ways up in as few lines as joining them gives.
func (t *explained) cases(ways []way, skipped bool) []endCase {
	var list []endCase
	for k := range ways {
		w := &ways[k]
		if a := map[bool]*outcome.Answer{false: &w.runs, true: &w.skipped}[skipped]; a.Verdict == outcome.Impossible {
			continue
		}
		c := endCase{rest: t.restText(w, skipped)}
		for _, o := range w.ends {
			c.sets = append(c.sets, setOf(o))
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil
	}
	for column := len(list[0].sets) - 1; column >= 0; column-- {
		list = joined(list, column)
	}
	return list
}

// joined makes one case of those that differ in one task only.
func joined(list []endCase, column int) []endCase {
	var out []endCase
	for _, c := range list {
		k := slices.IndexFunc(out, func(o endCase) bool {
			return o.rest == c.rest &&
				slices.Equal(o.sets[:column], c.sets[:column]) && slices.Equal(o.sets[column+1:], c.sets[column+1:])
		})
		if k < 0 {
			out = append(out, c)
			continue
		}
		out[k].sets[column] |= c.sets[column]
	}
	return out
}

// list prints cases. A task that can end in no other way is left out of a line.
func (t *explained) list(ways []way, cases []endCase) {
	if len(cases) == 0 {
		t.printf("  never\n")
		return
	}
	possible := make([]ends, len(ways[0].ends))
	for _, w := range ways {
		for k, o := range w.ends {
			possible[k] |= setOf(o)
		}
	}
	for _, c := range cases {
		var parts []string
		for k, set := range c.sets {
			if set != possible[k] {
				parts = append(parts, t.p.Tasks[ways[0].tasks[k]].ID+" "+set.String())
			}
		}
		text := strings.Join(parts, ", ")
		if text == "" {
			text = "in any case"
		}
		t.printf("  %s%s\n", text, c.rest)
	}
}
