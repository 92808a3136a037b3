package oracle

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/outcome"
)

// combinations compares the ways in which tasks can end together: all of them, and
// every second one. They are the same as those that happen, in order, each once;
// where the model is not certain there may be more, which it then says.
func (d *disagreement) combinations(m *outcome.Model, h *happened, certain bool) {
	var all, some []int
	for i := range d.e.plan.Tasks {
		all = append(all, i)
		if i%2 == 0 {
			some = append(some, i)
		}
	}
	d.combined(m, h, certain, all)
	if len(some) > 0 {
		d.combined(m, h, certain, some)
	}
}

func (d *disagreement) combined(m *outcome.Model, h *happened, certain bool, tasks []int) {
	happens := make(map[string]bool)
	for outcomes, completed := range h.outcomes {
		happens[combination(tasks, outcomes, completed)] = true
	}
	var listed []string
	for c := range m.Combinations(tasks...) {
		var b strings.Builder
		for _, o := range c.Outcomes {
			b.WriteByte("cfs"[o])
		}
		text := b.String() + map[bool]string{true: "+", false: "-"}[c.Completed]
		listed = append(listed, text)
		switch {
		case c.Perhaps && certain:
			d.found("perhaps a combination although certain: of %v %s", tasks, text)
		case !c.Perhaps && !happens[text]:
			if d.e.complete {
				d.found("no such combination: of %v %s", tasks, text)
			}
		}
	}
	d.tally.hits["combinations"] += len(listed)
	// In ASCII "+" comes before "-", and c, f and s are in order, too.
	if !slices.IsSorted(listed) || len(slices.Compact(slices.Clone(listed))) < len(listed) {
		d.found("combinations out of order: of %v %v", tasks, listed)
	}
	for text := range happens {
		if !slices.Contains(listed, text) {
			d.found("combination left out: of %v %s", tasks, text)
		}
	}
}

// combination cuts the outcomes of all tasks down to some.
func combination(tasks []int, outcomes string, completed bool) string {
	var b strings.Builder
	for _, t := range tasks {
		b.WriteByte(outcomes[t])
	}
	return b.String() + map[bool]string{true: "+", false: "-"}[completed]
}
