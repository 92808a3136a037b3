// Command bench measures the runtime beside two yardsticks, in the same process,
// on the same file system and in the same mode, and prints one table of ratios.
//
// The limit is a bare loop with group commit that writes one minimal row for each
// task and one for each run through the same driver. The floor is a bare loop that
// issues exactly the statements that the runtime issues for the same work, with
// the same transactions; they are recorded from it.
//
//	go run ./runtime/bench                            everything, in about ten minutes
//	go run ./runtime/bench -only w1-full,w2-full      some of the works
//	go run ./runtime/bench -only w1-relaxed -who ours -cpuprofile cpu.out
//	go run ./runtime/bench -quick                     everything, with figures that mean nothing
//
// The works are: W1, a graph of seven tasks that set a small value, five of which run
// one after another and two are skipped by their rule; a run is started, waited for,
// and followed by the next. W2, a chain of 1,000 tasks, each of which reads what the
// one before has written. W3, 1,000 tasks beside each other, between two. W4, a new
// process that opens a store of 100,000 ended runs and executes a task. Then what
// grows with the runs in the store, the tasks of a run, the size of a value, and the
// runs that are open. After each measurement a random run is read back; an attempt,
// a decision, an explanation or a checksum that is missing fails the program.
//
// Figures differ from machine to machine, and from minute to minute on one that
// does other things. Therefore each repetition measures all three, in an order
// that changes, and the ratios of each repetition are what counts.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	runs, repeat int
	quick, full  bool
	only, who    string
	dir          string
	cpuprofile   string
	memprofile   string
	child        bool
	args         []string // of a child
}

// alone is how many runs are executed one by one, or to see what there is to see.
func (o *options) alone() int {
	if o.full {
		return o.runs
	}
	return max(o.runs/10, 10)
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.runs, "runs", 20_000, "how many runs with 64 in flight; a tenth of them one by one")
	flags.IntVar(&o.repeat, "repeat", 5, "how often everything is measured")
	flags.BoolVar(&o.quick, "quick", false, "a few runs, once: whether the program works")
	flags.BoolVar(&o.full, "full", false, "all runs one by one too, and a store of a million runs")
	flags.StringVar(&o.only, "only", "", "the works to measure, separated by commas; all by default")
	flags.StringVar(&o.who, "who", "", "limit, floor, ours, separated by commas; all by default")
	flags.StringVar(&o.dir, "dir", "", "where the files are made; the directory for temporary files by default")
	flags.StringVar(&o.cpuprofile, "cpuprofile", "", "write a CPU profile to this file")
	flags.StringVar(&o.memprofile, "memprofile", "", "write a profile of allocations to this file")
	flags.BoolVar(&o.child, "child", false, "measure something in a process of its own; used by the program itself")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.quick {
		o.runs, o.repeat = min(o.runs, 200), 1
	}
	o.args = flags.Args()
	if o.runs < 1 || o.repeat < 1 || len(o.args) > 0 && !o.child {
		return o, fmt.Errorf("want -runs and -repeat of at least 1, and no arguments: %q", args)
	}
	return o, nil
}
