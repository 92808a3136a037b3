package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/cloacina-go/cloacina/examples/internal/console"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

var (
	db   = flag.String("db", "resume.db", "the `file` that keeps the runs")
	slow = flag.Bool("slow", false, "do not come back from packing")
)

func main() {
	flag.Parse()
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// run ships one order. The second process does exactly what the first did: a run
// with this ID exists then, so Start returns it instead of starting another.
func run(ctx context.Context) (err error) {
	r, err := cloacina.Open(ctx, *db, cloacina.Config{
		Logger: console.Logger(os.Stdout, "resume"),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Shutdown(ctx)) }()

	if err := r.Register(Workflow()); err != nil {
		return err
	}
	started, err := Start(ctx, r, Order{Article: "lamp"}, cloacina.StartOptions{ID: "order-42"})
	if err != nil {
		return err
	}
	result, err := started.Wait(ctx)
	if err != nil {
		return err
	}
	fmt.Println("shipped with receipt", result.Receipt)
	return nil
}
