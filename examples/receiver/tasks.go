// Receiver: tasks that need a database, a client or a clock are methods of a
// struct that has them as fields. Nothing has to be global.
package main

//go:generate go tool cloacina-gen

import (
	"context"
	"fmt"
	"time"
)

// Directory knows addresses.
type Directory interface {
	Address(ctx context.Context, user string) (string, error)
}

// Mailer sends mail.
type Mailer interface {
	Send(ctx context.Context, to, text string) error
}

// Reminder reminds a user of something. Its methods are the tasks; its fields
// are what they need, and the program that registers it fills them.
//
//cloacina:workflow input=Request default_trigger_rules=all_success
type Reminder struct {
	Directory Directory
	Mailer    Mailer
	Now       func() time.Time
}

// Request is what a run starts from.
type Request struct {
	User string    `json:"user"`
	Text string    `json:"text"`
	Due  time.Time `json:"due"`
}

// Recipient is written by FindAddress.
type Recipient struct {
	Address string `json:"address"`
}

// FindAddress asks the directory.
//
//cloacina:task
func (r *Reminder) FindAddress(ctx context.Context, in Request) (Recipient, error) {
	address, err := r.Directory.Address(ctx, in.User)
	return Recipient{Address: address}, err
}

// Letter is what Send reads.
type Letter struct {
	Recipient
	Text string    `json:"text"`
	Due  time.Time `json:"due"`
}

// Send writes the mail.
//
//cloacina:task dependencies=find_address
func (r *Reminder) Send(ctx context.Context, in Letter) error {
	left := in.Due.Sub(r.Now()).Round(time.Minute)
	return r.Mailer.Send(ctx, in.Address, fmt.Sprintf("%s, in %s", in.Text, left))
}
