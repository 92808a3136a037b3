package trust

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/proof"
)

const (
	// mostLog bounds the write-ahead log. The store empties it at 16 MiB, and may
	// have to wait for a reader; never emptied, it would grow to some hundreds.
	mostLog = 64 << 20
	// changesPerCommit is how many queued writes there are to a commit at the most,
	// on average: a million of them are at least 20,000 commits.
	changesPerCommit = 50
	// endOfWriting is what is kept of the time of a row for its end.
	endOfWriting = 4 * time.Second
)

// writingPart is one process that writes and reads, and who else is there.
type writingPart struct {
	name      string
	share     float64 // of the queued writes
	relaxed   bool
	foreigner []string // the roles of the other processes
}

// TestWritersReadersAndCheckpoints has 64 runs in flight while the same process
// reads them through the runner, backs up and purges, and others read, check and
// write with SQLite alone. Nobody is told that the database is locked, nothing of
// that is hidden in the log of the runner, and the write-ahead log stays small. A
// tenth of the writes waits for the disk. In the last part nobody but the store
// itself copies the log into the file.
func TestWritersReadersAndCheckpoints(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "never locked", 60_000)
	path := filepath.Join(keptDir(t), "runs.db")
	everyone := []string{"reader", "reader", "checkpoint", "scribe"}
	total := written{}
	for n, part := range []writingPart{
		{"full", 0.1, false, everyone},
		{"relaxed", 0.5, true, everyone},
		{"alone", 0.4, true, []string{"reader"}},
	} {
		if row.Left() < 2*endOfWriting || t.Failed() {
			break
		}
		w := part.write(t, row, job{
			Role: "commits", Path: path, Relaxed: part.relaxed, Seed: row.Seed(), Generation: n + 1,
			Count: int(part.share * float64(row.Target())),
		})
		total.Changes, total.Commits = total.Changes+w.Changes, total.Commits+w.Commits
		total.Reads, total.Foreign = total.Reads+w.Reads, total.Foreign+w.Foreign
		row.Figure("log MiB, "+part.name, float64(w.Log>>20))
	}
	if !t.Failed() && total.Commits < total.Changes/changesPerCommit {
		row.Fail(row.Seed(), "%d writes in %d commits, want at least %d", total.Changes, total.Commits, total.Changes/changesPerCommit)
	}
	row.Figure("commits", float64(total.Commits))
	row.Figure("reads", float64(total.Reads))
	row.Figure("commits of others", float64(total.Foreign))
	clean(t, path)
}

// written is what a writing process has done.
type written struct {
	// Changes are the writes that were queued: starts, decisions, attempts, ends
	// and callbacks. Commits are the transactions of the process that stored them.
	Changes, Commits int64
	// Reads are those of the process itself, Foreign are the commits of others.
	Reads, Foreign int64
	// Log is the greatest size of the write-ahead log.
	Log int64
	// Problems are what nobody should have seen.
	Problems []string
}

// write lets the process write among the others.
func (part *writingPart) write(t *testing.T, row *proof.Row, j job) (w written) {
	t.Helper()
	p := start(t, j)
	p.expect("open")
	var others []*process
	for i, role := range part.foreigner {
		other := start(t, job{Role: role, Path: j.Path, Seed: j.Seed, Generation: 10*j.Generation + i})
		other.expect("ready")
		others = append(others, other)
	}
	p.tell("begin")
	begun, done := time.Now(), int64(0)
	for told := false; ; {
		word, rest, _ := strings.Cut(p.next(), " ")
		if err := json.Unmarshal([]byte(rest), &w); err != nil {
			t.Fatalf("%s: %v", rest, err)
		}
		row.Done(int(w.Changes - done))
		done = w.Changes
		if word == "done" {
			break
		}
		if !told && row.Left() < endOfWriting {
			p.tell("stop")
			told = true
		}
	}
	answers := ""
	for _, other := range others {
		other.tell("stop")
		var what string
		var n int64
		if _, err := fmt.Sscan(other.next(), &what, &n); err != nil {
			t.Fatal(err)
		}
		other.finished()
		answers += fmt.Sprintf(" %d %s,", n, what)
		if what == "commits" {
			w.Foreign += n
		}
		if n == 0 {
			t.Errorf("%s: process %s has done nothing", part.name, other.job.Role)
		}
	}
	p.tell("end")
	p.finished()
	for _, text := range w.Problems {
		row.Fail(row.Seed(), "%s: %s", part.name, text)
	}
	if w.Log > mostLog {
		row.Fail(row.Seed(), "%s: the log has grown to %d MiB", part.name, w.Log>>20)
	}
	t.Logf("%s: %d writes in %d commits in %v beside %d reads and those of others (%s); log up to %d KiB", part.name,
		w.Changes, w.Commits, time.Since(begun).Round(time.Millisecond), w.Reads, strings.Trim(answers, " ,"), w.Log>>10)
	return w
}
