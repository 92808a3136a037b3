package main

import (
	"errors"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/examples/internal/golden"
	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/cloacinatest"
)

func TestOutput(t *testing.T) { golden.Run(t, "output.txt", run) }

// A test can ask what a workflow does about an error without a task that has it.
func TestWhatIsRetried(t *testing.T) {
	t.Parallel()
	busy, refused := &DeclinedError{Code: 503}, &DeclinedError{Code: 402}
	run := cloacinatest.Run(t, Workflow(), cloacina.Values{"order": "order-42"},
		cloacinatest.Ends(cloacina.Failed),
		cloacinatest.Returns("get_quote", Quote{Cents: 1}),
		cloacinatest.Fails("charge", busy, 2), cloacinatest.AlwaysFails("charge", refused))
	run.Attempts("charge", 3).Delays("charge", 200*time.Millisecond, 200*time.Millisecond).Error("charge", refused)
	run.Skipped("print", `task_success("charge") is false`)
}

func TestUnmarkedErrorIsNotTransient(t *testing.T) {
	t.Parallel()
	cloacinatest.Run(t, Workflow(), cloacina.Values{"order": "order-42"},
		cloacinatest.Ends(cloacina.Failed), cloacinatest.AlwaysFails("get_quote", errors.New("no such article"))).
		Attempts("get_quote", 1)
}
