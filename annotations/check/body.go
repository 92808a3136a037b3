package check

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check/internal/body"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// What the body of a dynamic task is found to do; see the package that follows it.
type (
	// Body is what the function of a dynamic task does with its context, as far
	// as its source shows it.
	Body = body.Body
	// BodyRead is a key that a body reads.
	BodyRead = body.Read
	// BodyWrite is a key that a body writes.
	BodyWrite = body.Write
	// BodyPlace is one read or write in the source.
	BodyPlace = body.Place
	// OpenPlace is a place that makes a task open.
	OpenPlace = body.OpenPlace
)

// findBodies looks at the bodies of the dynamic tasks of a workflow.
func (c *checker) findBodies(w *workflow) {
	for _, t := range w.tasks {
		if t.code != nil && t.code.Form == Dynamic && c.src.Info.Uses != nil {
			t.code.Body = c.bodies().Follow(t.fn)
		}
	}
	c.reportOpen(w)
}

// bodies returns what follows the functions of the package.
func (c *checker) bodies() *body.Package {
	if c.followed == nil {
		c.followed = body.New(body.Source{
			Types: c.src.Types, Files: c.src.Files, Info: c.src.Info, Span: c.node,
			Partial: func(file *ast.File) bool {
				return ConstrainedBy(c.src.Fset.PositionFor(file.Package, false).Filename, file) != ""
			},
		})
	}
	return c.followed
}

// open reports whether the task may read and write keys that are not known.
func (t *task) open() bool { return t.code == nil || t.code.open() }

func (t *Task) open() bool { return t.Form == Dynamic && (t.Body == nil || len(t.Body.Open) > 0) }

// readsAny reports whether the task may look at any key of its context, so that
// nothing can be called unread that comes before it.
func (t *task) readsAny() bool { return t.open() || t.code.Body != nil && t.code.Body.ReadsAny }

// reads are the keys that the body of a task is known to read.
func (t *Task) reads() []plan.Read {
	var reads []plan.Read
	for i := range t.readCount() {
		f := t.readField(i)
		reads = append(reads, plan.Read{Key: f.Key, Shape: f.Shape, Optional: f.Presence != Required})
	}
	return reads
}

func (t *Task) readCount() int {
	switch {
	case t.In != nil:
		return len(t.In.Fields)
	case t.Body != nil:
		return len(t.Body.Reads)
	}
	return 0
}

// readField describes the i-th read of a task as a field, also where a body
// reads the key by its name.
func (t *Task) readField(i int) Field {
	if t.In != nil {
		return t.In.Fields[i]
	}
	r := t.Body.Reads[i]
	f := Field{Key: r.Key, Type: orAny(r.Type), Shape: shapeOf(orAny(r.Type)), Span: r.Span}
	if !r.Required {
		f.Presence = Looked
	}
	f.keys = r.Places
	return f
}

// writes are the keys that a task is known to write.
func (t *Task) writes() []plan.Write {
	switch {
	case t.ResultKey != "":
		pointer := isPointer(t.ResultType)
		return []plan.Write{{
			Key:      t.ResultKey,
			Shape:    shapeOf(t.ResultType),
			Optional: pointer || nilStandsForMissing(t.ResultType),
		}}
	case t.Body != nil:
		return planWrites(t.Body)
	case t.Out == nil:
		return nil
	}
	var writes []plan.Write
	for _, f := range t.Out.Fields {
		writes = append(writes, plan.Write{Key: f.Key, Shape: f.Shape, Optional: f.Presence != Required})
	}
	return writes
}

// readsOwn reports whether the i-th read may find what the task itself has
// written before it.
func (t *Task) readsOwn(i int) bool { return t.Body != nil && t.Body.Reads[i].Own }

// doesWithout reports whether the task is written for the i-th read to find nothing:
// its field is optional, or its body asks whether the key is there. A body that gets
// or updates a key on some paths only fails on those.
func (t *Task) doesWithout(i int) bool {
	asks := func(p body.Place) bool { return p.Method == "Lookup" || p.Method == "Has" }
	return t.readField(i).Presence != Required &&
		(t.Body == nil || slices.ContainsFunc(t.Body.Reads[i].Places, asks))
}

// readPlaces are the i-th read of a task, once for each place that has a type of
// its own.
func (t *Task) readPlaces(i int) []Field {
	field := t.readField(i)
	if t.Body == nil {
		return []Field{field}
	}
	var list []Field
	for _, p := range field.keys {
		if p.Type != nil {
			field.Type, field.Shape, field.Span = p.Type, shapeOf(p.Type), p.Span
			list = append(list, field)
		}
	}
	return list
}

func planWrites(b *Body) []plan.Write {
	var writes []plan.Write
	for _, w := range b.Writes {
		write := plan.Write{Key: w.Key, Optional: !w.Definite, Deletes: w.Deletes, Fills: w.Fills}
		if w.Type != nil {
			write.Shape = shapeOf(w.Type)
		}
		writes = append(writes, write)
	}
	return writes
}

// writtenType is the type of the value that a task stores as its i-th write. A
// key that is only deleted has none: it is any then.
func (t *Task) writtenType(i int) types.Type {
	switch {
	case t.Body != nil:
		return orAny(t.Body.Writes[i].Type)
	case t.ResultKey == "":
		return t.Out.Fields[i].Type
	}
	if p, ok := types.Unalias(t.ResultType).(*types.Pointer); ok {
		return p.Elem()
	}
	return t.ResultType
}

// resultType is the type that the i-th write has in the result of a run, and
// whether null may be stored there, which a pointer that a body writes may be.
func (t *Task) resultType(i int) (typ types.Type, null bool) {
	typ = t.writtenType(i)
	if p, ok := types.Unalias(typ).(*types.Pointer); ok && t.Body != nil {
		return p.Elem(), true
	}
	return typ, false
}

// writtenAt is the place of the i-th write: a field, a key in a body, or the
// annotation of a task that stores its result whole.
func (t *task) writtenAt(i int) annotations.Span {
	switch {
	case t.code.Body != nil:
		return t.code.Body.Writes[i].Span
	case t.code.Out != nil:
		return t.code.Out.Fields[i].Span
	}
	return t.decl.Result.Span
}

// nullable reports whether the i-th write may store null. A typed result never
// does; a body that sets a nil pointer, slice, map or interface does.
func (t *Task) nullable(i int) bool {
	if t.Body == nil {
		return false
	}
	return nilable(t.writtenType(i))
}

// anyType stands where the type of a value is not known.
var anyType types.Type = types.NewInterfaceType(nil, nil).Complete()

func orAny(t types.Type) types.Type {
	if t == nil {
		return anyType
	}
	return t
}
