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
	// runs are, by branch, the regions in which its conditions on the key hold.
	runs []bitSet
}

// bitSet is a set of small numbers, of a size that is known.
type bitSet []uint64

func newBitSet(size int) bitSet { return make(bitSet, (size+63)/64) }

func (s bitSet) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s bitSet) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }

// isNumber reports whether the values of a case are numbers.
func (c *cases) isNumber(i int) bool { return isNumber(string(c.regions[i].Sample)) }

// anyRuns reports whether a branch runs in a case.
func (c *cases) anyRuns(i int) bool {
	return slices.ContainsFunc(c.runs, func(s bitSet) bool { return s.has(i) })
}

// casesOf divides the values that the branches may see; nil if they are not known.
func (o *outcomeCheck) casesOf(c *choice) *cases {
	tests, conditions := c.tests()
	all := &cases{runs: make([]bitSet, len(c.branches))}
	var places []domain.Place
	for _, t := range o.valuesOf(c) {
		var p *domain.Partition
		p, places = domain.Split(t, conditions)
		for _, region := range p.Parts[places[0].Part].Regions {
			if t.Loose || region.Loose {
				return nil
			}
			if !region.Missing {
				all.regions = append(all.regions, region)
			}
		}
	}
	for i := range all.runs {
		all.runs[i] = newBitSet(len(all.regions))
	}
	for i, region := range all.regions {
		for j, list := range tests {
			if !slices.ContainsFunc(list, func(t test) bool { return !t.holds(region, places) }) {
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
	value := func(i int) truth {
		_, negated := positive(t.leaves[i].(*annotations.ContextValue).Op)
		return truthOf((region.Truths[places[t.at+i].Index] == domain.True) != negated)
	}
	if t.leaves[0] == t.rule {
		return value(0) == truthOf(!t.negated)
	}
	values := make(map[annotations.Rule]truth, len(t.leaves))
	for i, leaf := range t.leaves {
		values[leaf] = value(i)
	}
	return judge(t.rule, values) == truthOf(!t.negated)
}

// valuesOf lists the types of the values that the key of a choice can have; nil if
// they are not known.
func (o *outcomeCheck) valuesOf(c *choice) []*domain.Type {
	t := c.branches[0].task
	i := slices.IndexFunc(t.rule.Reads, func(r plan.Read) bool { return r.Key == c.key })
	if i < 0 || t.rule.Reads[i].Walk {
		return nil
	}
	base := plan.BaseKey(c.key)
	var list []*domain.Type
	for _, writer := range o.w.writersOf(t, t.rule.Reads[i]) {
		for j, write := range writer.writes {
			if write.Key == base && !write.OnlyDeletes() {
				list = append(list, o.w.domains.written(writer, j))
			}
		}
	}
	if o.w.input != nil {
		for _, f := range o.w.input.Fields {
			if f.Key == base {
				list = append(list, o.w.domains.input(f))
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
