package trust

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// again is how many of the last runs of the process before are started again,
// which it may have started or not.
const again = 5

// client is the part of a loaded process that uses the runner.
type client struct {
	r     *cloacina.Runner
	l     *ledger
	flows []*flow
	next  atomic.Int64 // number of the run to start
	stop  chan struct{}
	wg    sync.WaitGroup
}

// runOf returns what the run of a number is: its ID, workflow and input.
func runOf(flows []*flow, number int64) (id string, f *flow, n int64) {
	f = flows[number%int64(len(flows))]
	return fmt.Sprintf("%s-%d", f.name, number), f, int64(hash(number) % 100)
}

// byID is runOf for an ID.
func byID(flows []*flow, id string) (f *flow, n int64, ok bool) {
	_, text, _ := strings.Cut(id, "-")
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, 0, false
	}
	known, f, n := runOf(flows, number)
	return f, n, known == id
}

// load is a process with the mixed load. It says where it is, and stops when it
// is told to.
func load(p *parent, j job) error {
	l, err := openLedger(j)
	if err != nil {
		return err
	}
	c := &client{l: l, flows: newFlows(j.Seed), stop: make(chan struct{})}
	c.next.Store(int64(max(0, j.First-again)))
	p.say("opening")
	c.r, err = cloacina.Open(context.Background(), j.Path, cloacina.Config{
		MaxInterruptions: -1, MaxConcurrentTasks: 8, Durability: j.durability(),
	})
	if err != nil {
		return err
	}
	p.say("open")
	var workflows []*cloacina.Workflow
	for _, f := range c.flows {
		workflows = append(workflows, f.workflow(l, j.Generation/3))
	}
	if err := c.r.Register(workflows...); err != nil {
		return err
	}
	p.say("registered")
	if err := c.waitForOld(); err != nil {
		return err
	}
	if j.Drain {
		c.wg.Wait()
		p.say("drained")
	} else {
		for range 5 {
			c.wg.Go(c.work)
		}
	}
	patience := time.Duration(j.random().IntN(20)) * time.Millisecond
	if p.order() == "stop patiently" {
		patience = time.Minute
	}
	close(c.stop)
	p.say("stopping")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.r.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	c.wg.Wait()
	p.say("stopped")
	return nil
}

// waitForOld waits beside everything else for the runs that were there before.
func (c *client) waitForOld() error {
	filter := cloacina.RunFilter{States: []cloacina.State{cloacina.Running, cloacina.Blocked, cloacina.Paused}, Limit: 1 << 20}
	runs, err := c.r.Runs(context.Background(), filter)
	if err != nil {
		return err
	}
	for _, run := range runs {
		c.wg.Go(func() {
			c.wait(run.ID, func() (*cloacina.Result, error) { return c.r.Wait(context.Background(), run.ID) })
		})
	}
	return nil
}

// work starts one run after the other until the process stops.
func (c *client) work() {
	for {
		select {
		case <-c.stop:
			return
		default:
			c.one(c.next.Add(1) - 1)
		}
	}
}

// one starts a run and waits for its end.
func (c *client) one(number int64) {
	ctx := context.Background()
	id, f, n := runOf(c.flows, number)
	c.l.write(entry{What: starting, Run: id})
	begin := func(n int64) (*cloacina.RunHandle, error) {
		return c.r.Start(ctx, f.name, cloacina.Values{"n": n}, cloacina.StartOptions{ID: id})
	}
	twice := number%10 == 3
	if twice {
		c.wg.Go(func() {
			if _, err := begin(n); err == nil {
				c.l.write(entry{What: started, Run: id})
			} else if !errors.Is(err, cloacina.ErrShutdown) {
				c.l.problem(id, "started at the same time: %v", err)
			}
		})
	}
	h, err := begin(n)
	if err != nil {
		if !errors.Is(err, cloacina.ErrShutdown) {
			c.l.problem(id, "start: %v", err)
		}
		return
	}
	c.l.write(entry{What: started, Run: id})
	if twice {
		if _, err := begin(n + 1); !errors.Is(err, cloacina.ErrRunConflict) && !errors.Is(err, cloacina.ErrShutdown) {
			c.l.problem(id, "started with another input: %v", err)
		}
	}
	if number%8 == 5 {
		c.wg.Go(func() { c.cancel(h, time.Duration(hash("cancel", number)%30)*time.Millisecond) })
	}
	c.wait(id, func() (*cloacina.Result, error) { return h.Wait(ctx) })
}

// cancel cancels a run after a while.
func (c *client) cancel(h *cloacina.RunHandle, after time.Duration) {
	select {
	case <-c.stop:
		return
	case <-time.After(after):
	}
	c.l.write(entry{What: cancelling, Run: h.ID()})
	switch err := h.Cancel(context.Background()); {
	case err == nil:
		c.l.write(entry{What: cancelled, Run: h.ID()})
	case !errors.Is(err, cloacina.ErrShutdown):
		c.l.problem(h.ID(), "cancel: %v", err)
	}
}

// wait notes the end of a run.
func (c *client) wait(id string, wait func() (*cloacina.Result, error)) {
	result, err := wait()
	switch {
	case result != nil:
		c.l.write(entry{What: ended, Run: id, State: string(result.State)})
	case !errors.Is(err, cloacina.ErrShutdown):
		c.l.problem(id, "wait: %v", err)
	}
}
