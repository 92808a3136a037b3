package trust

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// racers is how many processes want the file.
const racers = 8

// TestAFileHasOneOwner lets processes race for a file, round by round. One of
// them gets it, the others learn at once who has it; then the owner is killed,
// or closes the file.
func TestAFileHasOneOwner(t *testing.T) {
	t.Parallel()
	race := &race{t: t, path: filepath.Join(keptDir(t), "runs.db"), rng: rand.New(rand.NewPCG(*seedFlag, 3))}
	for i := range race.racers {
		race.racers[i] = race.enter()
	}
	for range *roundsFlag {
		race.round()
	}
	for _, p := range race.racers {
		p.tell("stop")
		p.finished()
	}
	clean(t, race.path)
	now := look(t, race.path, &snapshot{}, true)
	if len(now.runs) != race.owners {
		t.Errorf("%d runs by %d owners", len(now.runs), race.owners)
	}
	t.Logf("slowest refusal %v; %d takeovers from a killed owner, slowest %v",
		race.refusal, race.takeovers, race.takeover)
}

type race struct {
	t      *testing.T
	path   string
	rng    *rand.Rand
	racers [racers]*process
	owners int
	// takeovers are those from a killed owner by a process that insisted.
	takeovers int
	// The slowest of each.
	refusal, takeover time.Duration
}

func (r *race) witness() string { return r.path + ".witness" }

func (r *race) enter() *process { return start(r.t, job{Role: "owner", Path: r.path}) }

// round finds an owner, and takes the file from it.
func (r *race) round() {
	r.t.Helper()
	for _, p := range r.racers {
		p.tell("race")
	}
	winner := -1
	answers := make([]string, racers)
	for i, p := range r.racers {
		if answers[i] = p.next(); answers[i] == "won" {
			if winner >= 0 {
				r.t.Fatalf("processes %d and %d have the file", r.racers[winner].pid(), p.pid())
			}
			winner = i
		}
	}
	if winner < 0 {
		r.t.Fatalf("nobody got the file: %q", answers)
	}
	r.works(r.racers[winner])
	for i, text := range answers {
		if i != winner {
			r.lost(text, r.racers[winner])
		}
	}
	switch r.rng.IntN(3) {
	case 0:
		r.racers[winner].tell("release")
		r.racers[winner].expect("released")
	case 1: // what it wrote about itself is still there in the next round
		r.bury(winner)
	default:
		r.inherit(winner)
	}
}

// works lets a new owner prove that the file is its own.
func (r *race) works(p *process) {
	r.t.Helper()
	r.owners++
	p.tell("run")
	p.expect("ran")
}

// lost checks what a process is told that does not get the file.
func (r *race) lost(text string, winner *process) {
	r.t.Helper()
	var micros int64
	var owned bool
	if _, err := fmt.Sscanf(text, "lost %d %t", &micros, &owned); err != nil {
		r.t.Fatalf("%q: %v", text, err)
	}
	took := time.Duration(micros) * time.Microsecond
	r.refusal = max(r.refusal, took)
	host, err := os.Hostname()
	if err != nil {
		r.t.Fatal(err)
	}
	_, rest, named := strings.Cut(text, fmt.Sprintf("process %d on host %s, since ", winner.pid(), host))
	since, _, _ := strings.Cut(rest, ";")
	at, err := time.Parse(time.RFC3339, since)
	inTime := at.After(winner.begun.Add(-time.Second)) && !at.After(time.Now())
	if !owned || !named || err != nil || !inTime || took > time.Second {
		r.t.Errorf("process %d has the file, another one was told after %v: %s", winner.pid(), took, text)
	}
}

// bury kills the owner and sends another process into the race.
func (r *race) bury(owner int) {
	r.t.Helper()
	// A dead owner cannot take its witness away.
	if err := os.Remove(r.witness()); err != nil {
		r.t.Fatal(err)
	}
	r.racers[owner].kill()
	r.racers[owner] = r.enter()
}

// inherit kills the owner while another process insists on the file.
func (r *race) inherit(owner int) {
	r.t.Helper()
	next := r.racers[(owner+1)%racers]
	next.tell("insist")
	next.expect("insisting")
	at := time.Now()
	r.bury(owner)
	next.expect("won")
	r.takeovers, r.takeover = r.takeovers+1, max(r.takeover, time.Since(at))
	r.works(next)
	next.tell("release")
	next.expect("released")
}

// owner is a process that wants the file when it is told to.
func owner(p *parent, j job) error {
	o := &contender{path: j.Path}
	for {
		var err error
		switch order := p.order(); order {
		case "race":
			err = o.race(p)
		case "insist":
			err = o.insist(p)
		case "run":
			_, err = o.r.Execute(context.Background(), "w", nil)
			p.say("ran")
		case "release":
			err = o.release()
			p.say("released")
		case "stop":
			return nil
		default:
			err = fmt.Errorf("unknown order %q", order)
		}
		if err != nil {
			return err
		}
	}
}

// contender is what a process has that wants the file.
type contender struct {
	path string
	r    *cloacina.Runner
}

func (o *contender) race(p *parent) error {
	at := time.Now()
	err := o.open()
	took := time.Since(at).Microseconds()
	if err != nil {
		p.say("lost %d %t %v", took, errors.Is(err, cloacina.ErrOwned), err)
		return nil
	}
	return o.won(p)
}

// insist opens the file again and again until it gets it.
func (o *contender) insist(p *parent) error {
	for n := 0; ; n++ {
		err := o.open()
		if err == nil {
			return o.won(p)
		}
		if !errors.Is(err, cloacina.ErrOwned) {
			return err
		}
		if n == 0 {
			p.say("insisting")
		}
	}
}

func (o *contender) open() (err error) {
	o.r, err = cloacina.Open(context.Background(), o.path, cloacina.Config{})
	return err
}

// won proves that there is no other owner, by a file that only one can create.
func (o *contender) won(p *parent) error {
	f, err := os.OpenFile(o.path+".witness", os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("there are two owners: %w", err)
	}
	if err := f.Close(); err != nil {
		return err
	}
	p.say("won")
	return o.r.Register(handWritten("w",
		cloacina.PlanTask{ID: "a"}, cloacina.TaskCode{Call: cloacina.CallPlain(func(context.Context) error { return nil })}))
}

func (o *contender) release() error {
	return errors.Join(os.Remove(o.path+".witness"), o.r.Shutdown(context.Background()))
}
