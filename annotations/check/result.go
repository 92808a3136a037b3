package check

import (
	"go/token"
	"go/types"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// written key of a result, before it has a name.
type resultKey struct {
	ResultField
	mixed bool
}

// resultFields lists the keys that a completed run can leave behind, as far as
// they are known. A key is always there if a task writes it that succeeds in
// every completed run, and no open task can delete it.
func (c *checker) resultFields(w *workflow, p *plan.Plan) []ResultField {
	sets := outcomesOfCompleted(p)
	open := false
	for _, t := range w.order {
		open = open || t.open()
	}
	byKey := make(map[string]*resultKey)
	var keys []string
	for i, t := range w.order {
		if sets[i]&canSucceed == 0 {
			continue
		}
		for j, write := range t.writes {
			typ := t.code.writtenType(j)
			k := byKey[write.Key]
			if k == nil {
				k = &resultKey{ResultField: ResultField{Key: write.Key, Type: typ}}
				byKey[write.Key] = k
				keys = append(keys, write.Key)
			}
			k.mixed = k.mixed || !types.Identical(k.Type, typ)
			k.Always = k.Always || sets[i] == canSucceed && !write.Optional && !open
		}
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

// writtenType is the type of the value that a task stores as its i-th write.
func (t *Task) writtenType(i int) types.Type {
	if t.ResultKey == "" {
		return t.Out.Fields[i].Type
	}
	if p, ok := types.Unalias(t.ResultType).(*types.Pointer); ok {
		return p.Elem()
	}
	return t.ResultType
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
