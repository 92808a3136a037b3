package check

import (
	"cmp"
	"go/constant"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// checkConstantsOf reports literals that are no constant of the named type that
// all who give the key write it with.
func (r testedRule) checkConstantsOf(v *annotations.ContextValue, givers []giver) {
	switch v.Op {
	case annotations.Equals, annotations.NotEquals, annotations.In, annotations.NotIn:
	default:
		return
	}
	named := namedPart(v, givers)
	if named == nil {
		return
	}
	values := r.c.constantsOf(named)
	if len(values) < 2 || len(values) > maxConstants {
		return
	}
	for _, l := range v.Literals {
		if values.excludes(l) {
			r.reportNoConstant(v, l, named, values)
		}
	}
}

// namedPart is the named type of what a condition compares, if it is the same
// whoever gives the key, and its JSON is that of its basic type; nil if not.
func namedPart(v *annotations.ContextValue, givers []giver) *types.Named {
	var common *types.Named
	for _, g := range givers {
		p := partOf(g, v.Key.Path())
		if p.missing >= 0 {
			continue
		}
		named, ok := p.typ.(*types.Named)
		if !ok || common != nil && !types.Identical(named, common) {
			return nil
		}
		basic, ok := named.Underlying().(*types.Basic)
		if !ok || p.form != basicForm(basic) || formByMethod(named, writing) != 0 {
			return nil
		}
		common = named
	}
	return common
}

// maxConstants is how many constants a type may have for its literals to be
// compared with them.
const maxConstants = 1000

// namedValues are the constants of a type, each value once, in the order of their
// declaration.
type namedValues []*types.Const

// constantsOf lists the constants of a named type in its own package. It is empty
// for numbers that leave gaps: units and bits are constants, too, and are
// multiplied and added.
func (c *checker) constantsOf(named *types.Named) namedValues {
	pkg := named.Obj().Pkg()
	if pkg == nil || named.Obj().Parent() != pkg.Scope() {
		return nil
	}
	var list namedValues
	for _, name := range pkg.Scope().Names() {
		value, ok := pkg.Scope().Lookup(name).(*types.Const)
		if ok && types.Identical(value.Type(), named) && value.Val().Kind() != constant.Unknown {
			list = append(list, value)
		}
	}
	slices.SortStableFunc(list, func(a, b *types.Const) int {
		x, y := c.src.Fset.PositionFor(a.Pos(), false), c.src.Fset.PositionFor(b.Pos(), false)
		return cmp.Or(strings.Compare(x.Filename, y.Filename), x.Offset-y.Offset, x.Line-y.Line)
	})
	seen := make(map[string]bool)
	list = slices.DeleteFunc(list, func(c *types.Const) bool {
		text := c.Val().ExactString()
		again := seen[text]
		seen[text] = true
		return again
	})
	if basic, ok := named.Underlying().(*types.Basic); !ok || basic.Info()&types.IsString == 0 && !list.dense() {
		return nil
	}
	return list
}

// dense reports whether the constants are integers without a gap.
func (n namedValues) dense() bool {
	var low, high int64
	for i, c := range n {
		value, exact := constant.Int64Val(constant.ToInt(c.Val()))
		if !exact || c.Val().Kind() != constant.Int {
			return false
		}
		if i == 0 {
			low, high = value, value
		}
		low, high = min(low, value), max(high, value)
	}
	return len(n) > 0 && uint64(high)-uint64(low) == uint64(len(n)-1)
}

// excludes reports whether a literal of the right kind is none of the constants.
// What a variable holds that nobody has set is let pass.
func (n namedValues) excludes(l annotations.Literal) bool {
	var value constant.Value
	switch {
	case l.Kind == annotations.LitString && l.String != "":
		value = constant.MakeString(l.String)
	case l.Kind == annotations.LitInt && l.Int != 0:
		value = constant.MakeInt64(l.Int)
	default:
		return false
	}
	if value.Kind() != n[0].Val().Kind() {
		return false
	}
	return !slices.ContainsFunc(n, func(c *types.Const) bool { return c.Val().ExactString() == value.ExactString() })
}

// meant is the constant that a literal was probably meant to be, by its value or
// its name; nil if none is close.
func (n namedValues) meant(l annotations.Literal) *types.Const {
	if l.Kind != annotations.LitString {
		return nil
	}
	var values []string
	for _, c := range n {
		if c.Name() == l.String {
			return c
		}
		values = append(values, constant.StringVal(c.Val()))
	}
	i := slices.Index(values, annotations.Suggest(l.String, values))
	if i < 0 {
		return nil
	}
	return n[i]
}

func (r testedRule) reportNoConstant(
	v *annotations.ContextValue, l annotations.Literal, named *types.Named, values namedValues,
) {
	typ := r.c.typeName(named)
	f := found(annotations.CodeNoConstant, l.Span, "%s compares %q with %s, which is no constant of %s (%s)",
		r.name, v.Key.Text, short(l.Text()), typ, values.listed())
	if c := values.meant(l); c != nil {
		text := strconv.Quote(constant.StringVal(c.Val()))
		f.Message += "; did you mean " + short(text) + "?"
		f.Fixes = []annotations.Fix{replace(l.Span, text, "change to %s", short(text))}
	}
	if at, ours := r.c.object(named.Obj()); ours {
		f.Related = append(f.Related, related(at, "%s is declared here", typ))
	}
	r.c.report(r.w, f)
}

// maxNamed is how many constants a message lists.
const maxNamed = 6

// listed lists the values for a message.
func (n namedValues) listed() string {
	var words []string
	for i, c := range n {
		if i == maxNamed {
			words = append(words, strconv.Itoa(len(n)-i)+" others")
			break
		}
		words = append(words, short(c.Val().ExactString()))
	}
	return enumerate(words, "and")
}
