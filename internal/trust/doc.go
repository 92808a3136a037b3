// Package trust holds the runtime to its promises with real processes that die
// by SIGKILL: nothing that was acknowledged is lost, no completed task runs
// again, a file has one owner, nobody is told that a database is locked, nothing
// leaks, and recovery is quick.
//
// The test binary executes itself as the process that is to die. What such a
// process does, and what it was told is done, goes into a ledger beside the
// store, one write for each line; the test compares that ledger with what the
// store holds after each death.
//
// Each test is a row of [proof]: it does a share of its work by default, and as
// much as is asked for with the flags of that package. Its choices follow from
// the seed. The moments of death do not, for they are those of real processes.
//
//	go test ./internal/trust -run TestNothingIsLost -proof.target 20000 -timeout 0
//	go test ./internal/trust -run TestNothingIsLost -proof.seed 7 -proof.target 1
//
// No duration is held against a bound unless a row has a full target: a machine
// that does other things meanwhile proves nothing about time.
//
// It contains nothing but tests.
package trust
