package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// childVariable makes the test binary a process that is to be killed; its
// value is the path of the store.
const childVariable = "STORE_TEST_CHILD"

// dyingChild is the child process that kills itself, where there is one.
var dyingChild func(path string) int

// child commits runs until it is killed, and prints the number of each run
// when its commit has returned.
func child(path string) int {
	if os.Getenv("STORE_TEST_DIE") != "" {
		return dyingChild(path)
	}
	ctx := context.Background()
	s, err := sqlite.Open(ctx, path, sqlite.Config{})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	last, err := s.LastNum(ctx)
	for num := last + 1; err == nil; num++ {
		p := sevenPlan()
		for _, stage := range stages(num, p) {
			if err = s.Commit(ctx, stage); err != nil {
				break
			}
		}
		fmt.Println(num)
	}
	fmt.Println(err)
	return 1
}

// TestKilledProcessesLoseNothing kills a process again and again while it
// commits, and looks for everything that it said was committed.
func TestKilledProcessesLoseNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	acknowledged := map[int64]bool{}
	for kill := range 10 {
		startAndKill(t, path, acknowledged, 1+kill*3)
		s := open(t, path) // the lock is free at once
		checkRuns(t, s, acknowledged)
		closed(t, s)
	}
}

// startAndKill runs a child until it acknowledged some runs, kills it, and
// records all that it acknowledged before it died.
func startAndKill(t *testing.T, path string, acknowledged map[int64]bool, runs int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		num, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			t.Errorf("child: %s", lines.Text())
			break
		}
		acknowledged[num] = true
		if runs--; runs == 0 { // what it prints meanwhile is read as well
			checkOwned(t, path, cmd.Process.Pid)
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) {
		t.Fatalf("child: %v", err)
	}
}

// checkOwned checks that a store cannot be opened while a process has it.
func checkOwned(t *testing.T, path string, pid int) {
	t.Helper()
	s, err := sqlite.Open(context.Background(), path, sqlite.Config{})
	if err == nil {
		closed(t, s)
	}
	if !errors.Is(err, store.ErrOwned) || !strings.Contains(err.Error(), fmt.Sprintf("process %d on", pid)) {
		t.Errorf("got %v, want one that names process %d", err, pid)
	}
}

// checkRuns checks that acknowledged runs are whole, and that others, of which
// each kill leaves one at most, are whole up to a commit.
func checkRuns(t *testing.T, s store.Store, acknowledged map[int64]bool) {
	t.Helper()
	last, err := s.LastNum(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p, open := sevenPlan(), 0
	for num := int64(1); num <= last; num++ {
		d, err := s.Run(context.Background(), stages(num, p)[0][0].(*store.RunCreated).ID)
		if err != nil {
			t.Fatal(err)
		}
		completed, running := tally(t, d)
		if d.Status == engine.RunCompleted && completed == 5 && running == 0 {
			continue
		}
		open++
		if acknowledged[num] || d.Status != engine.RunRunning || completed > 4 || running != 1 {
			t.Errorf("run %d of %d: status %v, %d completed, %d running", num, last, d.Status, completed, running)
		}
	}
	for num := range acknowledged {
		if num > last {
			t.Errorf("run %d was acknowledged, %d is the last", num, last)
		}
	}
	if open > 10 {
		t.Errorf("%d open runs", open)
	}
}

// tally counts the completed and the running tasks of a run, and checks the
// writes of the completed ones.
func tally(t *testing.T, d *store.RunDetail) (completed, running int) {
	t.Helper()
	for _, task := range d.Tasks {
		switch task.Status {
		case engine.TaskCompleted:
			completed++
			if len(task.Writes) != 1 || string(task.Writes[0].Value) != "83" {
				t.Errorf("run %d: writes %v", d.Num, task.Writes)
			}
		case engine.TaskRunning:
			running++
		}
	}
	return completed, running
}
