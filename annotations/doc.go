// Package annotations is the language in which workflows are written into doc
// comments, and its reader. The first part of this text is the reference of the
// language, the last section is about the package.
//
//	// Package orders ships what was ordered.
//	//
//	//cloacina:workflow timeout=1h default_trigger_rules=all_success
//	package orders
//
//	//go:generate go tool cloacina-gen
//
//	// Report is sent when both are there and the score is good enough.
//	//
//	//cloacina:task id=report dependencies=[fetch, clean] retry_attempts=0
//	//cloacina:task trigger_rules=all(
//	//cloacina:task     task_success(fetch),
//	//cloacina:task     context_value("score", greater_than, 80),
//	//cloacina:task )
//	func Report(ctx context.Context, in Cleaned) (Sent, error) { ... }
//
// # Directives
//
// //cloacina:workflow stands in the package's doc comment; then every annotated
// function of the package is a task of it. Or it stands in the doc comment of a
// struct type; then the annotated methods of the type are its tasks, and a
// package can have any number of them. //cloacina:task stands in the doc comment
// of a function or method. There is no blank behind the slashes.
//
// All lines of one doc comment with the same directive are one list of arguments,
// divided by blanks and line ends. An argument is key=value, or the key alone
// where the value is a bool. A value ends at the first blank outside of quotes,
// parentheses and brackets; inside of parentheses and brackets line ends and
// comments count as blanks. So a text with blanks stands in quotes, an infix rule
// in parentheses, and a list is written a,b or [a, b]. Behind a blank // begins a
// comment.
//
// # Keys of a workflow
//
//	key          form      default             meaning
//	name         text      package or type     unique in the program; required in package main
//	description  text      first sentence      what it is for
//	input        type      inferred            struct type whose fields are the keys a run starts with
//	timeout      duration  none                bound of the whole run, downtime included
//	retention    duration  keep                how long ended runs stay in the store; keep is for ever
//	default_K    as for K  as for K            value of the task key K, from trigger_rules on, where a task has none
//
// In the input struct, too, a pointer, omitempty or omitzero makes a key optional,
// and default:"..." with a JSON literal gives a pointer field its value. Without
// input a run may start with any keys that no task writes.
//
// # Keys of a task
//
//	key                 form      default             meaning
//	id                  text      from the function   lower-case words joined by _; RenderPDFs is render_pdfs
//	dependencies        list      none                ids of the tasks it waits for; * is all that do not wait for it
//	result              text      none                key that stores the whole result, of any JSON type
//	trigger_rules       rule      always              whether it runs once its dependencies have ended
//	retry_attempts      0..1000   3                   retries after the first attempt: 3 is at most 4 executions
//	retry_delay         duration  1s                  time before the first retry
//	retry_delay_ms      number    1000                the same in milliseconds
//	retry_max_delay     duration  30s                 bound of the delay
//	retry_max_delay_ms  number    30000               the same in milliseconds
//	retry_backoff       word      exponential         growth of the delay: fixed, linear or exponential
//	retry_jitter        bool      true                varies each delay
//	retry_condition     words     all                 all, never, transient, or quoted parts of the error text
//	retry_if            function  none                func(error) bool that decides instead of retry_condition
//	timeout             duration  none                bound of each attempt
//	allow_failure       bool      false               its failure does not by itself fail the run
//	on_success          function  none                func(context.Context, cloacina.TaskEnd), called after success
//	on_failure          function  none                the same after the last failure
//
// A type or function is named without a package: it is one of this package, or a
// method of the workflow's type. Durations are Go's, such as 1m30s, in whole
// milliseconds.
//
// # Functions
//
// A task has one of five signatures. In and Out are structs.
//
//	func(ctx context.Context) error
//	func(ctx context.Context) (Out, error)
//	func(ctx context.Context, in In) error
//	func(ctx context.Context, in In) (Out, error)
//	func(ctx context.Context, c *cloacina.Context) error
//
// The fields of In are the keys that the task reads, and the fields of Out those
// that it writes when it succeeds. A key is called as in the field's json tag, or
// else like the field in snake case: UserID is user_id. json:"-" is no key, and an
// embedded struct counts as its fields. A pointer, omitempty or omitzero makes a
// field optional: in In the key may be missing, in Out nil or the zero value
// writes nothing. All other fields are required, or always written. The last form
// reads and writes keys by name.
//
// # Trigger rules
//
// A rule is decided once, when all dependencies have ended, after their last
// retry. If it is true the task runs, else it is skipped. The default is always:
// a task also runs when a dependency failed or was skipped, and what that would
// have written is then missing. Where that is not meant, write
// trigger_rules=all_success, or default_trigger_rules=all_success on the workflow.
//
//	always                     true
//	all(rule, ...)  a && b     each is true
//	any(rule, ...)  a || b     one is true
//	none(rule, ...)            none is true
//	not(rule)       !a         it is not true
//	task_success(id)           the task completed
//	task_failed(id)            its last attempt failed
//	task_skipped(id)           its rule was false
//	context_value(key, op, literal)
//
// An id is bare or quoted and names a task that the one with the rule waits for,
// directly or through others. A key is quoted; one that begins with / is a JSON
// Pointer (RFC 6901) into the value of a key, as in "/order/total".
//
//	op                 infix   true if
//	equals             ==      the value is the literal; 80 is 80.0
//	not_equals         !=      it is not, or is missing
//	greater_than       >       both are numbers or both strings, and it is greater
//	less_than          <
//	greater_or_equal   >=
//	less_or_equal      <=
//	contains                   a string holds the text, or a list the element
//	not_contains               it does not, or is missing
//	exists                     the key is there, null included; no literal
//	not_exists                 it is not; no literal
//	in                         it equals one of the literals
//	not_in                     it equals none, or is missing
//
// A comparison with a missing key is false, except for the not_ operators. The
// infix form is context_value("score") > 80. A literal is a string in double
// or back quotes, an integer, a float, true, false or nil.
//
// Shorthands are rules about all dependencies of the task itself, so that they are
// refused where there are none; as a workflow's default they mean always there.
//
//	all_success   all_failed    all_skipped   each ended so
//	one_success   one_failed                  at least one ended so
//	none_failed   none_skipped                none ended so
//	none_failed_min_one_success               none failed, and one completed
//	all_done                                  the same as always
//
// # Limits
//
// A rule nests at most 1,000 deep ([MaxRuleDepth]) and has at most 10,000 nodes
// ([MaxRuleNodes]). The lines of an annotation have at most 1 MiB
// ([MaxAnnotationBytes]), the doc comment round them 64 KiB ([MaxDocBytes]).
//
// # Findings
//
// No directive is ignored in silence: a comment that does not take effect, or that
// looks as if it was meant to, is a finding. Each has a code:
//
//	CL01   directives, keys, values and rules by themselves
//	CL02   functions, types, names
//	CL03   dependencies
//	CL04   rules about other tasks
//	CL05   what never happens, or always does, in all possible runs
//	CL06   keys that tasks and rules read and write
//	CL07   failures, retries and time
//	CL08   generated files, and the open runs of a store
//
// # The package
//
// [ParseFile] returns the declarations of one file and its findings. What needs
// the other files, the types or the graph is judged by package check. [Codes] is
// the table of all findings.
//
// A trigger rule is a [Rule], a tree of the Go types in this package. [ParseRule]
// reads one, [Format] prints it, [Expand] replaces its shorthands and [Eval] gives
// its meaning, against which compiled rules are tested.
//
// Positions are byte offsets and byte columns of the file on disk. //line comments
// and the carriage returns that go/scanner drops do not disturb them.
//
// Every function may be called from several goroutines. A tree or declaration
// must not be changed while others read it. The package does no I/O.
package annotations
