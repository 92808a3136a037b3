// Package body finds out what the functions of dynamic tasks do with their
// context: which keys they read and write, for certain or perhaps, and where that
// cannot be told. It knows Go and the runtime's Context, but nothing of
// annotations, plans and findings.
//
// A function is followed from its entry to its ends over its control flow
// ([golang.org/x/tools/go/cfg]), once for each combination of what it may have done
// to keys and which errors it may have got on the way, a world. Functions of the
// package that get the context are followed with what is known of their arguments.
// Whatever may run at another time, such as deferred calls, goroutines and
// functions within, counts as done at any time or never. Where there are too many
// worlds some are joined, so that less is known, but nothing is wrong; and where
// the context goes to something that cannot be followed, nothing is claimed.
package body

import (
	"go/types"

	"github.com/cloacina-go/cloacina/annotations"
)

// Body is what the function of a dynamic task does with its context, as far as
// its source shows it.
type Body struct {
	// Reads are the keys that it may read, each once, sorted. What it has surely
	// written itself before it reads it is not among them.
	Reads []Read
	// Writes are the keys that it may write or delete in an attempt that
	// succeeds, each once, sorted.
	Writes []Write
	// ReadsAny says that it lists the keys of the context, and so may look at
	// any of them.
	ReadsAny bool
	// Open are the places at which something is done with the context that
	// cannot be followed. If there is one, Reads and Writes are empty, for
	// nothing is known for certain.
	Open []OpenPlace
}

// Read is a key that a body reads.
type Read struct {
	// Key is the context key.
	Key string
	// Type is the type it is read as; nil if no place says one, or if they
	// differ.
	Type types.Type
	// Required says that every attempt that succeeds has found the key.
	Required bool
	// Own says that a read may find what the task itself has written before.
	Own bool
	// Span is the place of the key at the first read that requires it, or else
	// at the first one; Call is the place of that whole read.
	Span, Call annotations.Span
	// Places are all reads of the key, by position.
	Places []Place
}

// Write is a key that a body writes.
type Write struct {
	// Key is the context key.
	Key string
	// Type is the type of the value; nil if it is only deleted, and any if there
	// are several types.
	Type types.Type
	// Definite says that every attempt that succeeds leaves a value of its own.
	Definite bool
	// Deletes says that an attempt that succeeds may have deleted the key last.
	Deletes bool
	// Fills says that an attempt that succeeds without a value of its own has found
	// the key, and leaves it as it was: it gives a default. It is not set for a
	// definite write.
	Fills bool
	// Span is the place of the key at the first write, Call that of the whole write.
	Span, Call annotations.Span
	// Places are all writes of the key, by position.
	Places []Place
}

// Place is one read or write in the source.
type Place struct {
	// Method is the function or method of the runtime: Get, Lookup, Has, Insert,
	// Update, Set or Delete.
	Method string
	// Type is the type that is read or written; nil if the place has none.
	Type types.Type
	// Span is the place of the key, Call that of the whole call.
	Span, Call annotations.Span
	// Literal says that the key stands there as a string literal.
	Literal bool
}

// OpenPlace is a place that makes a task open.
type OpenPlace struct {
	// Span is the place.
	Span annotations.Span
	// Reason says what is done there, such as "the key is not constant here".
	Reason string
}
