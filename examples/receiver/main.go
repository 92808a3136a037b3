package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// run fills the struct, registers it and starts a run of its workflow.
func run(ctx context.Context) (err error) {
	r, err := cloacina.Open(ctx, "reminder.db", cloacina.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Shutdown(ctx)) }()

	reminder := &Reminder{
		Directory: addressBook{"ada": "ada@example.com"},
		Mailer:    printer{},
		Now:       time.Now,
	}
	if err := r.Register(reminder.Workflow()); err != nil {
		return err
	}
	_, err = RunReminder(ctx, r, Request{User: "ada", Text: "tea", Due: time.Now().Add(time.Hour)})
	return err
}

// addressBook is a Directory in memory.
type addressBook map[string]string

func (b addressBook) Address(_ context.Context, user string) (string, error) {
	address, ok := b[user]
	if !ok {
		return "", cloacina.Permanent(fmt.Errorf("nobody is called %q", user))
	}
	return address, nil
}

// printer is a Mailer that prints.
type printer struct{}

func (printer) Send(_ context.Context, to, text string) error {
	fmt.Printf("to %s: %s\n", to, text)
	return nil
}
