package limit

import (
	"sync"
	"time"
)

// Shape says how many tasks end with each transaction of a run, after the one that
// creates the run.
type Shape []int

// Tasks returns how many tasks a run has.
func (s Shape) Tasks() int {
	tasks := 0
	for _, n := range s {
		tasks += n
	}
	return tasks
}

// Load is work to be done.
type Load struct {
	// Shape is that of each run.
	Shape Shape
	// First is the number of the first run, from 1.
	First int64
	// Runs is how many there are.
	Runs int
	// InFlight is how many of them are under way at once.
	InFlight int
}

// Do executes runs, each as a client that begins its next transaction when the
// last one is on disk. One goroutine puts all that is queued into one transaction.
// It returns how long each run took.
func (f *File) Do(load Load) ([]time.Duration, error) {
	if load.InFlight == 1 {
		return f.alone(load)
	}
	g := &group{wake: make(chan struct{}, 1)}
	took := make([]time.Duration, load.Runs)
	next := make(chan int, load.Runs)
	for i := range load.Runs {
		next <- i
	}
	close(next)
	var clients sync.WaitGroup
	for range load.InFlight {
		clients.Go(func() {
			c := &client{group: g, done: make(chan struct{}, 1)}
			for i := range next {
				begin := time.Now()
				c.execute(load.Shape, load.First+int64(i))
				took[i] = time.Since(begin)
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		clients.Wait()
		close(ended)
	}()
	return took, g.serve(f, ended)
}

// alone executes one run after the other, with nobody to wake.
func (f *File) alone(load Load) ([]time.Duration, error) {
	took := make([]time.Duration, load.Runs)
	for i := range took {
		begin := time.Now()
		var err error
		load.Shape.each(load.First+int64(i), func(rows Rows) bool {
			err = f.Commit([]Rows{rows})
			return err == nil
		})
		if err != nil {
			return nil, err
		}
		took[i] = time.Since(begin)
	}
	return took, nil
}

// each calls f with the transactions of a run.
func (s Shape) each(num int64, f func(Rows) bool) {
	if !f(Rows{Num: num, Run: true}) {
		return
	}
	task := 0
	for _, n := range s {
		if !f(Rows{Num: num, First: task, Last: task + n}) {
			return
		}
		task += n
	}
}

// group is the queue of what is to be committed.
type group struct {
	mu      sync.Mutex
	rows    []Rows
	waiting []*client
	failed  bool
	wake    chan struct{}
}

// client is who executes runs.
type client struct {
	group *group
	done  chan struct{}
}

func (c *client) execute(shape Shape, num int64) {
	shape.each(num, func(rows Rows) bool {
		g := c.group
		g.mu.Lock()
		if g.failed {
			g.mu.Unlock()
			return false
		}
		g.rows = append(g.rows, rows)
		g.waiting = append(g.waiting, c)
		first := len(g.rows) == 1
		g.mu.Unlock()
		if first {
			g.wake <- struct{}{}
		}
		<-c.done
		return true
	})
}

// serve commits what is queued until all clients have ended.
func (g *group) serve(f *File, ended chan struct{}) error {
	var rows []Rows
	var waiting []*client
	var err error
	for {
		select {
		case <-g.wake:
		case <-ended:
			return err
		}
		g.mu.Lock()
		rows, g.rows = g.rows, rows[:0]
		waiting, g.waiting = g.waiting, waiting[:0]
		g.mu.Unlock()
		if err == nil {
			err = f.Commit(rows)
		}
		if err != nil {
			g.mu.Lock()
			g.failed = true
			g.mu.Unlock()
		}
		for _, c := range waiting {
			c.done <- struct{}{}
		}
	}
}
