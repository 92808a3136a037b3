package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// run does some nights' work and what an operator does.
func run(ctx context.Context) (err error) {
	r, err := cloacina.Open(ctx, "operations.db", cloacina.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Shutdown(ctx)) }()
	// Runs of this workflow that ended more than 30 days ago go from here on,
	// because of its retention.
	if err := r.Register(Workflow()); err != nil {
		return err
	}
	for _, date := range []string{"2029-12-31", "2030-01-01", "2030-01-02"} {
		if err := night(ctx, r, date); err != nil {
			return err
		}
	}
	if err := list(ctx, r); err != nil {
		return err
	}
	if err := backup(ctx, r); err != nil {
		return err
	}
	return purge(ctx, r)
}

// night does the work of one night. That a run failed is seen in the list.
func night(ctx context.Context, r *cloacina.Runner, date string) error {
	started, err := Start(ctx, r, Night{Date: date}, cloacina.StartOptions{ID: "night-" + date})
	if err != nil {
		return err
	}
	_, err = started.Wait(ctx)
	if _, failed := errors.AsType[*cloacina.RunFailedError](err); failed {
		return nil
	}
	return err
}

// list prints the runs, the newest first.
func list(ctx context.Context, r *cloacina.Runner) error {
	runs, err := r.Runs(ctx, cloacina.RunFilter{Workflow: "nightly"})
	for _, run := range runs {
		fmt.Println(run.ID, run.State)
	}
	return err
}

// backup copies the file and checks the copy. The path of a copy must be new.
func backup(ctx context.Context, r *cloacina.Runner) error {
	path := time.Now().UTC().Format("operations-20060102-150405.db")
	if err := r.Backup(ctx, path); err != nil {
		return err
	}
	found, err := cloacina.Verify(ctx, path)
	if err != nil {
		return err
	}
	if !found.OK() {
		return errors.New(found.String())
	}
	fmt.Printf("the copy has %d sound runs\n", found.Runs)
	return os.Remove(path)
}

// purge removes what failed up to now. Without States it would be all that has
// ended; runs that have not ended always stay.
func purge(ctx context.Context, r *cloacina.Runner) error {
	n, err := r.Purge(ctx, cloacina.PurgeOptions{
		Workflow:    "nightly",
		States:      []cloacina.State{cloacina.Failed},
		EndedBefore: time.Now().Add(time.Second),
	})
	if err != nil {
		return err
	}
	fmt.Println("removed", n)
	return list(ctx, r)
}
