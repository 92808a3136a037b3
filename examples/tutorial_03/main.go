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

// run takes the statistics of one text.
func run(ctx context.Context) (err error) {
	r, err := cloacina.Open(ctx, "statistics.db", cloacina.Config{
		Logger: console.Logger(os.Stdout, "tutorial_03"),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Shutdown(ctx)) }()

	if err := r.Register(Workflow()); err != nil {
		return err
	}
	result, err := Run(ctx, r, Text{"a river flows around its mountains"})
	if err != nil {
		return err
	}
	fmt.Println(result.Summary)
	return nil
}
