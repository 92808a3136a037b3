package cloacina

import "github.com/cloacina-go/cloacina/internal/jsonvalue"

// Value is a context value as a trigger rule sees it. Values are decoded once
// per decision; asking them allocates nothing.
//
// A missing value exists not, equals nothing (so that NotEqual is true),
// contains nothing and has no order. Numbers compare by value and exactly, so
// that 80 equals 80.0 and integers beyond 2^53 are told apart; strings compare
// bytewise; null and booleans have no order; values of different kinds are
// neither equal nor ordered.
type Value struct{ scalar jsonvalue.Scalar }

// Exists reports whether the context has the value; null is one.
func (v *Value) Exists() bool { return v.scalar.Exists() }

// NotExists is the negation of Exists.
func (v *Value) NotExists() bool { return !v.scalar.Exists() }

// CompareInt compares the value with an integer.
func (v *Value) CompareInt(n int64) Ordering { return Ordering{v.scalar.CompareInt(n)} }

// CompareUint compares the value with an integer.
func (v *Value) CompareUint(n uint64) Ordering { return Ordering{v.scalar.CompareUint(n)} }

// CompareFloat compares the value with a finite number.
func (v *Value) CompareFloat(f float64) Ordering { return Ordering{v.scalar.CompareFloat(f)} }

// CompareString compares the value with a string.
func (v *Value) CompareString(s string) Ordering { return Ordering{v.scalar.CompareString(s)} }

// CompareBool compares the value with a boolean.
func (v *Value) CompareBool(b bool) Ordering { return Ordering{v.scalar.CompareBool(b)} }

// CompareNil compares the value with null.
func (v *Value) CompareNil() Ordering { return Ordering{v.scalar.CompareNil()} }

// ContainsInt reports whether the value is an array with an element equal to n.
func (v *Value) ContainsInt(n int64) bool { return v.scalar.ContainsInt(n) }

// ContainsUint reports whether the value is an array with an element equal to n.
func (v *Value) ContainsUint(n uint64) bool { return v.scalar.ContainsUint(n) }

// ContainsFloat reports whether the value is an array with an element equal to f.
func (v *Value) ContainsFloat(f float64) bool { return v.scalar.ContainsFloat(f) }

// ContainsString reports whether the value is a string with the substring s,
// or an array with an element equal to s.
func (v *Value) ContainsString(s string) bool { return v.scalar.ContainsString(s) }

// ContainsBool reports whether the value is an array with an element equal to b.
func (v *Value) ContainsBool(b bool) bool { return v.scalar.ContainsBool(b) }

// ContainsNil reports whether the value is an array with a null in it.
func (v *Value) ContainsNil() bool { return v.scalar.ContainsNil() }

// Ordering is the result of comparing a [Value] with a literal. The zero value
// is that of two things that cannot be compared: neither equal nor ordered.
type Ordering struct{ order jsonvalue.Ordering }

// Equal reports whether the value equals the literal.
func (o Ordering) Equal() bool { return o.order.Equal() }

// NotEqual is the negation of Equal; it is true for a missing value.
func (o Ordering) NotEqual() bool { return o.order.NotEqual() }

// Greater reports whether the value is greater than the literal.
func (o Ordering) Greater() bool { return o.order.Greater() }

// Less reports whether the value is less than the literal.
func (o Ordering) Less() bool { return o.order.Less() }

// GreaterOrEqual reports whether the value is greater than the literal or
// equal to it. It is false for null and booleans, which have no order.
func (o Ordering) GreaterOrEqual() bool { return o.order.GreaterOrEqual() }

// LessOrEqual reports whether the value is less than the literal or equal to
// it. It is false for null and booleans, which have no order.
func (o Ordering) LessOrEqual() bool { return o.order.LessOrEqual() }
