package trust

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// usage is what a process uses. Files, locks and resident memory are those that
// Linux tells of in /proc; elsewhere they are 0 and prove nothing.
type usage struct {
	// Done is how much of its work the process has done.
	Done       int
	Goroutines int
	Files      int
	Locks      int // on the store and its lock file
	Heap       int // bytes in use after a collection
	Objects    int // and how many objects these are
	Resident   int // bytes of the process
}

// growth is what a process may use more of than after a tenth of its work.
type growth struct{ goroutines, files, locks, heap, resident int }

// used measures the process, once its goroutines are as few as before or a while
// has passed: some end a little later than what they were for.
func used(done, goroutines int, paths ...string) (u usage, err error) {
	for n := 0; n < 100 && goroutines > 0 && runtime.NumGoroutine() > goroutines; n++ {
		<-time.After(20 * time.Millisecond)
	}
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u = usage{Done: done, Goroutines: runtime.NumGoroutine(), Heap: int(m.HeapAlloc), Objects: int(m.HeapObjects)}
	if runtime.GOOS != "linux" {
		return u, nil
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return u, err
	}
	u.Files = len(files)
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return u, err
	}
	pages, err := strconv.Atoi(string(bytes.Fields(statm)[1]))
	if err != nil {
		return u, err
	}
	u.Resident = pages * os.Getpagesize()
	u.Locks, err = locksOn(paths...)
	return u, err
}

// locksOn counts the locks on files that anyone has.
func locksOn(paths ...string) (int, error) {
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0, err
	}
	n := 0
	for _, path := range paths {
		number, err := inode(path)
		if err != nil {
			return 0, err
		}
		n += bytes.Count(locks, fmt.Appendf(nil, ":%d ", number))
	}
	return n, nil
}

// heldWhileOpen counts the locks on an open store, which shows that they can be counted.
func heldWhileOpen(path string) (int, error) {
	s, err := sqlite.Open(context.Background(), path, sqlite.Config{})
	if err != nil || runtime.GOOS != "linux" {
		return 0, err
	}
	held, err := locksOn(path, path+".lock")
	return held, errors.Join(err, s.Close())
}

// measuredAt reports whether a process measures itself after so much of its work:
// a tenth, a half, and all of it.
func measuredAt(done, all int) bool { return done == max(1, all/10) || done == all/2 || done == all }

// flat reads what a process says about its usage until it has ended, and fails
// the row if it uses more than after a tenth of its work.
func flat(t *testing.T, row *proof.Row, p *process, may growth) {
	t.Helper()
	var all []usage
	told := false
	for last := 0; ; {
		line, ok := <-p.lines
		if !ok {
			break
		}
		word, rest, _ := bytes.Cut([]byte(line), []byte(" "))
		var u usage
		if err := json.Unmarshal(rest, &u); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		row.Done(u.Done - last)
		last = u.Done
		if string(word) == "usage" {
			all = append(all, u)
			t.Logf("%+v", u)
			if !compareUsage(t, row, &all[0], &u, may) {
				break
			}
		}
		if !told && row.Left() < time.Second {
			p.tell("stop")
			told = true
		}
	}
	if t.Failed() {
		p.kill()
		return
	}
	p.finished()
	if len(all) < 2 {
		t.Errorf("measured %d times", len(all))
		return
	}
	early, late := all[0], all[len(all)-1]
	row.Figure("heap growth KiB", float64(late.Heap-early.Heap)/1024)
	row.Figure("resident growth KiB", float64(late.Resident-early.Resident)/1024)
}

// compareUsage fails the row if a process uses more than before.
func compareUsage(t *testing.T, row *proof.Row, early, late *usage, may growth) bool {
	t.Helper()
	switch {
	case runtime.GOOS == "linux" && (late.Files == 0 || late.Resident == 0):
		row.Fail(row.Seed(), "nothing was measured: %+v", late)
	case late.Goroutines > early.Goroutines+may.goroutines, late.Files > early.Files+may.files,
		late.Locks > early.Locks+may.locks:
		row.Fail(row.Seed(), "something is left: %+v, before %+v", late, early)
	case late.Heap-early.Heap > may.heap, late.Resident-early.Resident > may.resident:
		row.Fail(row.Seed(), "memory grows: %+v, before %+v", late, early)
	default:
		return true
	}
	return false
}
