package body

import (
	"go/ast"
	"go/types"
	"strconv"
	"strings"
)

// binding is what is known of a parameter in one call.
type binding struct {
	// text is the value of a constant string, and at the place it comes from.
	text *string
	at   ast.Expr
	// typ is the static type of an argument whose parameter is an interface.
	typ types.Type
	// err is what is known of an error.
	err nilness
}

// callEnv is what is known of the parameters and type parameters of a function
// in one call.
type callEnv struct {
	params map[types.Object]binding
	typs   map[*types.TypeParam]types.Type
}

// typed puts type arguments in the place of type parameters; nil if the type
// cannot be made.
func (e *callEnv) typed(t types.Type) types.Type {
	if t == nil || !hasTypeParam(t) {
		return t
	}
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return e.typs[t]
	case *types.Pointer:
		return wrapType(e.typed(t.Elem()), func(elem types.Type) types.Type { return types.NewPointer(elem) })
	case *types.Slice:
		return wrapType(e.typed(t.Elem()), func(elem types.Type) types.Type { return types.NewSlice(elem) })
	case *types.Array:
		return wrapType(e.typed(t.Elem()), func(elem types.Type) types.Type { return types.NewArray(elem, t.Len()) })
	case *types.Map:
		key := e.typed(t.Key())
		if key == nil {
			return nil
		}
		return wrapType(e.typed(t.Elem()), func(elem types.Type) types.Type { return types.NewMap(key, elem) })
	case *types.Named:
		args := make([]types.Type, t.TypeArgs().Len())
		for i := range args {
			if args[i] = e.typed(t.TypeArgs().At(i)); args[i] == nil {
				return nil
			}
		}
		made, err := types.Instantiate(nil, t.Origin(), args, false)
		if err != nil {
			return nil
		}
		return made
	}
	return nil
}

func wrapType(elem types.Type, wrap func(types.Type) types.Type) types.Type {
	if elem == nil {
		return nil
	}
	return wrap(elem)
}

// hasTypeParam reports whether a type parameter stands in a type.
func hasTypeParam(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Pointer:
		return hasTypeParam(t.Elem())
	case *types.Slice:
		return hasTypeParam(t.Elem())
	case *types.Array:
		return hasTypeParam(t.Elem())
	case *types.Map:
		return hasTypeParam(t.Key()) || hasTypeParam(t.Elem())
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if hasTypeParam(arg) {
				return true
			}
		}
	case *types.Struct:
		for v := range t.Fields() {
			if hasTypeParam(v.Type()) {
				return true
			}
		}
	}
	return false
}

// instance names a function with what is known of its parameters. Two calls with
// one name come to the same.
// The types have numbers, for two of them may have one name.
func (e *callEnv) instance(fn *types.Func, number func(types.Type) string) string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(int(fn.Pos())))
	params := fn.Signature().Params()
	for i := range params.Len() {
		bound, ok := e.params[params.At(i)]
		if !ok {
			continue
		}
		b.WriteString("\n" + strconv.Itoa(i))
		if bound.text != nil {
			b.WriteString(strconv.Quote(*bound.text) + strconv.Itoa(int(bound.at.Pos())))
		}
		if bound.typ != nil {
			b.WriteString("t" + number(bound.typ))
		}
		b.WriteByte('0' + byte(bound.err))
	}
	for _, list := range []*types.TypeParamList{fn.Signature().TypeParams(), fn.Signature().RecvTypeParams()} {
		for p := range list.TypeParams() {
			b.WriteString("\n")
			if t := e.typs[p]; t != nil {
				b.WriteString(number(t))
			}
		}
	}
	return b.String()
}
