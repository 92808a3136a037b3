package trust

import (
	"context"
	"errors"
	"fmt"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// owner is a process that wants the file when it is told to.
func owner(p *parent, j job) error {
	l, err := openLedger(j)
	if err != nil {
		return err
	}
	o := &contender{p: p, l: l, path: j.Path}
	for {
		var hold int64
		var err error
		order := p.order()
		if _, err := fmt.Sscanf(order, "pass %d", &hold); err == nil {
			order = "pass"
		}
		switch order {
		case "race":
			err = o.race()
		case "insist":
			if err = o.insist(); err == nil {
				p.say("won")
			}
		case "pass":
			err = o.pass(time.Duration(hold) * time.Microsecond)
		case "run":
			err = o.run()
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
	p    *parent
	l    *ledger
	path string
	r    *cloacina.Runner
}

func (o *contender) race() error {
	at := time.Now()
	err := o.open()
	if err != nil {
		o.p.say("lost %d %t %v", time.Since(at).Microseconds(), errors.Is(err, cloacina.ErrOwned), err)
		return nil
	}
	o.p.say("won")
	return nil
}

// insist opens the file again and again until it gets it.
func (o *contender) insist() error {
	for n := 0; ; n++ {
		err := o.open()
		if err == nil {
			return nil
		}
		if !errors.Is(err, cloacina.ErrOwned) {
			return err
		}
		if n == 0 {
			o.p.say("insisting")
		}
	}
}

// pass insists on the file, works, keeps it for a while and gives it back.
func (o *contender) pass(hold time.Duration) error {
	if err := o.insist(); err != nil {
		return err
	}
	if err := o.run(); err != nil {
		return err
	}
	<-time.After(hold)
	if err := o.release(); err != nil {
		return err
	}
	o.p.say("passed")
	return nil
}

// open opens the file and writes down that this process has it.
func (o *contender) open() (err error) {
	o.r, err = cloacina.Open(context.Background(), o.path, cloacina.Config{})
	if err == nil {
		o.l.write(entry{What: got})
	}
	return err
}

// run proves that the file is its own.
func (o *contender) run() error {
	err := o.r.Register(handWritten("w",
		cloacina.PlanTask{ID: "a"}, cloacina.TaskCode{Call: cloacina.CallPlain(func(context.Context) error { return nil })}))
	if err != nil {
		return err
	}
	result, err := o.r.Execute(context.Background(), "w", nil)
	if err != nil {
		return err
	}
	o.l.write(entry{What: ended, Run: result.Run})
	return nil
}

// release gives the file back, which it writes down before.
func (o *contender) release() error {
	o.l.write(entry{What: leaving})
	return o.r.Shutdown(context.Background())
}
