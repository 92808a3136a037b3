// Package jsonvalue turns Go values into the JSON that is stored and back,
// and answers the questions that trigger rules ask of stored JSON.
//
// # Stored form
//
// [Encode] writes what encoding/json writes, without HTML escaping and
// blanks, and with every number in one form: a number that is an integer
// within int64 or uint64 is written as that integer (80.0 and 8e1 become 80),
// a longer integer stays as it is, and any other number gets the form that
// encoding/json gives a float64, with its digits kept (1.50 becomes 1.5). So
// encoding/json reads integers exactly wherever they are nested, and writing
// the same value twice gives the same bytes. Negative zero becomes 0.
//
// # Numbers
//
// A number means exactly the decimal it is written as; a float64, in Go or in
// a rule, means the shortest decimal that denotes it, which is also how it is
// stored. Comparisons therefore never round: integers beyond 2^53 and
// decimals of any length are told apart.
//
// # Duplicate members
//
// If an object names a member twice, the last one counts, as in encoding/json.
//
// The package keeps caches per Go type. All functions are safe for concurrent use.
package jsonvalue

// Limits bound what [Encode] and [Canonical] accept.
type Limits struct {
	// Bytes is the longest encoding accepted.
	Bytes int
	// Depth is the deepest nesting of arrays and objects accepted; a scalar
	// has depth 0.
	Depth int
}
