// Package annotations reads what a user of cloacina writes into doc comments:
// workflow and task directives with their arguments and trigger rules. It turns
// them into data with positions and does no I/O.
//
//	//cloacina:task id=report dependencies=[fetch, clean] retry_attempts=0
//	//cloacina:task trigger_rules=all(
//	//cloacina:task     task_success(fetch),
//	//cloacina:task     context_value("score", greater_than, 80),
//	//cloacina:task )
//
// A directive is a Go directive comment. All lines of one doc comment that carry
// the same verb are one annotation: their text behind the verb is one list of
// arguments. An argument is key=value or a bare flag. Its value ends at the first
// blank or line end outside quotes, parentheses and brackets; inside parentheses
// and brackets line ends and comments count as blanks.
//
// [ParseFile] returns the declarations of one file and a [Finding] for everything
// that is wrong with them. No directive is ignored in silence: a cloacina comment
// that does not take effect, or that looks as if it was meant to, is a finding.
// What needs the other files, the types or the graph is judged by package check.
//
// A trigger rule is a [Rule], a tree of the Go types in this package. [ParseRule]
// reads one, [Format] prints it, [Expand] replaces its shorthands and [Eval] gives
// its meaning, against which compiled rules are tested.
//
// Positions are byte offsets and byte columns of the file on disk. //line comments
// and the carriage returns that go/scanner drops do not disturb them.
//
// Every function may be called from several goroutines. A tree or declaration
// must not be changed while others read it.
package annotations
