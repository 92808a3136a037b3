package check

import (
	"go/constant"
	"go/token"
	"go/types"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
)

// nameConstant completes what the parser says of a word that is no literal, if a
// constant of the package has that name: its value is what was meant, and not the
// word. What a type of its own writes as JSON is not known.
func (c *checker) nameConstant(f *annotations.Finding) {
	if f.Code != annotations.CodeBadLiteral {
		return
	}
	name := c.text(f.Span)
	if !token.IsIdentifier(name) {
		return
	}
	obj, ok := c.src.Types.Scope().Lookup(name).(*types.Const)
	if !ok {
		return
	}
	f.Fixes = nil
	f.Message = strconv.Quote(name) + " is no literal; a rule knows no names of Go"
	if at, ours := c.object(obj); ours {
		f.Related = append(f.Related, related(at, "%s is declared here", name))
	}
	text := literalText(obj)
	if text == "" {
		f.Message += ", so write the value that is compared"
		return
	}
	f.Message += ", and the constant " + name + " is " + short(text) + "; write that"
	f.Fixes = []annotations.Fix{replace(f.Span, text, "change to %s", short(text))}
}

// literalText is the value of a constant as a rule spells it; empty if its JSON is
// another, or no literal.
func literalText(obj *types.Const) string {
	if JSONMethod(obj.Type()) != nil {
		return ""
	}
	switch v := obj.Val(); v.Kind() {
	case constant.String:
		return strconv.Quote(constant.StringVal(v))
	case constant.Bool, constant.Int:
		return v.ExactString()
	case constant.Float:
		n, _ := constant.Float64Val(v)
		return annotations.Literal{Kind: annotations.LitFloat, Float: n}.Text()
	}
	return ""
}
