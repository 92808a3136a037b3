package domain

// Kinds is a set of kinds of JSON values.
type Kinds uint8

// The kinds.
const (
	Null Kinds = 1 << iota
	Bool
	Number
	String
	Array
	Object
	// AllKinds is the set of all of them.
	AllKinds = Null | Bool | Number | String | Array | Object
)

// Type is what is known of the JSON values that one writer can write under a
// key: every value it writes is one of the type, and every value of the type is
// taken for one that it may write. A Type is immutable and may be shared and
// cyclic.
type Type struct {
	// Kinds are the kinds its values can have.
	Kinds Kinds
	// Numbers are the numbers among its values, if it has the kind Number.
	Numbers Numbers
	// Struct says that an object has no members but those of Fields.
	Struct bool
	// Fields are the known members of an object.
	Fields []Field
	// Elem is the type of the elements of an array and of the members of an
	// object that is no struct; nil if nothing is known of them.
	Elem *Type
	// Len is the length of an array of fixed length; -1 for any length.
	Len int
	// NonZero says that 0, false, "", null and what is empty are not among its
	// values, because omitempty or omitzero leaves them out.
	NonZero bool
	// Loose says that the type is a guess from above, as for any or for a type with
	// its own MarshalJSON: what holds for no value of it holds never, but what holds
	// for some may still not be what the writer does.
	Loose bool
}

// Field is a member of an object.
type Field struct {
	// Name is the name of the member.
	Name string
	// Type is the type of its value.
	Type *Type
	// Optional says that the member may be missing.
	Optional bool
}

// Numbers is a set of numbers: those that a Go type can hold.
type Numbers struct {
	// Kind says which of the fields matter.
	Kind NumberKind
	// Min and Max bound integers, both inclusive. Max is for Integers with
	// Min < 0 at most the largest int64.
	Min int64
	Max uint64
}

// NumberKind is a kind of numbers.
type NumberKind uint8

// The kinds of numbers.
const (
	// Decimals are all decimal numbers of any size, as in json.Number.
	Decimals NumberKind = iota
	// Integers are the integers between two bounds.
	Integers
	// Floats are the finite values of a float64.
	Floats
	// Floats32 are the finite values of a float32, as encoding/json prints them.
	Floats32
)

// Any is the type about which nothing is known.
var Any = &Type{Kinds: AllKinds, Len: -1, Loose: true}
