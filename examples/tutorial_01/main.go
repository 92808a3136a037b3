package main

import (
	"context"
	"errors"
	"log"
	"os"

	"github.com/cloacina-go/cloacina/examples/internal/console"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// run executes the workflow once. All runs are kept in the file greeting.db.
func run(ctx context.Context) (err error) {
	r, err := cloacina.Open(ctx, "greeting.db", cloacina.Config{
		Logger: console.Logger(os.Stdout, "tutorial_01"),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Shutdown(ctx)) }()

	// Workflow and Run are generated: they are in cloacina_gen.go.
	if err := r.Register(Workflow()); err != nil {
		return err
	}
	_, err = Run(ctx, r, nil)
	return err
}
