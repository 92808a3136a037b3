// Command prove runs the tests of promises as a table of rows.
//
//	prove trust [-seed N] [-only TEXT]  each row up to its target
//	prove soak  [-seed N] [-only TEXT] -hours N      the same rows for so long
//	prove teeth [-only TEXT]                         the rows against builds with known bugs
//
// It is run in a directory of the module. It ends with 1 if a row is below its target or
// a bug is not caught.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := prove(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "prove:", err)
		os.Exit(1)
	}
}

const usage = "usage: prove trust|soak|teeth [flags]; prove trust -h lists them"

func prove(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("nothing to do; %s", usage)
	}
	flags := flag.NewFlagSet("prove "+args[0], flag.ContinueOnError)
	seed := flags.Uint64("seed", 1, "the first seed of each row")
	only := flags.String("only", "", "only the rows, or the bugs, whose name contains this text")
	hours := flags.Float64("hours", 1, "how long soak runs, in hours")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	b, err := newHarness(ctx, args[0] == "teeth")
	if err != nil {
		return err
	}
	defer b.close()
	chosen := func(name string) bool { return strings.Contains(name, *only) }
	chosenRows := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !chosen(r.name) })
	switch args[0] {
	case "trust":
		return trust(b, os.Stdout, chosenRows, *seed)
	case "soak":
		length := time.Duration(*hours * float64(time.Hour))
		return trust(b, os.Stdout, stretched(chosenRows, length), *seed)
	case "teeth":
		return teethOf(b, os.Stdout, rows, slices.DeleteFunc(slices.Clone(bites), func(bite bite) bool {
			return !chosen(teeth.Names[bite.bug])
		}))
	}
	return fmt.Errorf("there is no %q; %s", args[0], usage)
}
