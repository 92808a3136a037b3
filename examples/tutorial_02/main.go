package main

import (
	"context"
	"errors"
	"fmt"
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

// run makes one invoice.
func run(ctx context.Context) (err error) {
	r, err := cloacina.Open(ctx, "invoice.db", cloacina.Config{
		Logger: console.Logger(os.Stdout, "tutorial_02"),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Shutdown(ctx)) }()

	if err := r.Register(Workflow()); err != nil {
		return err
	}
	result, err := Run(ctx, r, Order{Article: "lamp", Quantity: 3})
	if err != nil {
		return err
	}
	fmt.Println(result.Invoice)
	return nil
}
