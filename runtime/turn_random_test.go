package cloacina

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
)

// executions counts the calls of the tasks' functions, and how many run at once.
type executions struct {
	mu            sync.Mutex
	rng           *rand.Rand
	calls         map[string]int // by run, task and attempt
	running, most int
}

func (x *executions) intN(n int) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.rng.IntN(n)
}

func attemptKey(run, task string, attempt int) string {
	return fmt.Sprint(run, "/", task, "/", attempt)
}

// call is a task that mostly takes no time, and fails in each way that there is.
func (x *executions) call(ctx context.Context) error {
	of := TaskFrom(ctx)
	x.mu.Lock()
	x.calls[attemptKey(of.Run, of.Task, of.Attempt)]++
	x.running++
	x.most = max(x.most, x.running)
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.running--
	}()
	switch x.intN(12) {
	case 0:
		<-time.After(time.Duration(x.intN(5)) * time.Millisecond)
	case 1:
		return errSource
	case 2:
		panic("by chance")
	case 3:
		runtime.Goexit()
	case 4:
		return forever(ctx)
	}
	return nil
}

func (x *executions) workflow() *Workflow {
	some := func(id string, deps ...int) task {
		return plain(id, x.call, deps...).retries(3, time.Millisecond).timeout(3 * time.Millisecond)
	}
	w := flow("w", some("a"), some("b", 0), some("c", 1), some("d"), some("e", 2, 3), some("f", 1, 3))
	w.Plan.Timeout = 50 * time.Millisecond
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	w.Code[1].OnSuccess = func(context.Context, TaskEnd) {}
	w.Code[2].OnFailure = func(context.Context, TaskEnd) { runtime.Goexit() }
	return w
}

// commit fails now and then, and takes its time.
func (x *executions) commit(changes []store.Change) error {
	<-time.After(time.Duration(max(0, x.intN(6)-3)) * time.Millisecond)
	switch x.intN(40) {
	case 0:
		return errFull
	case 1:
		for _, c := range changes {
			if _, ok := c.(*store.TaskEnded); ok {
				return &store.FencedError{Change: c, Reason: "by chance"}
			}
		}
	}
	return nil
}

// follow starts a run and waits for its end, watches it, or cancels it.
func (x *executions) follow(ctx context.Context, r *Runner, id string) error {
	run, err := r.Start(ctx, "w", nil, StartOptions{ID: id})
	if err != nil {
		return err
	}
	switch x.intN(4) {
	case 0:
		<-time.After(time.Duration(x.intN(20)) * time.Millisecond)
		return run.Cancel(ctx)
	case 1:
		var last Change
		for c, err := range r.Watch(ctx, id) {
			if err != nil {
				return err
			}
			last = c
		}
		if !last.State.Ended() {
			return fmt.Errorf("a watch has ended with %+v", last)
		}
	}
	_, err = run.Wait(ctx)
	return err
}

// check holds the calls against the attempts that are stored.
func (x *executions) check(t *testing.T, r *Runner, slots int) {
	t.Helper()
	runs, err := r.Runs(t.Context(), RunFilter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]int{}
	for _, info := range runs {
		if !info.State.Ended() && info.State != Blocked {
			t.Errorf("run %s is %s", info.ID, info.State)
		}
		d, err := r.Run(t.Context(), info.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range d.Tasks {
			for _, a := range task.Attempts {
				stored[attemptKey(info.ID, task.ID, a.Number)] = 1
			}
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for attempt := range stored {
		if x.calls[attempt] != 1 {
			t.Errorf("attempt %s is stored and was executed %d times", attempt, x.calls[attempt])
		}
	}
	if len(x.calls) != len(stored) || len(stored) == 0 {
		t.Errorf("%d attempts were executed, %d are stored", len(x.calls), len(stored))
	}
	if x.most > slots {
		t.Errorf("%d calls at once on %d slots", x.most, slots)
	}
}

// Whoever has the turn, and whatever commits and functions do meanwhile: each
// attempt that is stored as started is executed once, and no other, on as many
// slots as there are, and every run comes to an end.
func TestEachCallIsExecutedOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			withHook(t, func(t *testing.T, s *hooked, p place) {
				x := &executions{rng: rand.New(rand.NewPCG(seed, 0)), calls: map[string]int{}}
				p.cfg.MaxConcurrentTasks = 1 + x.intN(6)
				r := p.open(t, x.workflow())
				defer shutdown(t, r)
				s.set(x.commit)
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				var wg sync.WaitGroup
				for client := range 5 {
					wg.Go(func() {
						for i := range 20 {
							err := x.follow(ctx, r, fmt.Sprint(client, ".", i))
							_, failed := errors.AsType[*RunFailedError](err)
							if err != nil && !failed && !errors.Is(err, ErrBlocked) && !errors.Is(err, ErrCancelled) {
								t.Error(err)
							}
						}
					})
				}
				wg.Wait()
				<-time.After(time.Second) // for calls of runs that were cancelled
				x.check(t, r, p.cfg.MaxConcurrentTasks)
			})
		})
	}
}
