package sqlite

import (
	"context"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	lib "modernc.org/sqlite/lib"
)

// hasView reports whether a store has a view.
func hasView(s *Store) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.view.rows != nil
}

// otherProgram returns a connection that writes to the file of a store.
func otherProgram(t *testing.T, s *Store) conn {
	t.Helper()
	c, err := openOther(dsn(s.Path(), ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func mustExec(t *testing.T, c conn, text string) {
	t.Helper()
	if _, err := c.ExecContext(background, text, nil); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// TestViewIsKeptBetweenCommits has small commits keep the view, and a large one
// leave it.
func TestViewIsKeptBetweenCommits(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	mustCommit(t, s, created(1))
	first := s.w.view.rows
	mustCommit(t, s, created(2))
	if first == nil || s.w.view.rows != first {
		t.Errorf("the second commit has the view %v, the first had %v", s.w.view.rows, first)
	}
	var many []store.Change
	for num := int64(3); num <= 3+logBatch; num++ {
		many = append(many, created(num))
	}
	mustCommit(t, s, many...)
	if hasView(s) {
		t.Error("the log is not looked at after a commit of many statements")
	}
}

// TestFirstCommitsHaveNoView counts the commits of a store that was just opened.
func TestFirstCommitsHaveNoView(t *testing.T) {
	t.Parallel()
	const first = 4
	s := openStore(t)
	s.commits = viewAfter - first
	for num := int64(1); num <= first+1; num++ {
		if hasView(s) {
			t.Errorf("there is a view before commit %d", num)
		}
		mustCommit(t, s, created(num))
	}
	if !hasView(s) {
		t.Error("there is no view")
	}
}

// TestViewIsLeftAtRest lets a store rest under virtual time, after commits that go on
// for a while and after a single one.
func TestViewIsLeftAtRest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := Open(context.Background(), dir+"/runs.db", Config{Relaxed: true})
		if err != nil {
			t.Fatal(err)
		}
		for num := int64(1); num <= 10; num++ {
			mustCommit(t, s, created(num))
			time.Sleep(viewRest / 2)
			if !hasView(s) {
				t.Errorf("there is no view after commit %d", num)
			}
		}
		time.Sleep(2 * viewRest)
		synctest.Wait()
		if hasView(s) {
			t.Error("a store at rest has a view")
		}
		begin := time.Now()
		mustCommit(t, s, created(11))
		if !hasView(s) {
			t.Error("there is none after the next commit")
		}
		time.Sleep(2 * viewRest)
		synctest.Wait()
		if hasView(s) || time.Since(begin) > 2*viewRest {
			t.Error("it does not rest a second time")
		}
		mustCommit(t, s, created(12))
		if err := s.Close(); err != nil { // with a timer that has not run out
			t.Error(err)
		}
		time.Sleep(2 * viewRest)
	})
}

// TestRefusedCommitsDoNotKeepAView has commits fail that have not begun.
func TestRefusedCommitsDoNotKeepAView(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	mustCommit(t, s, created(1))
	for range 2 {
		if err := s.Commit(context.Background(), []store.Change{&store.TaskDecided{Run: 99, At: 1}}); err == nil {
			t.Fatal("a decision about no run was stored")
		}
		s.restNow()
	}
	if hasView(s) {
		t.Error("a store that stores nothing has a view")
	}
}

// TestAnotherProgramWritesBesideAView has another program write between the commits
// of a store. The next one is made on what it has left.
func TestAnotherProgramWritesBesideAView(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	mustCommit(t, s, created(1))
	other := otherProgram(t, s)
	mustExec(t, other, "CREATE TABLE theirs (x)")
	for num := int64(2); num < 40; num++ {
		mustExec(t, other, "INSERT INTO theirs VALUES (1)")
		mustCommit(t, s, created(num))
	}
	runs, err := number(background, other, "SELECT count(*) FROM run")
	if err != nil || runs != 39 {
		t.Errorf("%d runs, %v", runs, err)
	}
	theirs, err := s.w.number("SELECT count(*) FROM theirs")
	if err != nil || theirs != 38 {
		t.Errorf("%d rows of the other program, %v", theirs, err)
	}
	mustExec(t, other, "DROP TABLE theirs")
}

// TestAnotherProgramIsWaitedForBesideAView has another program hold the lock to write.
// SQLite does not wait for it in a read transaction.
func TestAnotherProgramIsWaitedForBesideAView(t *testing.T) {
	t.Parallel()
	const patience = 100
	s := openStore(t)
	mustCommit(t, s, created(1))
	other := otherProgram(t, s)
	mustExec(t, other, "BEGIN IMMEDIATE")
	if !hasView(s) {
		t.Fatal("there is no view")
	}
	err := s.w.waiting(patience, func() error {
		begin := time.Now()
		err := s.w.begin()
		if waited := time.Since(begin); waited < patience/2*time.Millisecond {
			t.Errorf("it was waited for %v", waited)
		}
		return err
	})
	if code(err) != lib.SQLITE_BUSY {
		t.Errorf("got %v", err)
	}
	mustExec(t, other, "ROLLBACK")
	mustCommit(t, s, created(2))
}

// TestLogBeginsAnewBesideViews makes commits for long enough that the log is copied
// many times. The file stays as long as what is between two copies.
func TestLogBeginsAnewBesideViews(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	s.often.growth = 64 << 10
	for num := int64(1); num <= 600; num++ {
		c := created(num)
		c.Initial = []engine.Entry{{Key: "k", Value: make([]byte, 1000)}}
		mustCommit(t, s, c)
	}
	info, err := os.Stat(s.Path() + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Stat(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 512<<10 || file.Size() < 600*1000 {
		t.Errorf("the log has %d bytes and the file %d", info.Size(), file.Size())
	}
}

// TestLogOfAStoreAtRestCanBeEmptied has another program empty the log of a store at
// rest, which a view would keep it from.
func TestLogOfAStoreAtRestCanBeEmptied(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	mustCommit(t, s, created(1))
	other := otherProgram(t, s)
	mustExec(t, other, "PRAGMA busy_timeout = 0")
	truncate := func() (busy int64) {
		t.Helper()
		busy, err := number(background, other, "PRAGMA wal_checkpoint(TRUNCATE)")
		if err != nil {
			t.Fatal(err)
		}
		return busy
	}
	mustCommit(t, s, created(2))
	if truncate() == 0 {
		t.Error("a view does not keep anybody from emptying the log; is it one?")
	}
	s.restNow() // there was a commit since it last looked
	s.restNow()
	if busy := truncate(); busy != 0 {
		t.Errorf("the log of a store at rest cannot be emptied: %d", busy)
	}
}
