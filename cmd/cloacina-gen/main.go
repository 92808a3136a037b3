// Cloacina-gen turns annotated Go functions into a durable workflow.
//
// It reads the //cloacina: directives of Go packages, proves what can be proved
// about them, and writes one file, cloacina_gen.go, beside the source of each
// annotated package. Directives in _test.go files go to cloacina_gen_test.go.
//
//	cloacina-gen [packages]          write what is missing or out of date
//	cloacina-gen check [packages]    write nothing; fail if something would be
//	cloacina-gen fix [packages]      apply the repairs that leave no choice
//	cloacina-gen explain CODE|TASK   say what a finding means, or a task does
//	cloacina-gen graph [packages]    draw workflows with rules on their edges
//	cloacina-gen simulate [packages] list all ways in which runs can go
//	cloacina-gen watch [packages]    generate, again whenever something changes
//	cloacina-gen init [directory]    write a small working project to start from
//
// Packages are named as for the go command: a directory, an import path, or a
// pattern such as ./... that stands for all below. Without any, the package in
// the current directory is meant, as go generate wants it:
//
//	//go:generate go tool cloacina-gen
//
// A package that is named like a command is written with its directory: ./check.
//
// What can be written into the directives, all keys and the trigger rules, is
// described by
//
//	go doc github.com/cloacina-go/cloacina/annotations
//
// # Findings
//
// Everything that is to be said is said in one run, sorted by position, on
// standard error. An error keeps the files of its package from being written. A
// warning does not; --werror makes it fail the command. A hint never does.
//
//	tasks.go:41:44: error CL0402: trigger rule names unknown task "fetch_dat"; did you mean "fetch_data"?
//
// On a terminal the line of the source follows, in colours unless the environment
// asks for none (https://no-color.org).
//
// For machines, --format json, sarif and github print the findings on standard
// output instead: as a document, as a log of SARIF 2.1.0, and as the workflow
// commands that GitHub Actions shows beside the source. Files are named from the
// current directory. The document is
//
//	{"version": 1, "findings": [...], "errors": 1, "warnings": 0, "hints": 0}
//
// and a finding in it has code, severity (error, warning, hint), title, message,
// file, range, and where there are such a table {head, rows} with a case, related
// [{file, range, message}] and fixes [{message, edits: [{file, range, new}]}]. A
// range has a start and an end, which is exclusive, each {line, column, offset}:
// lines and columns count from 1, offsets from 0, columns and offsets in bytes.
// What is found about a whole file has none. New members may come; version grows
// if one changes.
//
// # Files
//
// A file is written only if it changes, as a whole or not at all. Only files
// that begin with the tool's own header are ever replaced. They are removed when
// no .go file of their directory holds a directive any more. Code that already
// names what will be generated does no harm, and neither does a generated file
// that is missing, out of date, empty or full of conflict markers.
//
// # Cache
//
// What was found is remembered below the user's cache directory, and where
// nothing has changed since, it is only printed again. Changed means the content of
// any file that the answer rests on, a generated file among them, the tool, the go
// command, or a variable of the environment that either obeys. Only runs without
// errors are remembered. --no-cache looks at everything anew.
//
// # Check
//
// Check does the same work without writing, for CI and before a commit. A
// generated file that is missing, out of date or left over is an error. With
// --diff it prints what would change as a unified diff on standard output.
//
// With --db it also says, before a deploy, what would become of the runs that
// are open in a store if a program with the annotations as they are now took it
// over. The file is only read; a program may be using it.
//
//	cloacina-gen check --db runs.db ./...
//
// Runs that would be blocked are an error at the annotation that is in their
// way. Runs that go on with something that is different for them, and blocked
// runs that would go on, are hints. Blocked runs that stay blocked are a warning,
// and so are, if a pattern such as ./... asks for whole trees, runs of a workflow
// that is not in them. A damaged run is an error. The last line counts them all:
//
//	runs.db: 12 open runs of 2 workflows: 11 are unaffected, 1 would be blocked
//
// Name the packages of the one program that the store belongs to. It is the
// moment that is judged: runs of a program that is still going get further.
//
// # Fix
//
// Fix applies the repairs of errors, and of warnings and hints about what has no
// effect, if there is just one repair for the finding. It looks again until there
// is nothing more to repair, formats the files it has changed like gofmt, line ends
// excepted, and reports what is left like the other commands. A file that would not
// be Go any more is left as it is, and if one is read-only, all are. Nothing is
// generated.
//
// A repair that changes what a working program does, or one of several, is the
// author's decision: it is applied, the first of several, to all findings of the
// codes that --code names, and then no others are.
//
//	cloacina-gen fix --code CL0608 ./...
//
// With --diff nothing is written, and the changes are printed as a unified diff.
//
// # Explain
//
// Explain prints what a code means, why it matters and how to repair it, with an
// example. CL0402 can be written 402, and several codes can be named at once.
//
// Of a task it prints the rule in words and as it is written, its dependencies,
// what it reads and writes with the places it comes from, the policy in effect
// with every delay, when it runs and when it is skipped, and what follows if it
// fails. WORKFLOW/TASK names the task of one of several workflows.
//
//	cloacina-gen explain process_data ./...
//
// # Graph
//
// Graph draws workflows. An edge has the part of the later task's rule that is
// about the earlier one; what is about several tasks stands in the box of the task.
// Retries, timeouts and allow_failure are shown, too.
//
//	cloacina-gen graph --format svg --output workflow.svg
//
// The formats are mermaid (the default), dot, ascii, svg and json. Mermaid and svg
// show one workflow, which --workflow names if there are several. An svg needs no
// other program, and follows the reader's choice of light or dark. The text of
// ascii is as wide as the terminal, or as --width says: a drawing if it fits, and
// else a list. Json is described in docs/pictures.md.
//
// # Simulate
//
// Simulate lists every way in which the tasks of a workflow can end together, with
// the status of the run and the values that lead to it, and below it the policies
// in effect, defaults included.
//
//	cloacina-gen simulate --write ./...
//
// With --write it keeps the list in cloacina_simulation.txt beside the source of
// each package, to be committed and reviewed; with --check it writes nothing, and
// if such a file is not up to date it prints the difference and exits with 1. With
// --output it is the file named there. At most --limit combinations of a workflow
// are shown (200, or 0 for all, which can take long); a line below them says if there
// are more.
//
// # Vet
//
// The same program is a tool of go vet. It reports the errors and warnings in the
// words of check, but only for packages that compile, and neither hints nor files
// that are out of date. So check is the gate, and vet its companion in the editor:
//
//	go vet -vettool=$(go tool -n cloacina-gen) ./...
//
// # Watch
//
// Watch generates, and does so again whenever something changes that the result
// rests on: a file of the packages or of those they import, a directory, go.mod.
// Each time it prints the time and what has changed first, and then all findings.
// Errors do not end it. An interrupt does, with status 0.
//
// # Init
//
// Init writes a workflow with a main function and a test into a directory, by
// default the current one, and prints the commands that make it run. It can be
// run before anything is installed:
//
//	go run github.com/cloacina-go/cloacina/cmd/cloacina-gen@latest init forecast
//
// A directory that belongs to no module becomes one; its path is the name of the
// directory unless --module gives another. Within a module the project becomes
// a package of it, and with --module a module of its own. Existing files are never
// changed: a directory that has Go files is refused. It writes all files or none.
//
// # Exit status
//
// The status is 0 without errors; 1 if there is an error among the findings, or
// a warning under --werror; and 2 if the tool could not do its work: a package
// that does not exist, a file that cannot be written, a store that cannot be
// read, a wrong flag.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/cloacina-go/cloacina/internal/printable"
)

// The exit statuses.
const (
	exitOK = iota
	exitFindings
	exitTrouble
)

func main() {
	collectLittle()
	vet(os.Args[1:])
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends what waits for others, the second one everything.
	context.AfterFunc(ctx, stop)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// collectLittle lets the heap grow to 64 MB, and then to five times of what is in
// use, before it is collected: the work is short and allocates much.
func collectLittle() {
	debug.SetGCPercent(1600) // of the 4 MB that the runtime takes for the first time
	// The first collection finds that nobody has this.
	runtime.AddCleanup(new([64]byte), func(percent int) { debug.SetGCPercent(percent) }, 400)
}

// run executes one command and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFindings):
		return exitFindings
	}
	fmt.Fprintf(stderr, "cloacina-gen: %s\n", printable.Lines(err.Error()))
	return exitTrouble
}
