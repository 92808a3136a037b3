// Package trust holds the runtime to its promises with real processes that die
// by SIGKILL: nothing that was acknowledged is lost, no completed task runs
// again, a file has one owner, and recovery is quick.
//
// The test binary executes itself as the process that is to die. What such a
// process does, and what it was told is done, goes into a ledger beside the
// store, one write for each line; the test compares that ledger with what the
// store holds after each death. The defaults suit a run of all tests. The same
// code runs for hours with larger numbers:
//
//	go test ./internal/trust -run TestNothingIsLost -kills 20000 -files 200 -seed 7 -timeout 0
//	go test ./internal/trust -run '^$' -bench Recovery -benchtime 1x
//
// It contains nothing but tests.
package trust
