package trust

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// usage is what a process uses. Files, locks and resident memory are those that
// Linux tells of in /proc; elsewhere they are 0 and prove nothing.
type usage struct {
	Goroutines int
	Files      int
	Held       int // locks on the store and its lock file while it is open
	Locks      int // and when it is not
	Heap       int // bytes in use after a collection
	Resident   int // bytes of the process
}

// TestOpenAndCloseLeaveNothing opens and closes a store again and again in a
// process of its own, and compares what the process uses after a tenth of that
// and at the end.
func TestOpenAndCloseLeaveNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(keptDir(t), "runs.db")
	p := start(t, job{Role: "cycles", Path: path, Count: *cyclesFlag})
	var early, late usage
	for _, u := range []*usage{&early, &late} {
		if err := json.Unmarshal([]byte(p.expect("usage")), u); err != nil {
			t.Fatal(err)
		}
	}
	p.finished()
	const growth = 8 << 20
	switch {
	case late.Goroutines > early.Goroutines, late.Files > early.Files, late.Locks > 0:
		t.Errorf("something is left: %+v after a tenth, %+v at the end", early, late)
	case late.Heap-early.Heap > growth/8, late.Resident-early.Resident > growth:
		t.Errorf("memory grows: %+v after a tenth, %+v at the end", early, late)
	case runtime.GOOS == "linux" && (late.Files == 0 || late.Held == 0 || late.Resident == 0):
		t.Errorf("nothing was measured: %+v", late)
	}
	clean(t, path)
	t.Logf("%+v after a tenth, %+v at the end", early, late)
}

// cycles opens and closes a store.
func cycles(p *parent, j job) error {
	present := goleak.IgnoreCurrent()
	for n := 1; n <= j.Count; n++ {
		if err := cycle(j.Path, n); err != nil {
			return fmt.Errorf("cycle %d: %w", n, err)
		}
		if n == j.Count/10 || n == j.Count {
			if err := goleak.Find(present); err != nil {
				return fmt.Errorf("cycle %d: %w", n, err)
			}
			u, err := used(j.Path)
			if err != nil {
				return err
			}
			text, err := json.Marshal(u)
			if err != nil {
				return err
			}
			p.say("usage %s", text)
		}
	}
	return nil
}

// cycle opens and closes once, as a runner, with a run now and then, or as a store.
func cycle(path string, n int) error {
	ctx := context.Background()
	if n%3 == 0 {
		s, err := sqlite.Open(ctx, path, sqlite.Config{})
		if err != nil {
			return err
		}
		return s.Close()
	}
	r, err := cloacina.Open(ctx, path, cloacina.Config{})
	if err != nil {
		return err
	}
	if err := r.Register(newFlows(0)[2].silent()); err != nil {
		return err
	}
	if n%10 == 1 {
		if _, err := r.Execute(ctx, "diamond", cloacina.Values{"n": n}); err != nil {
			return err
		}
	}
	if n%50 == 7 { // one that goes on in another cycle
		if _, err := r.Start(ctx, "diamond", cloacina.Values{"n": n}, cloacina.StartOptions{}); err != nil {
			return err
		}
	}
	return r.Shutdown(ctx)
}

// used measures the process.
func used(path string) (usage, error) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u := usage{Goroutines: runtime.NumGoroutine(), Heap: int(m.HeapAlloc)}
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
	if u.Locks, err = locksOn(path, path+".lock"); err != nil {
		return u, err
	}
	s, err := sqlite.Open(context.Background(), path, sqlite.Config{})
	if err != nil {
		return u, err
	}
	u.Held, err = locksOn(path, path+".lock")
	return u, errors.Join(err, s.Close())
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
