package trust

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// mostLog bounds the write-ahead log. The store empties it at 16 MiB, and may
// have to wait for a reader; never emptied, it would grow to more than a hundred.
const mostLog = 64 << 20

// TestWritersReadersAndCheckpoints makes one commit after the other while this
// process reads through the runner, and another one with SQLite alone. None of
// them ever has to wait for a lock, and the log stays small. A tenth of the
// commits waits for the disk.
func TestWritersReadersAndCheckpoints(t *testing.T) {
	t.Parallel()
	path := filepath.Join(keptDir(t), "runs.db")
	for _, part := range []struct {
		durability cloacina.Durability
		commits    int
	}{
		{cloacina.Full, *commitsFlag / 10},
		{cloacina.Relaxed, *commitsFlag - *commitsFlag/10},
	} {
		w := &writing{t: t, path: path}
		w.commit(part.durability, part.commits)
	}
	clean(t, path)
}

// writing is one process that writes and reads.
type writing struct {
	t    *testing.T
	path string
	r    *cloacina.Runner
}

// commit makes that many commits: two for each run, for the next one starts
// when the last one has ended.
func (w *writing) commit(durability cloacina.Durability, commits int) {
	w.t.Helper()
	began := time.Now()
	var err error
	if w.r, err = cloacina.Open(w.t.Context(), w.path, cloacina.Config{Durability: durability}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.r.Register(writesBallast()); err != nil {
		w.t.Fatal(err)
	}
	foreign := start(w.t, job{Role: "reader", Path: w.path})
	foreign.expect("reading")
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	reads := 0
	wg.Go(func() { reads = w.read(ctx) })
	var longest int64
	for n := range commits / 2 {
		if _, err := w.r.Execute(w.t.Context(), "w", cloacina.Values{"n": n}); err != nil {
			w.t.Error(err)
			break
		}
		info, err := os.Stat(w.path + "-wal")
		if err != nil {
			w.t.Error(err)
			break
		}
		longest = max(longest, info.Size())
	}
	stop()
	wg.Wait()
	foreign.tell("stop")
	answer := foreign.expect("read")
	foreign.finished()
	if err := w.r.Shutdown(context.Background()); err != nil {
		w.t.Error(err)
	}
	if longest > mostLog {
		w.t.Errorf("the log has grown to %d MiB", longest>>20)
	}
	w.t.Logf("durability %d: %d commits in %v beside %d reads of this process and %s of another; log up to %d KiB",
		durability, commits, time.Since(began).Round(time.Millisecond), reads, answer, longest>>10)
}

// writesBallast is a workflow whose runs fill some pages.
func writesBallast() *cloacina.Workflow {
	return handWritten("w", cloacina.PlanTask{ID: "a", Open: true}, cloacina.TaskCode{
		Call: cloacina.CallDynamic(func(_ context.Context, c *cloacina.Context) error {
			return c.Set("ballast", make([]byte, 1000))
		}),
	})
}

// read reads through the runner until ctx ends.
func (w *writing) read(ctx context.Context) (reads int) {
	for ; ctx.Err() == nil; reads++ {
		runs, err := w.r.Runs(context.Background(), cloacina.RunFilter{Limit: 20})
		if err != nil {
			w.t.Errorf("list runs: %v", err)
			return reads
		}
		if len(runs) == 0 {
			continue
		}
		if _, err := w.r.Run(context.Background(), runs[len(runs)-1].ID); err != nil {
			w.t.Errorf("read run: %v", err)
			return reads
		}
	}
	return reads
}

// foreignReader reads a store with nothing but SQLite, and does not wait for
// locks. It comes and goes, and now and then reads for a long time.
func foreignReader(p *parent, j job) error {
	p.say("reading")
	for n := 0; ; n++ {
		select {
		case <-p.orders:
			p.say("read %d", n)
			return nil
		default:
		}
		if err := readAsForeigner(j.Path, n%20 == 19); err != nil {
			return fmt.Errorf("read %d: %w", n, err)
		}
	}
}

func readAsForeigner(path string, long bool) error {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return err
	}
	query := "SELECT count(*), max(num) FROM (SELECT num FROM runs ORDER BY num DESC LIMIT 50)"
	if long {
		query = "SELECT count(*), max(runs.num) FROM runs JOIN tasks ON tasks.run = runs.id"
	}
	var count, last sql.NullInt64
	for range 5 {
		if err = db.QueryRow(query).Scan(&count, &last); err != nil {
			break
		}
	}
	if closed := db.Close(); err == nil {
		err = closed
	}
	return err
}
