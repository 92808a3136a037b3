package check

import (
	"encoding/json"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// part is what a JSON Pointer leads to within the values of a type.
type part struct {
	giver giver
	// form and typ are those of the part, if it exists.
	form jsonForm
	typ  types.Type
	// missing is the number of the token that leads nowhere, in every value of
	// the type in; -1 if there is none.
	missing int
	in      types.Type
}

// partOf follows the path of a key from the value that a giver writes.
func partOf(g giver, path []string) part {
	p := part{giver: g, typ: pointee(g.typ), missing: -1}
	p.form = formOf(p.typ, writing)
	for i, token := range path {
		if p.form == anyForm {
			return p
		}
		next, form, ok := p.step(token)
		if !ok {
			p.missing, p.in = i, p.typ
			return p
		}
		p.typ, p.form = next, form
	}
	return p
}

// step follows one token; false if no value has what it names.
func (p *part) step(token string) (next types.Type, form jsonForm, ok bool) {
	if _, isStruct := p.typ.Underlying().(*types.Struct); isStruct && p.form == objectForm {
		for _, f := range jsonFields(p.typ, asWritten) {
			if f.name == token && f.clash == nil {
				form, _ := fieldForm(f)
				return pointee(f.field().Type()), form, true
			}
		}
		return nil, 0, false
	}
	elem := elemOf(p.typ)
	switch {
	case p.form.basic(), p.form == arrayForm && !isIndex(token):
		return nil, 0, false
	case elem == nil || p.form&stringForm != 0:
		return p.typ, anyForm, true
	}
	return pointee(elem), formOf(pointee(elem), writing), true
}

// isIndex reports whether a token of a pointer can name an element of a list.
func isIndex(token string) bool {
	n, err := strconv.Atoi(token)
	return err == nil && strconv.Itoa(n) == token && n >= 0
}

// checkCondition compares a condition with the types that its key is written
// as. One type that it fits is enough.
func (r testedRule) checkCondition(v *annotations.ContextValue, givers []giver) {
	var parts []part
	missing := 0
	for _, g := range givers {
		p := partOf(g, v.Key.Path())
		if p.missing >= 0 {
			missing++
			continue
		}
		parts = append(parts, p)
	}
	if missing == len(givers) {
		r.reportNoPart(v, partOf(givers[0], v.Key.Path()), givers)
		return
	}
	for _, l := range v.Literals {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.fits(v.Op, l) }) {
			r.reportLiteral(v, l, parts)
		}
	}
}

// fits reports whether the literal can make the condition true or false. Nil
// fits everything: a rule may ask for null where a type has none.
func (p *part) fits(op annotations.Operator, l annotations.Literal) bool {
	form := formOfLiteral(l)
	if form == anyForm || p.form == anyForm {
		return true
	}
	if op != annotations.Contains && op != annotations.NotContains {
		return p.form&form != 0
	}
	if p.form&form&stringForm != 0 {
		return true
	}
	if p.form&arrayForm == 0 {
		return false
	}
	elem := elemOf(p.typ)
	return elem == nil || formOf(pointee(elem), writing)&form != 0
}

func formOfLiteral(l annotations.Literal) jsonForm {
	switch l.Kind {
	case annotations.LitBool:
		return boolForm
	case annotations.LitInt, annotations.LitUint, annotations.LitFloat:
		return numberForm
	case annotations.LitString:
		return stringForm
	}
	return anyForm
}

// reportLiteral reports a literal of another kind than the values of the key.
func (r testedRule) reportLiteral(v *annotations.ContextValue, l annotations.Literal, parts []part) {
	word := map[jsonForm]string{boolForm: "bool", numberForm: "number", stringForm: "string"}[formOfLiteral(l)]
	why := "never equal to a " + word
	switch v.Op {
	case annotations.Contains, annotations.NotContains:
		why = "never contains a " + word
	}
	if orders(v.Op) {
		why = "never less or greater than a " + word
	}
	p := parts[0]
	typ := short(r.c.typeName(p.typ))
	if p.form == stringForm && formOf(p.typ, writing) != stringForm {
		typ += " in quotes (,string)"
	}
	f := found(annotations.CodeConditionType, l.Span, "%s compares %q with %s, but %s gives it as %s, which is %s",
		r.name, v.Key.Text, short(l.Text()), p.giver.name(), typ, why)
	if v.Op == annotations.Contains || v.Op == annotations.NotContains {
		f.Message = r.name + " asks whether " + strconv.Quote(v.Key.Text) + " contains " + short(l.Text()) + ", but " +
			p.giver.name() + " gives it as " + typ + ", which " + why
	} else if p.form == stringForm && l.Kind != annotations.LitString && orders(v.Op) {
		if _, basic := p.typ.Underlying().(*types.Basic); basic {
			f.Message += `; strings are ordered byte by byte ("10" is before "9"), so write it as a number`
		}
	} else if text := inForm(l, p.form); text != "" {
		f.Message += "; write " + short(text)
		f.Fixes = []annotations.Fix{replace(l.Span, text, "change to %s", short(text))}
	}
	for _, p := range parts[:min(len(parts), maxListed)] {
		f.Related = append(f.Related, p.giver.place(v.Key.Base()))
	}
	r.c.report(r.w, f)
}

// orders reports whether an operator asks which of two values is greater.
func orders(op annotations.Operator) bool {
	switch op {
	case annotations.GreaterThan, annotations.GreaterOrEqual, annotations.LessThan, annotations.LessOrEqual:
		return true
	}
	return false
}

// inForm writes a literal in the form of a type; empty if that makes no sense.
func inForm(l annotations.Literal, form jsonForm) string {
	switch {
	case form == stringForm && l.Kind != annotations.LitString:
		return strconv.Quote(l.Text())
	case form == boolForm && (l.String == "true" || l.String == "false"):
		return l.String
	case form == numberForm && l.Kind == annotations.LitString:
		var n json.Number
		if json.Unmarshal([]byte(l.String), &n) == nil && n.String() == l.String {
			return l.String
		}
	}
	return ""
}

// reportNoPart reports a JSON Pointer into something that no value has.
func (r testedRule) reportNoPart(v *annotations.ContextValue, p part, givers []giver) {
	path := v.Key.Path()
	token := path[p.missing]
	outer := pointerTo(append([]string{v.Key.Base()}, path[:p.missing]...))
	f := found(annotations.CodeConditionType, v.Key.Span, "%s tests %q, but %s gives %s as %s, ",
		r.name, v.Key.Text, p.giver.name(), outer, short(r.c.typeName(p.in)))
	var names []string
	switch p.form {
	case objectForm:
		f.Message += "which has no field " + strconv.Quote(token)
		for _, field := range jsonFields(p.in, asWritten) {
			names = append(names, field.name)
		}
	case arrayForm:
		f.Message += "whose parts are numbered: " + outer + "/0"
	default:
		f.Message += "which has no parts"
	}
	if meant := annotations.Suggest(token, names); meant != "" {
		path = slices.Clone(path)
		path[p.missing] = meant
		f.Message += "; did you mean " + strconv.Quote(meant) + "?"
		repaired := pointerTo(append([]string{v.Key.Base()}, path...))
		f.Fixes = []annotations.Fix{replace(v.Key.Span, strconv.Quote(repaired), "change to %s", meant)}
	}
	for _, g := range givers[:min(len(givers), maxListed)] {
		f.Related = append(f.Related, g.place(v.Key.Base()))
	}
	r.c.report(r.w, f)
}

// longestRepeated bounds what a message repeats of a literal or a type, in bytes.
const longestRepeated = 60

func short(text string) string {
	if len(text) <= longestRepeated {
		return text
	}
	return strings.ToValidUTF8(text[:longestRepeated], "") + "..."
}
