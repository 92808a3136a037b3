package main

import (
	"context"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/examples/internal/golden"
	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/cloacinatest"
)

func TestOutput(t *testing.T) { golden.Run(t, "output.txt", run) }

var noon = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

// outbox is a Mailer that keeps what it should send.
type outbox []string

func (o *outbox) Send(_ context.Context, to, text string) error {
	*o = append(*o, to+": "+text)
	return nil
}

// fill returns a Reminder for tests: bob has an address, and it is noon.
func fill(sent *outbox) *Reminder {
	return &Reminder{
		Directory: addressBook{"bob": "bob@example.com"},
		Mailer:    sent,
		Now:       func() time.Time { return noon },
	}
}

func TestReminder(t *testing.T) {
	t.Parallel()
	var sent outbox
	request := Request{User: "bob", Text: "lunch", Due: noon.Add(5 * time.Minute)}
	cloacinatest.RunOf(t, fill(&sent).Workflow(), StartReminder, request)
	if len(sent) != 1 || sent[0] != "bob@example.com: lunch, in 5m0s" {
		t.Errorf("sent %q, want one mail to bob", sent)
	}
}

func TestUserWithoutAddress(t *testing.T) {
	t.Parallel()
	var sent outbox
	_, run := cloacinatest.RunOf(t, fill(&sent).Workflow(), StartReminder, Request{User: "eve", Text: "lunch", Due: noon},
		cloacinatest.Ends(cloacina.Failed))
	run.Failed("find_address").Attempts("find_address", 1).Skipped("send", `task_success("find_address") is false`)
	if len(sent) != 0 {
		t.Errorf("sent %q, want nothing", sent)
	}
}
