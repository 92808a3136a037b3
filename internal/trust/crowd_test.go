package trust

import (
	"context"
	"errors"
	"fmt"
	"sync"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// crowd is a process with many open runs, the second task of which does not end.
// The first one starts them and has a slot for each. Each says when an attempt of
// a second task runs, and when all slots have one; from then on it starts further
// runs and cancels them.
func crowd(p *parent, j job) error {
	l, err := openLedger(j)
	if err != nil {
		return err
	}
	c := &crowding{p: p, l: l, slots: int64(max(slots, j.Count)), registered: make(chan struct{}), crowded: make(chan struct{})}
	c.r, err = cloacina.Open(context.Background(), j.Path, cloacina.Config{
		MaxInterruptions: -1, MaxConcurrentTasks: int(c.slots),
	})
	if err != nil {
		return err
	}
	if err := c.r.Register(c.crowd(), c.passing()); err != nil {
		return err
	}
	close(c.registered)
	if err := c.startMany(j.Count); err != nil {
		return err
	}
	<-c.crowded
	for n := 0; ; n++ {
		if err := c.churn(fmt.Sprintf("passing-%d-%d", j.Generation, n)); err != nil {
			return err
		}
	}
}

// crowding is such a process.
type crowding struct {
	p          *parent
	l          *ledger
	r          *cloacina.Runner
	slots      int64
	registered chan struct{} // closed when Register has returned
	crowded    chan struct{} // closed when all slots are taken

	mu      sync.Mutex
	running int64
}

// crowd is the workflow of the runs that stay open.
func (c *crowding) crowd() *cloacina.Workflow {
	return handWritten("crowd",
		cloacina.PlanTask{ID: "quick", Open: true},
		cloacina.TaskCode{Call: cloacina.CallDynamic(func(ctx context.Context, k *cloacina.Context) error {
			return errors.Join(k.Set("value", "of the first task"), c.note(ctx))
		})},
		cloacina.PlanTask{ID: "endless", DependsOn: []int{0}},
		cloacina.TaskCode{Call: cloacina.CallPlain(func(ctx context.Context) error {
			<-c.registered // recovery is over no sooner
			if err := c.note(ctx); err != nil {
				return err
			}
			c.takesSlot()
			<-ctx.Done()
			return ctx.Err()
		})})
}

// takesSlot says when the first attempt that does not end runs, and then when all do.
func (c *crowding) takesSlot() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running++; c.running == 1 {
		c.p.say("running")
	}
	if c.running == c.slots {
		c.p.say("crowded")
		close(c.crowded)
	}
}

// passing is the workflow of the runs that come and go. They get no slot, for
// all of them are taken.
func (c *crowding) passing() *cloacina.Workflow {
	return handWritten("passing",
		cloacina.PlanTask{ID: "quick"}, cloacina.TaskCode{Call: cloacina.CallPlain(c.note)},
		cloacina.PlanTask{ID: "then", DependsOn: []int{0}}, cloacina.TaskCode{Call: cloacina.CallPlain(c.note)})
}

// note writes down that an attempt begins.
func (c *crowding) note(ctx context.Context) error {
	info := cloacina.TaskFrom(ctx)
	c.l.write(entry{What: begin, Run: info.Run, Task: info.Task, Attempt: info.Attempt})
	return nil
}

// startMany starts runs, many at a time so that they share commits.
func (c *crowding) startMany(runs int) error {
	var wg sync.WaitGroup
	errs := make(chan error, runs)
	for worker := range 100 {
		wg.Go(func() {
			for n := worker; n < runs; n += 100 {
				id := fmt.Sprintf("crowd-%d", n)
				_, err := c.r.Start(context.Background(), "crowd", cloacina.Values{"n": n}, cloacina.StartOptions{ID: id})
				if err != nil {
					errs <- err
					return
				}
				c.l.write(entry{What: started, Run: id})
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// churn starts a run and cancels it.
func (c *crowding) churn(id string) error {
	h, err := c.r.Start(context.Background(), "passing", nil, cloacina.StartOptions{ID: id})
	if err != nil {
		return err
	}
	c.l.write(entry{What: started, Run: id})
	if err := h.Cancel(context.Background()); err != nil {
		return err
	}
	c.l.write(entry{What: cancelled, Run: id})
	return nil
}

// crowdBook is what the ledger of a crowd has told.
type crowdBook struct {
	runs     map[string]*crowdRun
	problems []string
}

// crowdRun is what is known of one run.
type crowdRun struct {
	started, cancelled bool
	begins             int // of the attempt that does not end
	quick              int // the generation in which its first task began
	endless            bool
}

func newCrowdBook() crowdBook { return crowdBook{runs: map[string]*crowdRun{}} }

// add takes an entry.
func (b *crowdBook) add(e entry) {
	r := b.runs[e.Run]
	if r == nil {
		r = &crowdRun{}
		b.runs[e.Run] = r
	}
	fault := func(text string) {
		b.problems = append(b.problems, fmt.Sprintf("run %s, task %s, attempt %d: %s", e.Run, e.Task, e.Attempt, text))
	}
	switch {
	case e.What == started:
		r.started = true
	case e.What == cancelled:
		r.cancelled = true
	case e.What != begin:
	case e.Attempt != 1:
		fault("an interruption has used up an attempt")
	case e.Task == "endless":
		r.begins++
		r.endless = true
	case r.endless:
		fault("it begins after the task that depends on it")
	case r.quick == e.Generation:
		fault("it begins twice in one process")
	default:
		r.quick = e.Generation
	}
}
