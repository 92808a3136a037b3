package trust

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"go.uber.org/goleak"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// childVariable makes the test binary a process that is to be killed; its
// value is the job as JSON.
const childVariable = "CLOACINA_TRUST_CHILD"

// job is what a child is to do.
type job struct {
	// Role names the function that does it; see [roles].
	Role string
	// Path is the path of the store.
	Path string
	// Ledger is the path of the ledger.
	Ledger string
	// Generation counts the processes on one store from 1.
	Generation int
	// First is the number of the first run to start.
	First int
	// Count is how many of whatever the role counts.
	Count int
	// Drain asks for the end of all runs in place of new ones.
	Drain bool
	// Relaxed opens the store so.
	Relaxed bool
	// Seed is that of the load.
	Seed uint64
	// Strike is the kind of entry after which the process kills itself: at
	// once after the StrikeAt-th of them. Empty means never.
	Strike   what
	StrikeAt int64
}

// random is the source of a child's choices.
func (j job) random() *rand.Rand { return rand.New(rand.NewPCG(j.Seed, uint64(j.Generation))) }

// durability is how the store is to be opened.
func (j job) durability() cloacina.Durability {
	if j.Relaxed {
		return cloacina.Relaxed
	}
	return cloacina.Full
}

// roles are what a child can be.
var roles = map[string]func(p *parent, j job) error{
	"load":       load,
	"killer":     killer,
	"owner":      owner,
	"cycles":     cycles,
	"tasks":      manyTasks,
	"reader":     foreignReader,
	"checkpoint": foreignCheckpoints,
	"scribe":     foreignWriter,
	"commits":    commits,
	"crowd":      crowd,
	"writer":     valueWriter,
	"huge":       hugeWriter,
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childVariable); text != "" {
		os.Exit(child(text))
	}
	goleak.VerifyTestMain(m)
}

// child does a job and returns the exit code.
func child(text string) int {
	var j job
	err := json.Unmarshal([]byte(text), &j)
	if err == nil {
		err = roles[j.Role](newParent(os.Stdin, os.Stdout), j)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// keptDir returns a directory that is removed unless the test fails; then the
// log says where it is.
func keptDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "cloacina-trust-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("the files are kept in %s", dir)
		} else if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	return dir
}
