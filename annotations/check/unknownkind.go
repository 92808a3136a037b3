package check

import (
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
)

// checkKind warns of a comparison with a value that may be JSON of any kind. A
// decimal that is written as a string is never over 10000.
func (r testedRule) checkKind(v *annotations.ContextValue, givers []giver) {
	compares := func(l annotations.Literal) bool { return formOfLiteral(l) != anyForm }
	if !slices.ContainsFunc(v.Literals, compares) || v.Op == annotations.Exists || v.Op == annotations.NotExists {
		return // whether a value is there, or null, does not depend on its kind
	}
	for _, g := range givers {
		p := partOf(g, v.Key.Path())
		if p.missing >= 0 || p.form != anyForm || g.onlyDeletes(v.Key.Base()) {
			continue
		}
		form, _ := formOfSeveral(g.several(v.Key.Text))
		if form != 0 && (len(v.Key.Path()) == 0 || form.basic()) {
			continue // each place that writes it says its kind
		}
		if i, again := r.unknown[comparedPart{v.Key.Text, g.span}]; again {
			f := &r.c.findings[i]
			f.Related = append(f.Related, related(v.Span(), "%s compares it, too", r.name))
			return
		}
		r.unknown[comparedPart{v.Key.Text, g.span}] = len(r.c.findings)
		f := found(annotations.CodeUnknownKind, v.Span(),
			"%s compares %q, which %s gives as %s: its JSON may be of any kind, and a comparison with "+
				"another kind is false; compare a bool, number or string",
			r.name, v.Key.Text, g.name(), short(r.c.typeName(p.typ)))
		f.Related = []annotations.Related{g.place(v.Key.Base())}
		r.c.report(r.w, f)
		return
	}
}

// comparedPart is a key or a part of it, as it is given at a place.
type comparedPart struct {
	key string
	at  annotations.Span
}

// onlyDeletes reports whether a giver never gives the key a value.
func (g giver) onlyDeletes(key string) bool { return g.task != nil && g.task.write(key).OnlyDeletes() }
