package trust

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/proof"
)

const (
	// racers is how many processes want the file.
	racers = 8
	// roundsOfMatch is how many rounds there are with one file.
	roundsOfMatch = 10
	// matchesAtOnce is how many files are fought for; who is refused mostly waits.
	matchesAtOnce = 3
)

// TestAFileHasOneOwner lets processes fight for a file, round by round. All want
// it: one of them gets it, the others learn at once who has it. Then the owner
// closes the file or is killed, while nobody, one or many insist on it, some of
// whom are killed as well. What each owner did is in the file at the end.
func TestAFileHasOneOwner(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "one owner", 50)
	var all fights
	eachSeed(t, row, matchesAtOnce, time.Second, func(tb testing.TB, seed uint64) {
		tb.Helper()
		m := newMatch(tb, seed)
		for n := 0; n < roundsOfMatch && !tb.Failed() && row.Left() > time.Second; n++ {
			m.round()
			row.Done(1)
		}
		m.end()
		all.add(&m.fights)
	})
	t.Logf("%d owners; %d processes killed while they insisted; slowest refusal %v; slowest takeover from a killed owner %v",
		all.owners, all.killed, all.refusal, all.takeover)
	row.Figure("owners", float64(all.owners))
	row.Figure("slowest takeover ms", milliseconds(all.takeover))
	if row.Target() >= 100 && all.refusal > time.Second {
		t.Errorf("a process was refused after %v", all.refusal)
	}
}

// fights are what was seen.
type fights struct {
	mu             sync.Mutex
	owners, killed int
	// The slowest of each.
	refusal, takeover time.Duration
}

func (f *fights) add(g *fights) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.owners, f.killed = f.owners+g.owners, f.killed+g.killed
	f.refusal, f.takeover = max(f.refusal, g.refusal), max(f.takeover, g.takeover)
}

// match is the fight for one file.
type match struct {
	fights
	tb      testing.TB
	path    string
	rng     *rand.Rand
	racers  [racers]*process
	entered int
	witness reading
	// held are the processes that have the file, by the number with which they
	// entered the match; dead are those that were killed, and runs are the runs
	// they were told are done.
	held, dead map[int]bool
	runs       []string
}

func newMatch(tb testing.TB, seed uint64) *match {
	tb.Helper()
	m := &match{
		tb: tb, path: filepath.Join(keptDir(tb), "runs.db"),
		rng: rand.New(rand.NewPCG(seed, 3)), held: map[int]bool{}, dead: map[int]bool{},
	}
	m.witness.path = m.path + ".ledger"
	for i := range m.racers {
		m.enter(i)
	}
	return m
}

// enter starts a process in place of the i-th.
func (m *match) enter(i int) {
	m.tb.Helper()
	m.entered++
	m.racers[i] = start(m.tb, job{Role: "owner", Path: m.path, Ledger: m.witness.path, Generation: m.entered})
}

// kill ends a process wherever it is, and has another one enter.
func (m *match) kill(i int) {
	m.tb.Helper()
	// Said before, because another one may have the file at once.
	l, err := openLedger(m.racers[i].job)
	if err != nil {
		m.tb.Fatal(err)
	}
	l.write(entry{What: dying})
	if err := l.file.Close(); err != nil {
		m.tb.Error(err)
	}
	m.racers[i].kill()
	m.enter(i)
}

// round finds an owner, and takes the file from it.
func (m *match) round() {
	m.tb.Helper()
	winner := m.race()
	order := m.rng.Perm(racers)
	others := order[:0:0]
	for _, i := range order {
		if i != winner {
			others = append(others, i)
		}
	}
	switch m.rng.IntN(6) {
	case 0:
		m.release(winner)
	case 1: // what it wrote about itself is still there in the next round
		m.kill(winner)
	case 2:
		m.takeover(winner, others[0])
	case 3:
		m.scramble(others[:2+m.rng.IntN(racers-2)], func() { m.release(winner) })
	case 4:
		m.scramble(others[:2+m.rng.IntN(racers-2)], func() { m.kill(winner) })
	default:
		m.scramble(others[:2+m.rng.IntN(racers-3)], func() {
			m.release(winner)
			m.killWhileOpening(others[racers-2])
		})
	}
	m.judge()
}

// race lets all of them want the file, and returns who gets it.
func (m *match) race() (winner int) {
	m.tb.Helper()
	for _, p := range m.racers {
		p.tell("race")
	}
	winner = -1
	answers := make([]string, racers)
	for i, p := range m.racers {
		if answers[i] = p.next(); answers[i] == "won" {
			if winner >= 0 {
				m.tb.Fatalf("processes %d and %d have the file", m.racers[winner].pid(), p.pid())
			}
			winner = i
		}
	}
	if winner < 0 {
		m.tb.Fatalf("nobody got the file: %q", answers)
	}
	m.racers[winner].tell("run")
	m.racers[winner].expect("ran")
	for i, text := range answers {
		if i != winner {
			m.lost(text, m.racers[winner])
		}
	}
	return winner
}

func (m *match) release(i int) {
	m.tb.Helper()
	m.racers[i].tell("release")
	m.racers[i].expect("released")
}

// lost checks what a process is told that does not get the file.
func (m *match) lost(text string, winner *process) {
	m.tb.Helper()
	var micros int64
	var owned bool
	if _, err := fmt.Sscanf(text, "lost %d %t", &micros, &owned); err != nil {
		m.tb.Fatalf("%q: %v", text, err)
	}
	m.refusal = max(m.refusal, time.Duration(micros)*time.Microsecond)
	host, err := os.Hostname()
	if err != nil {
		m.tb.Fatal(err)
	}
	_, rest, named := strings.Cut(text, fmt.Sprintf("process %d on host %s, since ", winner.pid(), host))
	since, _, _ := strings.Cut(rest, ";")
	at, err := time.Parse(time.RFC3339, since)
	inTime := at.After(winner.begun.Add(-time.Second)) && !at.After(time.Now())
	if !owned || !named || err != nil || !inTime {
		m.tb.Errorf("process %d has the file, another one was told: %s", winner.pid(), text)
	}
}

// takeover kills the owner while another process insists on the file.
func (m *match) takeover(owner, next int) {
	m.tb.Helper()
	m.racers[next].tell("insist")
	m.racers[next].expect("insisting")
	at := time.Now()
	m.kill(owner)
	m.racers[next].expect("won")
	m.fights.takeover = max(m.fights.takeover, time.Since(at))
	m.racers[next].tell("run")
	m.racers[next].expect("ran")
	m.release(next)
}

// scramble has processes insist on the file while its owner loses it. Each of
// them gets it, works, and passes it on; one that is killed meanwhile leaves it
// to the others, whether it has it or not.
func (m *match) scramble(insist []int, lose func()) {
	m.tb.Helper()
	for _, i := range insist {
		m.racers[i].tell("pass %d", m.rng.IntN(3000))
	}
	for _, i := range insist {
		m.racers[i].expect("insisting")
	}
	lose()
	if m.rng.IntN(2) == 0 {
		last := len(insist) - 1
		m.racers[insist[last]].pause(m.rng, 60*time.Millisecond)
		m.kill(insist[last])
		m.killed++
		insist = insist[:last]
	}
	for _, i := range insist {
		m.racers[i].expect("passed")
	}
}

// killWhileOpening kills a process that opens the file, or fails to.
func (m *match) killWhileOpening(i int) {
	m.tb.Helper()
	m.racers[i].tell("pass 0")
	m.racers[i].pause(m.rng, 40*time.Millisecond)
	m.kill(i)
	m.killed++
}

// pause lets a random part of a time pass, whatever the process says.
func (p *process) pause(rng *rand.Rand, within time.Duration) {
	moment := time.After(time.Duration(rng.Int64N(int64(within))))
	for lines := p.lines; ; {
		select {
		case <-moment:
			return
		case _, ok := <-lines:
			if !ok {
				lines = nil
			}
		}
	}
}

// judge reads what the owners wrote down, in its order: each when it got the
// file, and before it gave it back.
func (m *match) judge() {
	m.tb.Helper()
	for _, e := range m.witness.more(m.tb) {
		switch {
		case m.dead[e.Generation]: // what it did between this note and its end
		case e.What == got:
			if len(m.held) > 0 {
				m.tb.Errorf("process %d of the match has the file, and so have %v", e.Generation, m.held)
			}
			m.held[e.Generation] = true
			m.owners++
		case e.What == leaving, e.What == dying:
			delete(m.held, e.Generation)
			m.dead[e.Generation] = e.What == dying
		case e.What == ended:
			m.runs = append(m.runs, e.Run)
		case e.What == problem:
			m.tb.Errorf("process %d of the match: %s", e.Generation, e.Text)
		}
	}
	if m.tb.Failed() {
		m.tb.Logf("the witness ends with:\n%s", m.witness.tail())
	}
}

// end ends all processes and looks for what the owners did.
func (m *match) end() {
	m.tb.Helper()
	if m.tb.Failed() {
		return
	}
	for _, p := range m.racers {
		p.tell("stop")
		p.finished()
	}
	clean(m.tb, m.path)
	now := look(m.tb, m.path, &snapshot{}, true)
	for _, id := range m.runs {
		if d := now.runs[id]; d == nil || d.Status != engine.RunCompleted {
			m.tb.Errorf("run %s had ended, and is %+v", id, d)
		}
	}
}
