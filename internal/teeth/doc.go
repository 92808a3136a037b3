// Package teeth puts known bugs into the engine, to prove that the harness finds them:
// one that catches nothing proves nothing.
//
// Without the build tag "teeth" there are no bugs, and nothing of this package is left
// in a binary. With it, the environment variable CLOACINA_BUG names the one bug that is
// there. `make teeth` builds the tests so, and expects each bug to be caught.
package teeth

// Bug is a mistake that can be put in.
type Bug uint8

// Variable is the environment variable that names the bug.
const Variable = "CLOACINA_BUG"
