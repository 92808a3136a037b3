package check

import (
	"go/token"
	"go/types"

	"github.com/cloacina-go/cloacina/internal/outcome"
)

// resultKey is a written key of a result, before it has a name.
type resultKey struct {
	ResultField
	// mixed says that its writers have different types, null that one may store null that the type does not hold.
	mixed, null bool
}

// resultFields lists the keys that a completed run can leave behind, as far as
// they are known, and says which of them each such run has.
func (c *checker) resultFields(w *workflow) []ResultField {
	byKey := make(map[string]*resultKey)
	var keys []string
	m := w.model()
	// Where every run fails, which is reported, nothing would be left.
	completes := m.Verdict(outcome.RunCompleted()) != outcome.Impossible
	for i, t := range w.order {
		if completes && m.Verdict(outcome.RunCompleted(), outcome.Completed(i)) == outcome.Impossible {
			continue
		}
		for j, write := range t.writes {
			if write.OnlyDeletes() {
				continue
			}
			typ, null := t.code.resultType(j)
			k := byKey[write.Key]
			if k == nil {
				k = &resultKey{ResultField: ResultField{Key: write.Key, Type: typ}}
				byKey[write.Key] = k
				keys = append(keys, write.Key)
			}
			k.mixed = k.mixed || !types.Identical(k.Type, typ)
			k.null = k.null || null
		}
	}
	for _, key := range keys {
		k := byKey[key]
		missing := m.Verdict(outcome.RunCompleted(), outcome.Present(len(w.order), key).Not())
		k.Always = completes && missing == outcome.Impossible && !k.null
	}
	names := uniqueNames(keys)
	fields := make([]ResultField, len(keys))
	for i, key := range keys {
		k := byKey[key]
		k.Name = names[i]
		if k.mixed || flawIn(k.Type, reading, c.qualify) != "" || c.unnameable(k.Type) != "" {
			k.Type = rawMessage
		}
		fields[i] = k.ResultField
	}
	return fields
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// rawMessage is json.RawMessage, which stands in where no one Go type fits.
var rawMessage = func() types.Type {
	pkg := types.NewPackage("encoding/json", "json")
	name := types.NewTypeName(token.NoPos, pkg, "RawMessage", nil)
	pkg.Scope().Insert(name)
	return types.NewNamed(name, types.NewSlice(types.Typ[types.Byte]), nil)
}()
