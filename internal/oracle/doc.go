// Package oracle holds the parts of the project against independent accounts of
// what they should do.
//
// Whole programs: source is generated, run through the real generator, compiled
// and executed, and what it reports is compared with the reference evaluator.
//
// Claims about runs: random workflows are run through the real engine in every way
// they can go, and what the analysis says is possible or impossible, and what the
// checker finds, is compared with what really happened. The values that tasks
// write are made from the literals of the rules and their neighbours, without the
// regions that the analysis divides values into, so that a mistake there shows.
//
// Suggestions: each word of the tutorial's annotations is misspelt in each way, and
// the first suggestion restores it.
//
// It contains nothing but tests.
package oracle
