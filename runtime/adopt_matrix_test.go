package cloacina

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

// cell is one kind of change that meets one state.
type cell struct {
	change string
	// at is the state of the task "touched". Cancelled and, for a run that has come to
	// its end, Completed with ended are states of runs that have ended.
	at    State
	ended bool
	// blocked says that another change has blocked the run before this one.
	blocked bool
	// way is what somebody does about the run if the change blocks it.
	way    string
	onDisk bool
}

func (c cell) String() string {
	parts := []string{c.change, string(c.at)}
	for word, is := range map[string]bool{"run ended": c.ended, "run blocked": c.blocked} {
		if is {
			parts = append(parts, word)
		}
	}
	if c.way != "" {
		parts = append(parts, c.way)
	}
	return strings.Join(append(parts, map[bool]string{true: "sqlite", false: "memory"}[c.onDisk]), ", ")
}

// cells lists all of them, those in memory first.
func cells() []cell {
	var all []cell
	for _, onDisk := range []bool{false, true} {
		for _, name := range slices.Sorted(maps.Keys(codeChanges)) {
			for _, blocked := range []bool{false, true} {
				for _, at := range []State{Waiting, Ready, Running, Retrying, Completed, Failed, Skipped} {
					c := cell{change: name, at: at, blocked: blocked, onDisk: onDisk}
					ways := []string{""}
					if codeChanges[name].reason(at) != "" {
						ways = []string{"accept", "cancel", "the old code"}
					}
					for _, c.way = range ways {
						all = append(all, c)
					}
				}
			}
			all = append(all, cell{change: name, at: Cancelled, ended: true, onDisk: onDisk},
				cell{change: name, at: Completed, ended: true, onDisk: onDisk})
		}
	}
	return all
}

func (c codeChange) reason(at State) string {
	if c.blocked == nil {
		return ""
	}
	return c.blocked(at)
}

// Each kind of change of a program meets a run in which the task that it touches is in
// each state, on both stores. The run goes on and comes to the end that follows from
// the promise, or it is blocked for the reason that does, nothing of it is executed,
// and each way out is one. See codeChanges.
//
//	go test ./runtime -run EveryChangeInEveryState -proof.seed 471 -proof.target 1
func TestEveryChangeInEveryState(t *testing.T) {
	t.Parallel()
	all := cells()
	inMemory := slices.IndexFunc(all, func(c cell) bool { return c.onDisk })
	row := proof.Begin(t, "changed code, each in each state", int64(inMemory+(len(all)-inMemory)/4))
	row.Figure("cells", float64(len(all)))
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := range row.Seeds() {
				c := all[(seed-1)%uint64(len(all))]
				if seed > uint64(inMemory) && int(seed) <= len(all) {
					spread := (int(seed) - 1 - inMemory) * 5 % (len(all) - inMemory) // so that a share of them has all kinds
					c = all[inMemory+spread]
				}
				if !t.Run(fmt.Sprint(seed), c.test) {
					row.Fail(seed, "%v", c)
				}
				row.Done(1)
			}
		})
	}
	workers.Wait()
}

// No state is left out: nothing leads to those that the cells lack.
func TestStatesThatNoRunIsIn(t *testing.T) {
	t.Parallel()
	for s := engine.RunRunning; s <= engine.RunCancelled; s++ {
		if slices.Contains(engine.RunTransitions(s), engine.RunPaused) {
			t.Errorf("a run can become paused from %v", s)
		}
	}
	for s := engine.TaskWaiting; s <= engine.TaskCancelled; s++ {
		if slices.Contains(engine.TaskTransitions(s), engine.TaskDeferred) {
			t.Errorf("a task can become deferred from %v", s)
		}
	}
}

// test runs a program, changes it, and looks at what comes of the run.
func (c cell) test(t *testing.T) {
	file := ":memory:"
	cfg := Config{}
	if c.onDisk {
		file = t.TempDir() + "/runs.db"
	} else {
		cfg.store = kept{memory.New()}
	}
	synctest.Test(t, func(t *testing.T) {
		m := &meeting{t: t, cell: c, change: codeChanges[c.change], p: place{file, cfg}}
		m.leave()
		if c.blocked {
			m.blockBefore()
		}
		m.second = true
		m.meet()
	})
	if t.Failed() {
		t.Logf("cell: %v", c)
	}
}
