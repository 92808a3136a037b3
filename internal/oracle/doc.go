// Package oracle holds whole programs against independent accounts of what they
// should do: source is generated, run through the real generator, compiled and
// executed, and what it reports is compared with the reference evaluator.
//
// It contains nothing but tests.
package oracle
