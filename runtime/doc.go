// Package cloacina runs workflows that cloacina-gen compiled from annotated Go
// functions, and keeps every run in a store, so that it goes on where it was
// when the program starts again.
//
// The directory is called runtime; import it by its package name:
//
//	import cloacina "github.com/cloacina-go/cloacina/runtime"
//
// # A program
//
// A program opens a [Runner] on a SQLite file, registers its workflows (the
// generated Workflow functions return them), starts runs and shuts down:
//
//	r, err := cloacina.Open(ctx, "orders.db", cloacina.Config{Logger: log})
//	err = r.Register(Workflow())            // its unfinished runs go on here
//	result, err := r.Execute(ctx, "orders", cloacina.Values{"order": 42})
//	err = r.Shutdown(ctx)
//
// The ctx of Shutdown says how long it may wait. A program whose own context
// ends at a signal ([os/signal.NotifyContext]) gives Shutdown a fresh one with a
// timeout, because an ended ctx leaves running tasks no time; see the example
// of [Runner.Shutdown].
//
// Generated code adds typed functions: Run(ctx, r, Input{...}) executes and
// returns a Result struct, Start returns a [RunOf] it. They end in [StartOf],
// which takes the same way as [Runner.Start].
//
// # Runs and tasks
//
// A run is one execution of a workflow. It is running until it ends completed,
// failed or cancelled; it is blocked, and nothing of it runs, if the registered
// code does not fit what it has done or an assertion failed. A task waits for its
// dependencies to end. Then its trigger rule is evaluated, once: it is ready or
// skipped.
//
// A task without a trigger rule has the rule "always": it runs when its
// dependencies have ended HOWEVER they ended, be it completed, failed or
// skipped. Dependencies give the order and the values; what has to have
// succeeded is said by a rule. To ask for success, write
//
//	//cloacina:task dependencies=fetch,check trigger_rules=all_success
//
// on the task, or default_trigger_rules=all_success on the workflow for all its
// tasks. The log tells where it matters: "Task ready: store (no trigger rule;
// collect failed)".
//
// A ready task runs when one of [Config.MaxConcurrentTasks] slots is
// free, the oldest first over all runs. A failed attempt is followed by another
// if one is left and the retry condition says so: the task is retrying until
// the delay has passed, and holds no slot. It ends completed or failed, or
// cancelled with its run. A failed task fails the run when everything has
// ended, unless it has allow_failure.
//
//	waiting -> ready -> running -> completed
//	   |         ^        |  |`-> failed
//	   v         |        v
//	skipped      `---- retrying
//
// A task may have functions that are called when it has completed or failed;
// see [TaskEnd].
//
// # What a task sees
//
// A typed task gets its keys as a struct, a dynamic one reads and writes a
// [Context] by name, and is held to the keys that its plan lists; see
// [CallDynamic]. What a task sees is the initial context with the writes
// of its completed ancestors, in an order that depends on the lists of
// dependencies alone; the last write of a key wins. Writes count when the
// attempt succeeds. [TaskFrom] tells a task who it is and how its ancestors
// ended.
//
// # Ends of an attempt
//
// A returned error, a panic, [runtime.Goexit] and the task's timeout are failed
// attempts. At its timeout an attempt has failed with [ErrAttemptTimeout]: its
// context ends with that cause, and what the function returns later counts for
// nothing. The next attempt starts when the function has come back, or when
// [Config.AbandonAfter] has passed and the call is given up. [Runner.Cancel],
// the timeout of the run and a shutdown end contexts with [ErrCancelled],
// [ErrRunTimeout] and [ErrShutdown]; an error that is returned after one of
// these is no failed attempt.
//
// [Permanent] marks an error that must not be retried, [Transient] one that
// retry_condition=transient accepts, beside temporary errors, timeouts and
// broken connections. Errors of the context, such as [ErrMissingKey], are never
// retried: the next attempt would see the same values.
//
// # What is on disk
//
// [Runner.Start] returns when the run is on disk. The outcome of a task, what
// its dependants' rules decided, and the starts of the tasks that got a slot
// are one transaction, and nothing acts on it before it is on disk. When the
// process dies, attempts that ran are run again under the same number;
// completed tasks never are. So a task has to bear being executed more than
// once; [TaskInfo.IdempotencyKey] helps. Callbacks, which follow the outcome,
// are called at least once.
//
// While the store is unavailable, because its disk is full or another program
// holds a lock, what is to be stored is tried again and nothing is acknowledged.
// If the store fails, the runner stops and every call returns [ErrStore]; a run
// of which the store refuses a change, because something else has written to it,
// is blocked and leaves the others. So is a run whose rows are damaged.
//
// # Changed code
//
// A program may be changed while runs are under way. When its workflow is
// registered, a run goes on under the new plan: what it has decided stays, with
// outcomes and values, and what it has not follows the new rules and policies.
// [RunDetail] tells what changed for it. Where that makes no sense, because a
// task that has run is gone, say, the run is blocked, and its error says why and
// what can be done: register code that fits, or call [Runner.Unblock].
//
// # Keeping and removing runs
//
// An ended run stays in the store, so that its result can be read, and its ID
// is taken, until it is removed. A workflow says how long its runs stay:
//
//	//cloacina:workflow retention=720h
//
// A run is then removed within a minute after its time, beside the work that
// goes on, but no sooner than 2 seconds after its end, however short the
// retention, so that whoever waits for it can read its result; and at the next
// start if the program does not run. The retention that is registered counts,
// for runs of earlier plans too. [Runner.Purge] removes runs on demand. Neither
// touches runs that have not ended. A run that was removed is not found any more
// ([ErrRunNotFound]), and starting a run with its ID starts a new one.
//
// [Runner.Backup] copies the store while it is in use, and [Verify] checks a
// file: every value in it has a checksum.
//
// # Logging
//
// A runner is silent unless [Config] has a Logger or a Handler. Records have
// the fields component, run, workflow, task and attempt; text that comes from
// users, such as that of an error, stands in fields only.
package cloacina
