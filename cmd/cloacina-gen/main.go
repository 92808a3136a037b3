// Cloacina-gen turns annotated Go functions into a durable workflow.
//
// It reads the //cloacina: directives of Go packages, proves what can be proved
// about them, and writes one file, cloacina_gen.go, beside the source of each
// annotated package. Directives in _test.go files go to cloacina_gen_test.go.
//
//	cloacina-gen [packages]          write what is missing or out of date
//	cloacina-gen check [packages]    write nothing; fail if something would be
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
// # Files
//
// A file is written only if it changes, as a whole or not at all. Only files
// that begin with the tool's own header are ever replaced. They are removed when
// no .go file of their directory holds a directive any more. Code that already
// names what will be generated does no harm, and neither does a generated file
// that is missing, out of date, empty or full of conflict markers.
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
	"syscall"
)

// The exit statuses.
const (
	exitOK = iota
	exitFindings
	exitTrouble
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends what waits for others, the second one everything.
	context.AfterFunc(ctx, stop)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
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
	fmt.Fprintf(stderr, "cloacina-gen: %v\n", err)
	return exitTrouble
}
