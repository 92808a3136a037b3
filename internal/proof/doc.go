// Package proof counts what the tests of a promise do, so that the same test is a
// share of `make test`, a row of the table of `make trust`, and hours of `make soak`.
//
// A test begins a row, takes seeds from it as long as there is more to do, and says
// what it has done and what has failed:
//
//	row := proof.Begin(t, "crash images", 1000)
//	for seed := range row.Seeds() {
//		row.Done(images(seed))
//	}
//
// Without flags a row does its share and no more. The flags of the test binary
//
//	-proof.target N    how much each row does instead of its share
//	-proof.budget D    when a row stops, whatever it has done; 0 is never
//	-proof.seed N      the first seed, 1 by default
//
// are what `go run ./internal/proof/prove` sets. Where the environment variable
// CLOACINA_PROOF names a file, each row adds a line of JSON to it, a [Result].
//
// One failing seed is replayed with -proof.seed N -proof.target 1.
package proof
