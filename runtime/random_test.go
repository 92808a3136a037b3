package cloacina

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// randomTask is a task of a random workflow: it fails that many times, then
// writes one more than the sum of what its dependencies wrote.
type randomTask struct {
	deps     []int
	failures int
	retries  int
	takes    time.Duration
}

// randomFlow counts, per task, the failures that were taken.
type randomFlow struct {
	tasks []randomTask
	mu    sync.Mutex
	taken []int
	// again says that a task may have gone through more than once, because what
	// it did could not be stored before the end.
	again bool
}

func newRandomFlow(rng *rand.Rand) *randomFlow {
	f := &randomFlow{tasks: make([]randomTask, 1+rng.IntN(9))}
	for i := range f.tasks {
		t := &f.tasks[i]
		for d := range i {
			if rng.IntN(3) == 0 {
				t.deps = append(t.deps, d)
			}
		}
		rng.Shuffle(len(t.deps), func(a, b int) { t.deps[a], t.deps[b] = t.deps[b], t.deps[a] })
		t.failures, t.retries = rng.IntN(4), rng.IntN(4)
		t.takes = time.Duration(rng.IntN(100)) * time.Second
	}
	f.taken = make([]int, len(f.tasks))
	return f
}

func (f *randomFlow) call(i int) func(ctx context.Context, c *Context) error {
	return func(ctx context.Context, c *Context) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(f.tasks[i].takes):
		}
		if TaskFrom(ctx).Attempt <= f.tasks[i].failures {
			return errSource
		}
		sum := 1
		for _, d := range f.tasks[i].deps {
			n, _, err := Lookup[int](c, key(d))
			if err != nil {
				return err
			}
			sum += n
		}
		f.mu.Lock()
		f.taken[i]++
		f.mu.Unlock()
		return c.Insert(key(i), sum)
	}
}

func (f *randomFlow) workflow() *Workflow {
	tasks := make([]task, len(f.tasks))
	for i, t := range f.tasks {
		tasks[i] = dynamic(fmt.Sprintf("t%d", i), f.call(i), t.deps...).retries(t.retries, time.Minute)
		tasks[i].AllowFailure = true
	}
	return flow("random", tasks...)
}

// want is what has to come out, whatever happened on the way.
func (f *randomFlow) want() (values Values, states []State, attempts []int) {
	values = Values{}
	for i, t := range f.tasks {
		attempts = append(attempts, min(t.failures, t.retries)+1)
		if t.failures > t.retries {
			states = append(states, Failed)
			continue
		}
		states = append(states, Completed)
		sum := int64(1)
		for _, d := range t.deps {
			if n, ok := values[key(d)]; ok {
				sum += n.(int64)
			}
		}
		values[key(i)] = sum
	}
	return values, states, attempts
}

// Whatever is stopped or dies at whatever moment: the outcome, the numbers of
// attempts and the values are those of an undisturbed run, and no completed
// task is called again.
func TestRandomRunsSurviveRestarts(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			onEveryStore(t, func(t *testing.T, p place) {
				rng := rand.New(rand.NewPCG(seed, 2))
				p.cfg.MaxConcurrentTasks = 1 + rng.IntN(4)
				p.cfg.MaxInterruptions = -1
				f := newRandomFlow(rng)
				f.disturb(t, p, rng)
				r := p.open(t, f.workflow())
				defer shutdown(t, r)
				result, err := r.Wait(t.Context(), "x")
				if err != nil {
					t.Fatal(err)
				}
				f.check(t, result)
			})
		})
	}
}

// disturb starts the run and ends its runner at random moments.
func (f *randomFlow) disturb(t *testing.T, p place, rng *rand.Rand) {
	t.Helper()
	for range 1 + rng.IntN(6) {
		r, crash := p.openToCrash(t, f.workflow())
		if _, err := r.Start(t.Context(), "random", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Duration(rng.IntN(200)) * time.Second)
		if rng.IntN(2) == 0 {
			crash()
			continue
		}
		// Between the instants at which tasks return: who returns at the very
		// moment of the stop may be heard or not.
		patience := time.Duration(rng.IntN(50))*time.Second + 500*time.Millisecond
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		if err := r.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		cancel()
		synctest.Wait()
	}
}

func (f *randomFlow) check(t *testing.T, result *Result) {
	t.Helper()
	values, states, attempts := f.want()
	got, err := result.Values()
	if err != nil || fmt.Sprint(got) != fmt.Sprint(values) {
		t.Errorf("%v, values are %v, want %v", err, got, values)
	}
	for i, task := range result.Tasks {
		if task.State != states[i] || task.Attempts != attempts[i] {
			t.Errorf("task %d is %s after %d attempts, want %s after %d",
				i, task.State, task.Attempts, states[i], attempts[i])
		}
		if task.State == Completed && (f.taken[i] < 1 || f.taken[i] > 1 && !f.again) {
			t.Errorf("task %d went through %d times", i, f.taken[i])
		}
	}
}
