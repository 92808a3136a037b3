// Command deploy stands for three versions of a program that use one file. Its
// argument says which version is running: before, blocked or fits.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/examples/deploy/before"
	"github.com/cloacina-go/cloacina/examples/deploy/blocked"
	"github.com/cloacina-go/cloacina/examples/deploy/fits"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func main() {
	if err := run(context.Background(), strings.Join(os.Args[1:], " ")); err != nil {
		log.Fatal(err)
	}
}

// run is one version of the program.
func run(ctx context.Context, version string) error {
	versions := map[string]func() *cloacina.Workflow{
		"before": before.Workflow, "blocked": blocked.Workflow, "fits": fits.Workflow,
	}
	workflow, ok := versions[version]
	if !ok {
		return fmt.Errorf("unknown version %q: want before, blocked or fits", version)
	}
	r, err := cloacina.Open(ctx, "deploy.db", cloacina.Config{})
	if err != nil {
		return err
	}
	if err := r.Register(workflow()); err != nil {
		return errors.Join(err, r.Shutdown(ctx))
	}
	if version == "before" {
		return errors.Join(start(ctx, r), stop(r))
	}
	return errors.Join(finish(ctx, r), r.Shutdown(ctx))
}

// start starts a run and gives it a second.
func start(ctx context.Context, r *cloacina.Runner) error {
	if _, err := r.Start(ctx, "order", nil, cloacina.StartOptions{ID: "order-42"}); err != nil {
		return err
	}
	time.Sleep(time.Second)
	return nil
}

// stop is a shutdown that does not wait for the tasks that are under way.
func stop(r *cloacina.Runner) error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Println("stopped while order-42 is open")
	return nil
}

// finish tells how the open run goes on.
func finish(ctx context.Context, r *cloacina.Runner) error {
	result, err := r.Wait(ctx, "order-42")
	if errors.Is(err, cloacina.ErrBlocked) {
		fmt.Println(err)
		return nil
	}
	if err != nil {
		return err
	}
	for _, t := range result.Tasks {
		fmt.Println(t.ID, t.State)
	}
	detail, err := r.Run(ctx, "order-42")
	if err != nil {
		return err
	}
	for _, change := range detail.PlanChanges {
		fmt.Println("changed:", strings.Join(change.Differences, "; "))
	}
	return nil
}
