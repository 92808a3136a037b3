package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/cloacina-go/cloacina/examples/internal/console"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// run starts two runs: one meets its timeout, the other is cancelled.
func run(ctx context.Context) (err error) {
	r, err := cloacina.Open(ctx, "timeouts.db", cloacina.Config{
		Logger: console.Logger(os.Stdout, "timeouts"),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Shutdown(ctx)) }()
	if err := r.Register(Workflow()); err != nil {
		return err
	}

	tea, err := Start(ctx, r, Question{Text: "Tea?"}, cloacina.StartOptions{ID: "tea"})
	if err != nil {
		return err
	}
	_, err = tea.Wait(ctx)
	fmt.Println(errors.Is(err, cloacina.ErrRunTimeout), err)

	coffee, err := Start(ctx, r, Question{Text: "Coffee?"}, cloacina.StartOptions{ID: "coffee"})
	if err != nil {
		return err
	}
	time.Sleep(time.Second)
	if err := coffee.Cancel(ctx); err != nil {
		return err
	}
	_, err = coffee.Wait(ctx)
	fmt.Println(errors.Is(err, cloacina.ErrCancelled), err)
	return nil
}
