// Command library runs a workflow that another package has. There is nothing to
// generate here: the package newsletter has its generated file.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/cloacina-go/cloacina/examples/library/newsletter"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// run sends one issue. A program may register any number of workflows, from any
// number of packages.
func run(ctx context.Context) (err error) {
	r, err := cloacina.Open(ctx, "library.db", cloacina.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Shutdown(ctx)) }()

	if err := r.Register(newsletter.Workflow()); err != nil {
		return err
	}
	result, err := newsletter.Run(ctx, r, newsletter.Issue{Title: "Spring", Readers: []string{"ada", "bob"}})
	if err != nil {
		return err
	}
	fmt.Println(result.Copies, "copies were sent")
	return nil
}
