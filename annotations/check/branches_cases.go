package check

import (
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// cases are the regions of the values of a key.
type cases struct {
	regions []domain.Region
	// from are, by region, the writer that gives the values; nil for the start of the run.
	from []*task
	// writers are those of the key, in the order in which their writes apply.
	writers []*task
	// runs are, by branch, the regions in which its conditions on the key hold.
	runs []bitSet
	// tests are, by branch, its conditions on the key, and places say where their
	// truths stand.
	tests  [][]test
	places []domain.Place
}

// bitSet is a set of small numbers, of a size that is known.
type bitSet []uint64

func newBitSet(size int) bitSet { return make(bitSet, (size+63)/64) }

func (s bitSet) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s bitSet) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }

// isNumber reports whether the values of a case are numbers.
func (all *cases) isNumber(i int) bool { return isNumber(string(all.regions[i].Sample)) }

// some reports whether there is such a case.
func (all *cases) some(is func(k int) bool) bool {
	for k := range all.regions {
		if is(k) {
			return true
		}
	}
	return false
}

// anyRuns reports whether a branch runs in a case.
func (all *cases) anyRuns(i int) bool {
	return slices.ContainsFunc(all.runs, func(s bitSet) bool { return s.has(i) })
}

// casesOf divides the values that the branches may see; nil if they are not known.
func (o *outcomeCheck) casesOf(c *choice) *cases {
	tests, conditions := c.tests()
	all := &cases{runs: make([]bitSet, len(c.branches)), writers: c.writers, tests: tests}
	for _, v := range o.valuesOf(c) {
		var p *domain.Partition
		p, all.places = domain.Split(v.typ, conditions)
		for _, region := range p.Parts[all.places[0].Part].Regions {
			if v.typ.Loose || region.Loose {
				return nil
			}
			if !region.Missing {
				all.regions, all.from = append(all.regions, region), append(all.from, v.from)
			}
		}
	}
	for i := range all.runs {
		all.runs[i] = newBitSet(len(all.regions))
	}
	for i, region := range all.regions {
		for j, list := range tests {
			if !slices.ContainsFunc(list, func(t test) bool { return !t.holds(region, all.places) }) {
				all.runs[j].add(i)
			}
		}
	}
	return all
}

// test is a clause on the key with its leaves.
type test struct {
	clause
	leaves []annotations.Rule
	// at is the number of the condition of its first leaf.
	at int
}

// tests lists the tests of each branch, and the conditions of all their leaves.
func (c *choice) tests() (all [][]test, conditions []domain.Condition) {
	path := annotations.Key{Text: c.key}.Path()
	for _, b := range c.branches {
		var list []test
		for _, clause := range b.tests {
			t := test{clause: clause, leaves: leavesOf(clause.rule), at: len(conditions)}
			for _, leaf := range t.leaves {
				conditions = append(conditions, conditionOf(leaf.(*annotations.ContextValue), path))
			}
			list = append(list, t)
		}
		all = append(all, list)
	}
	return all, conditions
}

// holds reports whether the clause is as its rule needs it for the values of a region.
func (t *test) holds(region domain.Region, places []domain.Place) bool {
	if t.leaves[0] == t.rule {
		return t.truth(0, region, places) != t.negated
	}
	values := make(map[annotations.Rule]truth, len(t.leaves))
	for i, leaf := range t.leaves {
		values[leaf] = truthOf(t.truth(i, region, places))
	}
	return judge(t.rule, values) == truthOf(!t.negated)
}

// truth is the truth of a leaf of the clause for the values of a region.
func (t *test) truth(leaf int, region domain.Region, places []domain.Place) bool {
	_, negated := positive(t.leaves[leaf].(*annotations.ContextValue).Op)
	return (region.Truths[places[t.at+leaf].Index] == domain.True) != negated
}

// given is what a writer can give; the start of the run, if there is none.
type given struct {
	from *task
	typ  *domain.Type
}

// valuesOf lists the types of the values that the key of a choice can have, and
// which writer gives them.
func (o *outcomeCheck) valuesOf(c *choice) []given {
	base := plan.BaseKey(c.key)
	var list []given
	for _, writer := range c.writers {
		for j, write := range writer.writes {
			if write.Key == base && !write.OnlyDeletes() {
				list = append(list, given{writer, o.w.domains.written(writer, j)})
			}
		}
	}
	if o.w.input != nil {
		for _, f := range o.w.input.Fields {
			if f.Key == base {
				list = append(list, given{nil, o.w.domains.input(f)})
			}
		}
	}
	return list
}

// conditionOf is a condition of a rule as domains know it.
func conditionOf(v *annotations.ContextValue, path []string) domain.Condition {
	op, _ := positive(v.Op)
	c := domain.Condition{Path: path, Cmp: comparisons[op]}
	for _, l := range v.Literals {
		c.Literals = append(c.Literals, literal(l))
	}
	return c
}

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}
