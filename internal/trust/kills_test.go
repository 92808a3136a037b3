package trust

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/proof"
)

const (
	// killsAtOnce is how many stores have a process that lives and dies, whatever
	// the number of processors: most of a life is spent waiting.
	killsAtOnce = 6
	// drainTime is what is kept of the time of a row for the ends of its stores.
	drainTime = 8 * time.Second
)

// trial is one store, whose processes are killed one after the other.
type trial struct {
	tb         testing.TB
	path       string
	reading    reading
	rng        *rand.Rand
	seed       uint64
	generation int
	kills      int
	book       *book
	last       *snapshot
	// opening and recovery are how long the last process that got there took
	// to open the file, and to register its workflows.
	opening, recovery time.Duration
	moments           map[string]int // kills by what the process was about
}

func newTrial(tb testing.TB, dir string, seed uint64) *trial {
	tb.Helper()
	path := filepath.Join(dir, "runs.db")
	return &trial{
		tb: tb, path: path, reading: reading{path: path + ".ledger"}, seed: seed,
		rng: rand.New(rand.NewPCG(seed, 1)), book: newBook(newFlows(seed)),
		last: &snapshot{}, opening: 10 * time.Millisecond, recovery: 10 * time.Millisecond,
		moments: map[string]int{},
	}
}

// TestNothingIsLost kills processes under a mixed load at random moments and
// compares, after each death, what the store holds with what was acknowledged
// and done. At the end all runs have ended as if nothing had happened. Each seed
// is a store with some tens of deaths, a third of them Relaxed; now and then the
// next process has another version of the workflows.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "kill -9", 240)
	var tally killTally
	eachSeed(t, row, killsAtOnce, drainTime, func(tb testing.TB, seed uint64) {
		tb.Helper()
		tr := newTrial(tb, keptDir(tb), seed)
		for most := 10 + tr.rng.IntN(40); tr.kills < most && !tb.Failed() && row.Left() > drainTime; {
			tr.generate()
		}
		if !tb.Failed() {
			tr.drain()
		}
		row.Done(tr.kills)
		tally.add(tr)
	})
	tally.report(t, row)
}

// killTally adds up what the trials have done.
type killTally struct {
	mu      sync.Mutex
	runs    int
	changed int // runs that went on under changed code
	moments map[string]int
}

func (y *killTally) add(tr *trial) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.moments == nil {
		y.moments = map[string]int{}
	}
	y.runs += len(tr.book.runs)
	for _, d := range tr.last.runs {
		if len(d.Replans) > 0 {
			y.changed++
		}
	}
	for about, n := range tr.moments {
		y.moments[about] += n
	}
}

// report requires that processes died at every kind of moment, or nearly every
// one as long as there were few deaths.
func (y *killTally) report(t *testing.T, row *proof.Row) {
	t.Helper()
	t.Logf("%d runs, %d of them under changed code; deaths by what the process was about: %v", y.runs, y.changed, y.moments)
	row.Figure("runs", float64(y.runs))
	row.Figure("runs under changed code", float64(y.changed))
	deaths, missing := 0, 0
	for _, n := range y.moments {
		deaths += n
	}
	for _, about := range append(strikes(), "opening", "recovery", "work", "shutdown") {
		if y.moments[string(about)] == 0 {
			missing++
		}
	}
	if !t.Failed() && (deaths >= 200 && missing > 2 || deaths >= 1000 && missing > 0) {
		t.Errorf("no process died in %d kinds of moments: %v", missing, y.moments)
	}
	if !t.Failed() && deaths >= 200 && y.changed == 0 {
		t.Error("no run went on under changed code")
	}
}

// strikes are the moments, just after an entry, in which a process may kill itself.
func strikes() []what {
	return []what{started, cancelled, ended, begin, success, failure, brokenOff, called}
}

// next is the job of the next process.
func (tr *trial) next() job {
	tr.generation++
	return job{
		Role: "load", Path: tr.path, Ledger: tr.reading.path, Generation: tr.generation,
		First: len(tr.book.runs), Seed: tr.seed,
		Relaxed: tr.seed%3 == 0, // which loses nothing to a kill either
	}
}

// generate lets a process live for a while and kills it.
func (tr *trial) generate() {
	tr.tb.Helper()
	p, about := tr.live()
	switch {
	case about == "":
		p.finished()
		about = "after its end"
	case p.kill():
		tr.kills++
	default:
		about = "after its end"
	}
	tr.moments[about]++
	tr.check(false)
}

// live lets a process live up to a random moment and returns what it is about
// then; empty if it is to come to its end.
func (tr *trial) live() (p *process, about string) {
	tr.tb.Helper()
	j, dice := tr.next(), tr.rng.IntN(100)
	if dice >= 40 && dice < 85 {
		return tr.strike(j)
	}
	p = start(tr.tb, j)
	p.expect("opening")
	at := time.Now()
	if dice < 15 {
		return p, tr.after(p, tr.opening*5/4, "opening")
	}
	p.expect("open")
	tr.opening, at = time.Since(at), time.Now()
	if dice < 25 {
		return p, tr.after(p, tr.recovery*2, "recovery")
	}
	p.expect("registered")
	tr.recovery = time.Since(at)
	if dice < 40 {
		if dice%2 == 0 {
			clean(tr.tb, tr.path) // beside the process that works
		}
		return p, tr.after(p, 200*time.Millisecond, "work")
	}
	if tr.ends(p, 150*time.Millisecond) {
		tr.tb.Fatalf("process %d ended: %v\n%s", p.pid(), p.wait(), p.stderr.String())
	}
	p.tell("%s", []string{"stop", "stop patiently"}[tr.rng.IntN(2)])
	if dice < 97 {
		p.expect("stopping")
		return p, tr.after(p, 20*time.Millisecond, "shutdown")
	}
	return p, ""
}

// strike has a process kill itself at the worst of all moments: just after
// something was acknowledged or done. If it does not come to that, it is killed
// all the same.
func (tr *trial) strike(j job) (*process, string) {
	tr.tb.Helper()
	moments := append(strikes(), started, started, cancelled, cancelled, ended, called)
	j.Strike, j.StrikeAt = moments[tr.rng.IntN(len(moments))], 1+tr.rng.Int64N(12)
	if j.Strike == cancelled || j.Strike == brokenOff { // which are rare
		j.StrikeAt = 1 + j.StrikeAt%2
	}
	p := start(tr.tb, j)
	late := time.After(500 * time.Millisecond)
	for {
		select {
		case <-late:
			return p, "work"
		case _, ok := <-p.lines:
			if !ok {
				return p, string(j.Strike)
			}
		}
	}
}

// after returns what the process is about, at a random moment within a time;
// empty if it has ended meanwhile.
func (tr *trial) after(p *process, within time.Duration, about string) string {
	if tr.ends(p, within) {
		return ""
	}
	return about
}

// ends waits a random part of a time and tells whether the process has ended meanwhile.
func (tr *trial) ends(p *process, within time.Duration) bool {
	moment := time.After(time.Duration(tr.rng.Int64N(int64(within))))
	for {
		select {
		case <-moment:
			return false
		case _, ok := <-p.lines:
			if !ok {
				return true
			}
		}
	}
}

// check compares ledger and store after the end of a process.
func (tr *trial) check(everything bool) {
	tr.tb.Helper()
	for _, e := range tr.reading.more(tr.tb) {
		tr.book.add(e)
	}
	now := look(tr.tb, tr.path, tr.last, everything)
	tr.book.compare(now, tr.last, tr.generation)
	tr.last = now
	tr.report()
}

// drain lets all runs end and checks everything.
func (tr *trial) drain() {
	tr.tb.Helper()
	j := tr.next()
	j.Drain = true
	p := start(tr.tb, j)
	for line := p.next(); line != "drained"; line = p.next() {
	}
	p.tell("stop patiently")
	p.finished()
	tr.check(true)
	tr.book.finish(tr.tb, tr.path, tr.last)
	clean(tr.tb, tr.path)
	tr.report()
}

// report fails the test if a promise was broken.
func (tr *trial) report() {
	tr.tb.Helper()
	if len(tr.book.problems) == 0 {
		return
	}
	const most = 10
	tr.tb.Errorf("generation %d, %s:\n%s\nthe ledger ends with:\n%s", tr.generation, tr.path,
		strings.Join(tr.book.problems[:min(most, len(tr.book.problems))], "\n"), tr.reading.tail())
	tr.book.problems = nil
}

// TestKilledWhileCreating kills processes that create a file. Whatever is left,
// the next process opens it, and works.
func TestKilledWhileCreating(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "kill -9 while creating", 40)
	var within atomic.Int64 // how long creating takes
	within.Store(int64(20 * time.Millisecond))
	eachSeed(t, row, killsAtOnce, drainTime, func(tb testing.TB, seed uint64) {
		tb.Helper()
		tr := newTrial(tb, keptDir(tb), seed)
		p := start(tb, tr.next())
		p.expect("opening")
		if tr.rng.IntN(4) == 0 {
			at := time.Now()
			p.expect("open")
			within.Store(int64(time.Since(at) * 5 / 4))
		} else {
			tr.ends(p, time.Duration(within.Load()))
		}
		p.kill()
		tr.check(false)
		tr.drain()
		row.Done(1)
	})
}
