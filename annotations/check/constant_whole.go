package check

import (
	"slices"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checkWholes reports parts of a rule that compare one key several times, and are
// then the same for every value that the key can have. As long as the key may be
// missing they are not the same in every run, so that nothing else is said of them.
func (o *outcomeCheck) checkWholes(t *task) {
	if t.ruleInherited {
		return
	}
	w := wholes{o: o, t: t}
	w.rule(t.policy.TriggerRules.V)
}

// wholes walks through a rule as it is written.
type wholes struct {
	o *outcomeCheck
	t *task
}

func (w *wholes) rule(r annotations.Rule) {
	if not, ok := r.(*annotations.Not); ok {
		w.rule(not.Rule)
		return
	}
	if key, leaves := comparisonsOf(r); key != "" && len(leaves) > 1 && len(leaves) <= maxCompared {
		if value := w.value(r, key, leaves); value != unknown {
			w.report(r, key, value)
			return
		}
	}
	switch r := r.(type) {
	case *annotations.All:
		w.rules(r.Rules)
	case *annotations.Any:
		w.rules(r.Rules)
	case *annotations.None:
		w.rules(r.Rules)
	}
}

func (w *wholes) rules(list []annotations.Rule) {
	for _, r := range list {
		w.rule(r)
	}
}

// maxCompared is how many comparisons of one key are looked at together.
const maxCompared = 256

// comparisonsOf lists the leaves of a part of a rule, if all compare one key; no
// key if they do not, if one of them asks whether the key exists, or what it
// contains, of which not enough is known.
func comparisonsOf(r annotations.Rule) (key string, leaves []annotations.Rule) {
	same := true
	walk(r, func(n annotations.Rule) {
		switch n := n.(type) {
		case *annotations.All, *annotations.Any, *annotations.None, *annotations.Not:
		case *annotations.ContextValue:
			op, _ := positive(n.Op)
			same = same && op != annotations.Contains && op != annotations.Exists && (key == "" || key == n.Key.Text)
			key, leaves = n.Key.Text, append(leaves, n)
		default:
			same = false
		}
	})
	if !same {
		return "", nil
	}
	return key, leaves
}

// value is the truth of a part of a rule for every value that the key can have, if
// it is there; unknown if it depends on the value, or if one of its comparisons is
// the same in every run, which is said of that one.
func (w *wholes) value(r annotations.Rule, key string, leaves []annotations.Rule) truth {
	if slices.ContainsFunc(leaves, func(l annotations.Rule) bool { return w.o.w.constant[l] }) {
		return unknown
	}
	writers, known := w.o.w.writersTested(w.t, key)
	if !known {
		return unknown
	}
	path := annotations.Key{Text: key}.Path()
	var conditions []domain.Condition
	for _, leaf := range leaves {
		conditions = append(conditions, conditionOf(leaf.(*annotations.ContextValue), path))
	}
	whole := test{clause: clause{rule: r}, leaves: leaves}
	value := unknown
	for _, v := range w.o.valuesOf(&choice{key: key, writers: writers}) {
		p, places := domain.Split(v.typ, conditions)
		for _, region := range p.Parts[places[0].Part].Regions {
			if v.typ.Loose || region.Loose {
				return unknown
			}
			if region.Missing {
				continue
			}
			holds := truthOf(whole.holds(region, places))
			if value == unknown {
				value = holds
			}
			if holds != value {
				return unknown
			}
		}
	}
	return value
}

func (w *wholes) report(r annotations.Rule, key string, value truth) {
	f := found(annotations.CodeConstantLeaf, r.Span(), "%s in the rule of task %q holds for %s value of %s%s",
		short(annotations.Format(r)), w.t.id, everyOrNo[value], strconv.Quote(key), w.advice(r, value))
	if alternatives, ok := r.(*annotations.Any); ok && value == yes {
		f.Fixes = w.fixes(alternatives, key)
	}
	if t := w.o.w.firstWriter(w.t, key); t != nil {
		base := plan.BaseKey(key)
		f.Related = []annotations.Related{related(t.writePlace(base), "%q is written here", base)}
	}
	for _, leaf := range leavesOf(r) {
		w.o.w.constant[leaf] = true
	}
	w.o.c.report(w.o.w, f)
}

var everyOrNo = map[truth]string{yes: "every", no: "no"}

// advice says what was probably meant.
func (w *wholes) advice(r annotations.Rule, value truth) string {
	switch r := r.(type) {
	case *annotations.Any:
		if value == yes && w.dependsOnValue(&annotations.All{Rules: r.Rules}) {
			return "; && was perhaps meant"
		}
	case *annotations.All:
		if value == no && w.dependsOnValue(&annotations.Any{Rules: r.Rules}) {
			return "; || was perhaps meant"
		}
	}
	return ", if it is there"
}

// dependsOnValue reports whether a part of a rule about one key holds for some of
// its values, and not for others.
func (w *wholes) dependsOnValue(r annotations.Rule) bool {
	key, leaves := comparisonsOf(r)
	return w.value(r, key, leaves) == unknown
}

// firstWriter is the first task that gives a key that a rule tests; nil if it is
// one that the run starts with.
func (w *workflow) firstWriter(t *task, key string) *task {
	writers, _ := w.writersTested(t, key)
	if len(writers) == 0 {
		return nil
	}
	return writers[0]
}

// fixes offers what was probably meant and, as the second choice, what the rule
// says now. There is no first choice without a second.
func (w *wholes) fixes(part *annotations.Any, key string) []annotations.Fix {
	own := w.t.decl.TriggerRules
	if !own.Set || own.Span.Start.Line != own.Span.End.Line {
		return nil
	}
	var same []annotations.Fix
	if w.holdsMissing(part) {
		same = (&constants{o: w.o, t: w.t}).without(part, yes)
	} else {
		there := &annotations.ContextValue{Key: annotations.Key{Text: key}, Op: annotations.Exists}
		same = []annotations.Fix{w.replaced(part, there)}
	}
	both := &annotations.All{Rules: part.Rules, Infix: part.Infix}
	if len(same) > 0 && w.dependsOnValue(both) {
		return append([]annotations.Fix{w.replaced(part, both)}, same...)
	}
	return same
}

// holdsMissing reports whether a part of a rule holds if the key is missing.
func (w *wholes) holdsMissing(r annotations.Rule) bool {
	values := make(map[annotations.Rule]truth)
	for _, leaf := range leavesOf(r) {
		_, negated := positive(leaf.(*annotations.ContextValue).Op)
		values[leaf] = truthOf(negated)
	}
	return judge(r, values) == yes
}

// replaced is the fix that puts another part into the rule of the task.
func (w *wholes) replaced(part, by annotations.Rule) annotations.Fix {
	own := w.t.decl.TriggerRules
	rule := exchange(own.V, part, by)
	text := annotations.Format(rule)
	if isInfix(rule) {
		text = "(" + text + ")"
	}
	return replace(own.Span, text, "change it to %s", short(annotations.Format(by)))
}

// exchange returns a rule with another part in the place of one of its parts.
func exchange(r, part, by annotations.Rule) annotations.Rule {
	if r == part {
		return by
	}
	each := func(rules []annotations.Rule) []annotations.Rule {
		list := make([]annotations.Rule, len(rules))
		for i, r := range rules {
			list[i] = exchange(r, part, by)
		}
		return list
	}
	switch r := r.(type) {
	case *annotations.All:
		return &annotations.All{Rules: each(r.Rules), Infix: r.Infix}
	case *annotations.Any:
		return &annotations.Any{Rules: each(r.Rules), Infix: r.Infix}
	case *annotations.None:
		return &annotations.None{Rules: each(r.Rules)}
	case *annotations.Not:
		return &annotations.Not{Rule: exchange(r.Rule, part, by), Infix: r.Infix}
	}
	return r
}
