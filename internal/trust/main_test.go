package trust

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// How much the tests do. The defaults keep all of them together below a minute
// on two cores.
var (
	seedFlag      = flag.Uint64("seed", 1, "seed of everything that is chosen at random")
	killsFlag     = flag.Int("kills", 300, "kills under the mixed load")
	filesFlag     = flag.Int("files", 3, "files that the mixed load is spread over, at the same time")
	creationsFlag = flag.Int("creations", 40, "kills while a file is created")
	roundsFlag    = flag.Int("rounds", 50, "rounds of the race for a file")
	cyclesFlag    = flag.Int("cycles", 1000, "times a file is opened and closed")
	commitsFlag   = flag.Int("commits", 20000, "commits beside readers and checkpoints")
	benchKills    = flag.Int("bench-kills", 20, "kills for each size of the recovery benchmark")
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
	// Seed is that of the load.
	Seed uint64
	// Strike is the kind of entry after which the process kills itself: at
	// once after the StrikeAt-th of them. Empty means never.
	Strike   what
	StrikeAt int64
}

// random is the source of a child's choices.
func (j job) random() *rand.Rand { return rand.New(rand.NewPCG(j.Seed, uint64(j.Generation))) }

// roles are what a child can be.
var roles = map[string]func(p *parent, j job) error{
	"load":   load,
	"killer": killer,
	"owner":  owner,
	"cycles": cycles,
	"reader": foreignReader,
	"crowd":  crowd,
	"writer": valueWriter,
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
			tb.Logf("seed %d; the files are kept in %s", *seedFlag, dir)
		} else if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	return dir
}
