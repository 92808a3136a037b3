// Package engine decides what happens in a run. It is one pure step function,
// (plan, state, event) to (state, decisions): [Graph.Step]. It does no I/O and
// knows no clock, no randomness, no goroutine and no order of a map, so that a
// run can be simulated by the million and replayed from a seed.
//
// A driver owns everything else. It turns what happens into an [Event], stores
// the decisions that Step returns in one transaction, and only then acts on
// them. After a crash it fills a [Run] from its rows, calls [Graph.Restore],
// and tells the engine of every attempt that was cut off ([Interrupted]).
// Drivers carry no rules: whether a task runs, whether it is tried again, when,
// and how a run ends is decided here alone.
//
// # States
//
// Every change of a state is checked against the tables that [RunTransitions]
// and [TaskTransitions] return. An event that does not fit the state, because
// it is late or came twice, changes nothing. A change that the tables do not
// have is a bug; Step then leaves the run as it was and returns a [*Violation],
// upon which the driver blocks the run with a [Block] event.
//
// # Other plans
//
// A run whose program has changed goes on under the new plan, task by task:
// [Adopt] merges the plan that the run has with the new one and says what is in
// the way. What comes of it is stored, restored with [Graph.RestoreAdopted], and
// set going by a [Replan] event, or by an [Unblock] if the run was blocked.
//
// # Concurrency
//
// A [Graph] is immutable and shared by all runs. A [Run] has one writer, the
// goroutine that calls Step. The goroutine of a running attempt may call
// [Graph.Lookup], [Graph.LookupIn], [Graph.LookupRead] and [Graph.Context] for
// its task, and read the state of its task's ancestors, without a lock while
// the driver steps the run: ancestors have ended, and an ended task never
// changes. It must have been started after the Step that made it run.
package engine
