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

// run settles one order.
func run(ctx context.Context) (err error) {
	r, err := cloacina.Open(ctx, "retries.db", cloacina.Config{
		Logger: console.Logger(os.Stdout, "retries"),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Shutdown(ctx)) }()

	if err := r.Register(Workflow()); err != nil {
		return err
	}
	_, err = Run(ctx, r, Order{ID: "order-42"})
	return err
}
