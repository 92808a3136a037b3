package check

import (
	"go/types"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// Package is what one Go package declares, checked.
type Package struct {
	// Types is the package as type-checked.
	Types *types.Package
	// Dir is the directory of its files.
	Dir string
	// Workflows are sorted by the position of their declaration.
	Workflows []*Workflow
}

// Workflow is a checked workflow: its plan and the Go code behind it.
type Workflow struct {
	// Plan is complete, fingerprint included.
	Plan plan.Plan
	// Receiver is the struct type whose methods are the tasks; nil for a
	// workflow declared on the package.
	Receiver *types.Named
	// Span is the name of the declaration: the package or type name.
	Span annotations.Span
	// Input is the declared input type; nil if none is declared.
	Input *Struct
	// Tasks run parallel to Plan.Tasks.
	Tasks []*Task
	// Result are the fields of the generated result type, one per key that a
	// completed run can have, sorted by the first task that writes the key,
	// then by field order.
	Result []ResultField

	// model gives the possible runs.
	model func() *outcome.Model
}

// Form is the shape of a task function's signature.
type Form int

// The five signatures.
const (
	Dynamic Form = iota // func(ctx, *cloacina.Context) error
	InOut               // func(ctx, In) (Out, error)
	InOnly              // func(ctx, In) error
	OutOnly             // func(ctx) (Out, error)
	Plain               // func(ctx) error
)

// Task is the Go side of a task.
type Task struct {
	// Func is the annotated function or method.
	Func *types.Func
	// Form is the shape of its signature.
	Form Form
	// Body is what a Dynamic one does with its context; nil for the other forms,
	// and where the source could not be looked at.
	Body *Body
	// In is the struct it takes, for InOut and InOnly.
	In *Struct
	// Out is the struct it returns, for InOut and OutOnly without ResultKey.
	Out *Struct
	// ResultKey is the key that stores the whole result (result=KEY); empty otherwise.
	ResultKey string
	// ResultType is the type of that result.
	ResultType types.Type
	// RetryIf, OnSuccess and OnFailure are functions of the package or
	// methods of the receiver; nil if not given.
	RetryIf, OnSuccess, OnFailure *types.Func
	// Span is the place of the function's name; Decl of its annotation.
	Span, Decl annotations.Span
}

// Struct is a struct type whose fields are context keys.
type Struct struct {
	// Type is the struct's type as written in the signature.
	Type types.Type
	// Fields are in declaration order, those of embedded structs in place.
	Fields []Field
}

// Presence says when a field is read or written.
type Presence int

// The presences. In a struct that is read, Required keys must exist, the
// others may be missing; in one that is written, Required keys are always written.
const (
	Required   Presence = iota
	PointerNil          // pointer: nil stands for a missing key
	OmitEmpty           // json:",omitempty": the empty value stands for a missing key
	OmitZero            // json:",omitzero": the zero value stands for a missing key
	Looked              // the body of a dynamic task looks whether the key is there
)

// Field is one field of a Struct.
type Field struct {
	// Key is the context key.
	Key string
	// Path is the full selector path from the struct, such as Scored, Score.
	Path []string
	// Type is the type of the value under the key: the field's type, and for
	// PointerNil the pointer's element type.
	Type types.Type
	// Presence says when the key may be missing.
	Presence Presence
	// Shape is the JSON shape of Type.
	Shape string
	// Default is the JSON of an input field's default tag; empty if none.
	Default string
	// Span is the place of the field's declaration.
	Span annotations.Span
	// cut is the place of ",omitempty" in the tag; zero if there is none.
	cut annotations.Span
	// origin is the field of the struct type; nil for a key that a body reads by
	// its name, which stands at the places of keys.
	origin *types.Var
	keys   []BodyPlace
}

// ResultField is one field of a generated result type.
type ResultField struct {
	// Name is the Go name of the field.
	Name string
	// Key is the context key.
	Key string
	// Type is the type of the value.
	Type types.Type
	// Always says that every completed run has the key; the field is then no pointer.
	Always bool
}
