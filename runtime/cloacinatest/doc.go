// Package cloacinatest runs workflows in tests of the programs that have them.
//
// A test names what its tasks shall call, runs the workflow and says how its
// tasks have to have ended:
//
//	func TestReportWithoutItsSource(t *testing.T) {
//		run := cloacinatest.Run(t, report.Workflow(), cloacina.Values{"day": "2026-03-01"},
//			cloacinatest.Fails("fetch", errors.New("source is down"), 2),
//			cloacinatest.Fake("store", func(context.Context, report.Page) error { return nil }))
//		run.Completed("fetch", "store").Attempts("fetch", 3).Delays("fetch", time.Second, 2*time.Second)
//		run.Skipped("cached", `task_failed("fetch") is false`)
//	}
//
// It is the real engine. Trigger rules, retries and their conditions, timeouts,
// allow_failure, callbacks and the keys that tasks read and write are those of
// the workflow; nothing but the functions that the options name is replaced.
//
// # Functions
//
// [Fake] puts another function of the same type in the place of a task's own, be
// that a function or a method. [Returns] is a fake that returns a value. [Fails]
// makes the first attempts of a task fail, with the task's own function, or its
// fake, after that; [AlwaysFails] makes all fail. [Takes] lets attempts take
// time. They can be combined. An id that the workflow does not have, or a
// function of another type, ends the test with a message that says what to
// write.
//
// Tasks that no option names call their own functions. A workflow whose tasks
// are methods gets what these need with its receiver:
//
//	cloacinatest.Run(t, (&report.Reporter{Client: stub}).Workflow(), in)
//
// Callbacks are those of the workflow as well. Set OnSuccess or OnFailure in the
// Code of the workflow before the run to have others.
//
// # Time
//
// A run is executed in virtual time, by [testing/synctest]: the clock stands
// still while anything runs and jumps when everything waits. Delays of retries,
// timeouts and sleeps in tasks cost nothing and are exact. The clock starts at
// midnight UTC on 2000-01-01. Retry delays have no jitter in tests.
//
// A test that is in a bubble of synctest already has its run executed there.
//
// Virtual time does not pass while a goroutine waits for something from outside
// the run: the network, another process, or a channel or context that was made
// before the run. Go ends the whole test binary when such a context or a
// [sync.WaitGroup] is used both in virtual time and beside it. Use the context that
// a fake is called with, make its channels inside of it, and give a test whose
// tasks do real work of that kind the option [RealTime].
//
// Of two things that are due at the same instant, such as the end of a sleep and a
// timeout, either may come first, as in real time. A test that is to have the same
// end each time leaves a millisecond between them.
//
// What waits for ever does not hang the test. After a time, see [Limit], the run
// is cancelled, and the test fails with a message that says which task waits, and
// where. A run in virtual time that stands still for a minute of real time is
// given up the same way; see [Patience].
//
// # What is asserted
//
// The run has to complete, unless [Ends] says otherwise. The assertions of
// [Outcomes] fail the test and go on; the first one that fails shows how all
// tasks ended. [Value] returns what the run has left under a key, typed, and
// [RunOf] the whole typed result.
//
// # Several runs
//
// Each run has a store of its own, in memory, and the ID "test". A test may have
// many runs, one after the other, and tests with runs may be parallel.
package cloacinatest
