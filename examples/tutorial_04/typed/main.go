package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/rs/zerolog/log"

	"github.com/cloacina-go/cloacina/examples/internal/console"
)

// draw decides whether the external source answers. A flag replaces chance, so
// that each outcome can be seen at will.
var draw = rand.Float64

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run is the whole program: it starts one run, waits for it and reports.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("tutorial_04", flag.ContinueOnError)
	flags.SetOutput(out)
	db := flags.String("db", "error_handling.db", "the `file` that keeps the runs")
	id := flags.String("id", "", "the run's `id`; a run that exists already is not started again (default a new one)")
	outcome := flags.String("outcome", "random", "what works: fetch, cache, none, or random")
	tree := flags.Bool("progress", false, "show the run as a tree of its tasks instead of the log")
	if err := flags.Parse(args); err != nil {
		return ignoreHelp(err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: there are only flags, see -help", flags.Arg(0))
	}
	in, err := arrange(*outcome)
	if err != nil {
		return err
	}
	log.Logger = console.Logger(out, "tutorial_04")
	show := console.Progress(out, *tree)
	log.Info().Msg("Starting Tutorial 04: Error Handling and Retries")
	log.Info().Msg("This demonstrates retry policies, fallback strategies, and resilient workflows")

	runner, err := cloacina.Open(ctx, *db, cloacina.Config{Logger: log.Logger})
	if err != nil {
		return err
	}
	err = execute(ctx, runner, *id, in, show)
	if errors.Is(err, context.Canceled) {
		log.Warn().Msg("Interrupted: an unfinished run goes on at the next start")
		err = nil
	}
	// The context may have ended, by an interrupt; what runs may still finish.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, runner.Shutdown(ctx))
}

// execute runs the workflow and prints what became of it. A run that failed is
// an outcome of the tutorial, not an error of the program.
func execute(ctx context.Context, runner *cloacina.Runner, id string, in Input, show console.ShowFunc) error {
	if err := runner.Register(Workflow()); err != nil {
		return err
	}
	if err := console.Resume(ctx, log.Logger, runner); err != nil {
		return err
	}
	log.Info().Msg("Executing workflow")
	started, err := Start(ctx, runner, in, cloacina.StartOptions{ID: id})
	if err != nil {
		return err
	}
	if err := show(ctx, runner, started.ID()); err != nil {
		return err
	}
	outcome, err := started.Handle().Wait(ctx)
	if outcome == nil {
		return err
	}
	console.Summary(log.Logger, outcome)

	if err == nil {
		result, err := started.Wait(ctx)
		if err != nil {
			return err
		}
		console.Report(log.Logger, result.ExecutionReport)
	}
	log.Info().Msg("Tutorial completed!")
	return nil
}

// arrange fixes what the outside world does.
func arrange(outcome string) (Input, error) {
	draw = rand.Float64
	switch outcome {
	case "random":
	case "fetch":
		draw = func() float64 { return 0.2 }
	case "cache":
		draw = func() float64 { return 1 }
	case "none":
		draw = func() float64 { return 1 }
		return Input{CacheWorks: false}, nil
	default:
		return Input{}, fmt.Errorf("unknown outcome %q: want fetch, cache, none or random", outcome)
	}
	return Input{CacheWorks: true}, nil
}

// ignoreHelp makes asking for help no error.
func ignoreHelp(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}
