package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case interrupted:
		log.Fatal("interrupted; the run goes on when this is started again")
	case err != nil:
		log.Fatal(err)
	}
}

// run makes one forecast. All runs are kept in the file forecast.db.
func run(ctx context.Context) (err error) {
	r, err := cloacina.Open(ctx, "forecast.db", cloacina.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shutdown(r)) }()

	// Workflow and Start are generated: they are in cloacina_gen.go.
	if err := r.Register(Workflow()); err != nil {
		return err
	}
	id, err := begin(ctx, r)
	if err != nil {
		return err
	}
	result, err := r.Wait(ctx, id)
	if err != nil {
		return err
	}
	for _, task := range result.Tasks {
		if task.State == cloacina.Skipped {
			fmt.Printf("%s was skipped: %s\n", task.ID, task.Reason)
		}
	}
	return result.Err()
}

// begin starts a run. If an earlier process was killed in the middle of one, that
// run goes on since Register, and no other one is started.
func begin(ctx context.Context, r *cloacina.Runner) (id string, err error) {
	open, err := r.Runs(ctx, cloacina.RunFilter{Workflow: "forecast", States: []cloacina.State{cloacina.Running}})
	if err != nil {
		return "", err
	}
	if len(open) > 0 {
		return open[0].ID, nil
	}
	started, err := Start(ctx, r, nil, cloacina.StartOptions{})
	if err != nil {
		return "", err
	}
	return started.ID(), nil
}

// shutdown gives tasks that are still running five seconds to end. A run that is
// not finished then goes on the next time.
func shutdown(r *cloacina.Runner) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return r.Shutdown(ctx)
}
