package check

import (
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// example is a run that shows what branches do.
type example struct {
	run *outcome.Run
	// text describes the values of the key, and fits says that they are of a case
	// that was sought.
	text string
	fits bool
}

// maxExamples is how many cases are tried for one that a run can have.
const maxExamples = 16

// exampleOf looks for a smallest run in which some facts hold, and in which the key
// of a choice has a value of a case that fits. There is a run with the facts. The
// value may still always be another one, which is then said.
func (o *outcomeCheck) exampleOf(c *choice, all *cases, facts []outcome.Fact, fits func(k int) bool) example {
	e := all.exampleIn(c, o.m.Find(facts...).Run, fits)
	tried := 0
	for k := range all.regions {
		if e.fits {
			return e
		}
		if !fits(k) {
			continue
		}
		if with := slices.Concat(facts, all.factsOf(c, k)); o.m.Verdict(with...) == outcome.Possible {
			if e := o.shownAs(c, all, k, o.m.Find(with...).Run); e.fits {
				return e
			}
		}
		if tried++; tried == maxExamples {
			break
		}
	}
	return e
}

// exampleIn describes a run by the value that it shows for the key. It may be of a
// case that fits.
func (all *cases) exampleIn(c *choice, run *outcome.Run, fits func(k int) bool) example {
	e := example{run: run, text: "missing"}
	for _, v := range run.Values {
		if v.Key != c.key {
			continue
		}
		e.text = v.Text
		for k, region := range all.regions {
			e.fits = e.fits || fits(k) && region.Text == v.Text && all.indexOf(k) == v.Task
		}
	}
	return e
}

// indexOf is the index of the writer of a case; -1 for the start of the run.
func (all *cases) indexOf(k int) int {
	if all.from[k] == nil {
		return -1
	}
	return all.from[k].index
}

// maxPinned is how many conditions are asked to be as they are in a case.
const maxPinned = 64

// factsOf say that the key has a value of a case: its writer completes, none after
// it does, and the conditions of the branches are as they are in that case.
func (all *cases) factsOf(c *choice, k int) []outcome.Fact {
	facts := []outcome.Fact{outcome.Present(c.branches[0].task.index, plan.BaseKey(c.key))}
	from := slices.Index(all.writers, all.from[k]) // -1 for the start of the run
	if from >= 0 {
		facts = append(facts, outcome.Completed(all.from[k].index))
	}
	for _, later := range all.writers[from+1:] {
		if !later.write(plan.BaseKey(c.key)).Optional {
			facts = append(facts, outcome.Completed(later.index).Not())
		}
	}
	pinned := 0
	for i, list := range all.tests {
		for _, t := range list {
			for n := range t.leaves {
				if pinned++; pinned > maxPinned {
					return facts
				}
				f := outcome.Leaf(c.branches[i].task.index, t.first+n)
				if !t.truth(n, all.regions[k], all.places) {
					f = f.Not()
				}
				facts = append(facts, f)
			}
		}
	}
	return facts
}

// shownAs describes a run in which the conditions of the branches are as they are in
// a case. Values that they cannot tell from those of the case, as null from numbers
// that none of them takes, are put into words and numbers of the case, unless some
// other rule may tell them apart.
func (o *outcomeCheck) shownAs(c *choice, all *cases, k int, run *outcome.Run) example {
	region := all.regions[k]
	e := example{run: run, text: region.Text, fits: true}
	i := slices.IndexFunc(run.Values, func(v outcome.Value) bool { return v.Task == all.indexOf(k) && v.Key == c.key })
	if i < 0 || sampleKind(run.Values[i].Sample) == sampleKind(region.Sample) {
		return e
	}
	if o.testedElsewhere(c) {
		return example{}
	}
	changed := *run
	changed.Values = slices.Clone(run.Values)
	changed.Values[i].Text, changed.Values[i].Sample = region.Text, region.Sample
	e.run = &changed
	return e
}

// sampleKind tells the kinds of JSON values apart.
func sampleKind(sample []byte) byte {
	switch {
	case len(sample) == 0:
		return 0
	case isNumber(string(sample)):
		return '0'
	}
	return sample[0]
}

// testedElsewhere reports whether a rule of a task that is none of the branches tests
// the key, or the rest of theirs does.
func (o *outcomeCheck) testedElsewhere(c *choice) bool {
	tested := 0
	for _, t := range o.w.order {
		for _, leaf := range leavesOf(t.expanded()) {
			if v, ok := leaf.(*annotations.ContextValue); ok && v.Key.Base() == plan.BaseKey(c.key) {
				tested++
			}
		}
	}
	for _, b := range c.branches {
		for _, t := range b.tests {
			tested -= t.count
		}
	}
	return tested > 0
}
