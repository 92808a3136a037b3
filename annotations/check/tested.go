package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// testedRule is a rule with what is known of the keys it tests.
type testedRule struct {
	c    *checker
	w    *workflow
	rule annotations.Rule
	// task has the rule; nil for the workflow's default, which is about the
	// keys of all tasks at once.
	task *task
	// name is what messages call the rule.
	name string
	// unknown is the finding about a value of unknown kind, by what is compared.
	unknown map[comparedPart]int
}

// checkTested reports conditions that cannot hold, whatever happens: on keys
// that nothing writes, and against the types of those that are written.
func (c *checker) checkTested(w *workflow) {
	inherited, unknown := false, make(map[comparedPart]int)
	for _, t := range w.order {
		inherited = inherited || t.ruleInherited
		if !t.ruleInherited {
			r := testedRule{c, w, t.policy.TriggerRules.V, t, "the rule of task \"" + t.id + "\"", unknown}
			r.check()
		}
	}
	if inherited && !slices.ContainsFunc(w.order, (*task).open) {
		r := testedRule{c, w, w.decl.Defaults.TriggerRules.V, nil, "the default trigger rule", unknown}
		r.check()
	}
}

// check looks at the conditions of a rule. What is wrong with a key is said once.
func (r testedRule) check() {
	unwritten := make(map[string][]*annotations.ContextValue)
	var keys []string
	walk(r.rule, func(n annotations.Rule) {
		v, ok := n.(*annotations.ContextValue)
		if !ok {
			return
		}
		key := v.Key.Base()
		givers, known := r.givers(v.Key)
		switch {
		case !known:
		case len(givers) > 0:
			r.checkCondition(v, givers)
			r.checkKind(v, givers)
			r.checkConstantsOf(v, givers)
			r.checkFraction(v, givers)
		case r.w.input != nil || len(r.w.writers[key]) == 0:
			if unwritten[key] == nil {
				keys = append(keys, key)
			}
			unwritten[key] = append(unwritten[key], v)
		}
	})
	for _, key := range keys {
		if r.w.input == nil {
			r.reportPresumed(key, unwritten[key])
		} else {
			r.reportUnwritten(key, unwritten[key])
		}
	}
}

// reportPresumed reports a key that nothing writes, and which is much like one
// that is written. Any other may be one that a run starts with.
func (r testedRule) reportPresumed(key string, conditions []*annotations.ContextValue) {
	f := found(annotations.CodePresumedInput, conditions[0].Key.Span,
		"%s tests the key %q, which no task writes", r.name, key)
	for _, v := range conditions[1:] {
		f.Related = append(f.Related, related(v.Key.Span, "%q is tested here, too", key))
	}
	if r.suggestKey(&f, key, conditions) {
		r.c.report(r.w, f)
	}
}

// givers lists what a key of the rule can come from; known is false if more
// may write it.
func (r testedRule) givers(key annotations.Key) (list []giver, known bool) {
	if r.task != nil {
		i := slices.IndexFunc(r.task.rule.Reads, func(read plan.Read) bool { return read.Key == key.Text })
		if i < 0 || r.task.rule.Reads[i].Walk {
			return nil, false
		}
		return r.w.giversOf(r.task.rule.Reads[i]), true
	}
	list = r.w.startOf(key.Base())
	for _, t := range r.w.writers[key.Base()] {
		if t.givesValue(key.Base()) {
			list = append(list, t.gives(key.Base()))
		}
	}
	return list, true
}

// reportUnwritten reports a key that never exists when the rule is decided.
func (r testedRule) reportUnwritten(key string, conditions []*annotations.ContextValue) {
	before := " before it"
	if r.task == nil {
		before = ""
	}
	f := found(annotations.CodeUnwrittenKey, conditions[0].Key.Span,
		"%s tests the key %q, which is no field of %s, and no task%s writes it",
		r.name, key, r.w.decl.Input.V, before)
	for _, v := range conditions[1:] {
		f.Related = append(f.Related, related(v.Key.Span, "%q is tested here, too", key))
	}
	f.Related = append(f.Related, related(r.w.decl.Input.Span, "the input is declared here"))
	if !r.blameOrder(&f, key) {
		r.suggestKey(&f, key, conditions)
	}
	r.c.report(r.w, f)
}

// blameOrder says which task writes the key, but not before the rule is decided.
func (r testedRule) blameOrder(f *annotations.Finding, key string) bool {
	if r.task == nil {
		return false
	}
	writers := r.w.writersOutside(key, r.task)
	switch {
	case len(writers) > 0:
		r.w.blameOrder(f, r.task, writers)
	case r.task.givesValue(key):
		f.Message += "; the task itself does, when its rule has been decided"
	default:
		return false
	}
	return true
}

// suggestKey adds the key that was probably meant, and the fix for all conditions;
// false if there is none. A pointer may also name a key where it names a part.
func (r testedRule) suggestKey(f *annotations.Finding, key string, conditions []*annotations.ContextValue) bool {
	keys := r.keysBefore()
	leading := slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return !r.leads(k, conditions) })
	if meant := annotations.Suggest(key, leading); meant != "" {
		f.Message += "; did you mean " + strconv.Quote(meant) + "?"
		fix := annotations.Fix{Message: "change to " + meant}
		for _, v := range conditions {
			repaired := strconv.Quote(withBase(v.Key, meant))
			fix.Edits = append(fix.Edits, annotations.Edit{Span: v.Key.Span, New: repaired})
		}
		f.Fixes = append(f.Fixes, fix)
		return true
	}
	path := conditions[0].Key.Path()
	if len(path) == 0 || !slices.Contains(keys, path[len(path)-1]) {
		return false
	}
	f.Message += "; there is a key " + strconv.Quote(path[len(path)-1]) + ", if that is meant"
	return true
}

// keysBefore are the keys that there can be when the rule is decided.
func (r testedRule) keysBefore() []string {
	var keys []string
	if r.w.input != nil {
		for _, field := range r.w.input.Fields {
			keys = append(keys, field.Key)
		}
	}
	for name, writers := range r.w.writers {
		if r.task == nil || slices.ContainsFunc(writers, func(t *task) bool { return r.w.ancestry.before(t, r.task) }) {
			keys = append(keys, name)
		}
	}
	return keys
}

// leads reports whether some value of a key has what one of the conditions tests.
func (r testedRule) leads(key string, conditions []*annotations.ContextValue) bool {
	givers := r.w.startOf(key)
	for _, t := range r.w.writers[key] {
		if t.givesValue(key) {
			givers = append(givers, t.gives(key))
		}
	}
	return slices.ContainsFunc(conditions, func(v *annotations.ContextValue) bool {
		path := v.Key.Path()
		return len(path) == 0 || slices.ContainsFunc(givers, func(g giver) bool { return partOf(g, path).missing < 0 })
	})
}

// withBase is the text of a key that looks at the same part of another value.
func withBase(k annotations.Key, base string) string {
	pointer := strings.HasPrefix(k.Text, "/")
	if !pointer && !strings.HasPrefix(base, "/") {
		return base
	}
	return pointerTo(append([]string{base}, k.Path()...))
}

// pointerTo writes a JSON Pointer.
func pointerTo(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(t))
	}
	return b.String()
}
