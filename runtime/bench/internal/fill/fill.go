// Package fill puts finished runs into a store, faster than they can be executed
// and with the rows that executing them leaves behind.
package fill

import (
	"context"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/seven"
)

// together is how many runs share a commit.
const together = 200

// Sevens adds finished runs of seven tasks to the store in a file, which is made
// if it is not there.
func Sevens(ctx context.Context, path string, runs int) (err error) {
	s, err := sqlite.Open(ctx, path, sqlite.Config{Relaxed: true})
	if err != nil {
		return err
	}
	defer func() {
		if closed := s.Close(); err == nil {
			err = closed
		}
	}()
	last, err := s.LastNum(ctx)
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	plan := &seven.Workflow().Plan
	var batch []store.Change
	for num := last + 1; num <= last+int64(runs); num++ {
		r := run{num: num, host: host, at: time.Now().UnixMilli()}
		if batch, err = r.append(batch, plan); err != nil {
			return err
		}
		if (num-last)%together == 0 || num == last+int64(runs) {
			if err := s.Commit(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return nil
}

// The tasks of the workflow.
const (
	fetch = iota
	cached
	process
	high
	low
	stored
	summarise
)

// run is one that is made up.
type run struct {
	num  int64
	host string
	at   int64
}

// append adds what a run of seven tasks stores.
func (r *run) append(to []store.Change, p *plan.Plan) ([]store.Change, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	to = append(to, &store.RunCreated{
		Num: r.num, ID: id.String(), Plan: p, At: r.at, Initial: []engine.Entry{{Key: "n", Value: []byte("3")}},
	})
	to = r.completed(to, fetch, "raw", "83")
	to = r.skipped(to, cached)
	to = r.completed(to, process, "score", "83", true, false)
	to = r.completed(to, high, "path", `"high"`, true)
	to = r.skipped(to, low)
	to = r.completed(to, stored, "stored", "true", true, false)
	to = r.completed(to, summarise, "report", `"high"`, true)
	return append(to, &store.RunEnded{Run: r.num, Status: engine.RunCompleted, At: r.at}), nil
}

func (r *run) completed(to []store.Change, task int, key, value string, leaves ...bool) []store.Change {
	return append(to,
		&store.TaskDecided{Run: r.num, Task: task, Ready: true, Leaves: plan.LeavesOf(leaves...), At: r.at},
		&store.AttemptStarted{Run: r.num, Task: task, Attempt: 1, At: r.at, Host: r.host, Version: "(devel)"},
		&store.TaskEnded{
			Run: r.num, Task: task, Status: engine.TaskCompleted, At: r.at,
			Last:   store.AttemptEnd{Attempt: 1, Outcome: store.AttemptSucceeded},
			Writes: []engine.Entry{{Key: key, Value: []byte(value)}},
		})
}

func (r *run) skipped(to []store.Change, task int) []store.Change {
	return append(to, &store.TaskDecided{Run: r.num, Task: task, Leaves: plan.LeavesOf(false), At: r.at})
}
