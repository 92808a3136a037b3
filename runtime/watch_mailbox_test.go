package cloacina

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

func TestMailboxIsBounded(t *testing.T) {
	t.Parallel()
	m := newMailbox(nil)
	for i := range 10000 {
		m.add([]noted{{i % 3, Change{State: Running, Attempt: i}}})
		if len(m.changes) > 7 {
			t.Fatalf("%d changes are kept about three tasks", len(m.changes))
		}
	}
	_, got := m.take()
	want := []noted{
		{1, Change{State: Running, Attempt: 9997}},
		{2, Change{State: Running, Attempt: 9998}}, {0, Change{State: Running, Attempt: 9999}},
	}
	if !slices.EqualFunc(got, want, func(a, b noted) bool {
		return a.task == b.task && a.change.Attempt == b.change.Attempt
	}) {
		t.Errorf("got %+v", got)
	}
	if _, got = m.take(); len(got) > 0 {
		t.Errorf("taken twice: %+v", got)
	}
}

// A list tells all that was not taken before it, so that nothing older follows it.
func TestListReplacesChanges(t *testing.T) {
	t.Parallel()
	m := newMailbox(nil)
	m.add([]noted{{0, Change{State: Running}}, {1, Change{State: Ready}}})
	m.begin(&listing{num: 7})
	m.add([]noted{{1, Change{State: Running}}})
	list, changes := m.take()
	if list == nil || list.num != 7 || len(changes) != 1 || changes[0].task != 1 || changes[0].change.State != Running {
		t.Errorf("got the list %+v and then %+v", list, changes)
	}
}

// However slow the consumers are, none sees a task start before its dependencies
// have ended, and all see the same end.
func TestManyWatchers(t *testing.T) {
	t.Parallel()
	s := kept{memory.New()}
	p := place{":memory:", Config{store: s}}
	var tasks []task
	for i := range 60 {
		var deps []int
		for d := range 3 {
			if on := i - 1 - 7*d; on >= 0 {
				deps = append(deps, on)
			}
		}
		tasks = append(tasks, plain(key(i), func(ctx context.Context) error { return until(2)(TaskFrom(ctx).Attempt) },
			deps...).retries(1, time.Millisecond))
	}
	r := p.open(t, flow("w", tasks...))
	defer shutdown(t, r)
	run := mustStart(t, r, "x")
	var wg sync.WaitGroup
	for n := range 50 {
		wg.Go(func() {
			order := map[string][]string{}
			last := map[string]State{}
			for c, err := range r.Watch(t.Context(), "x") {
				if err != nil {
					t.Error(err)
					return
				}
				if len(c.DependsOn) > 0 {
					order[c.Task] = c.DependsOn
				}
				last[c.Task] = c.State
				for _, d := range order[c.Task] {
					if c.State != Waiting && !last[d].Ended() {
						t.Errorf("task %s is %s, and %s before it %s", c.Task, c.State, d, last[d])
					}
				}
				if n%10 == 0 {
					_, _ = r.Run(t.Context(), "x") // it takes a while
				}
				if n%7 == 3 && len(last) > n {
					return
				}
			}
			for id, state := range last {
				if state != Completed {
					t.Errorf("%s is %s in the end", id, state)
				}
			}
		})
	}
	wg.Wait()
	if _, err := run.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

// audienceOf asks the loop how many watch a run.
type audienceOf struct {
	run *openRun
	n   chan int
}

func (e audienceOf) apply(l *loop) {
	l.after(nil, func() {
		if e.run.audience == nil {
			e.n <- 0
			return
		}
		e.n <- len(e.run.audience.mailboxes)
	})
}

// Whoever leaves is told nothing any more, whatever made it leave.
func TestWatchersLeave(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", forever)))
		run := mustStart(t, r, "x")
		count := func() int {
			n := make(chan int, 1)
			r.queue.push(audienceOf{run.live, n})
			return <-n
		}
		ctx, cancel := context.WithCancel(t.Context())
		end := inBackground(ctx, r, "x", time.Now())
		synctest.Wait()
		for _, err := range r.Watch(t.Context(), "x") {
			if err != nil || count() != 2 {
				t.Errorf("%v, %d watch", err, count())
			}
			break
		}
		synctest.Wait()
		if n := count(); n != 1 {
			t.Errorf("after one has left, %d watch", n)
		}
		cancel()
		lines, err := end()
		if !errors.Is(err, context.Canceled) || len(lines) != 2 {
			t.Errorf("%v, %q", err, lines)
		}
		synctest.Wait()
		if n := count(); n != 0 || run.live.audience != nil {
			t.Errorf("after all have left, %d watch", n)
		}
		if lines, err := watching(ctx, r, "x", time.Now()); !errors.Is(err, context.Canceled) || len(lines) > 0 {
			t.Errorf("with an ended context: %v, %q", err, lines)
		}
		end = inBackground(t.Context(), r, "x", time.Now())
		synctest.Wait()
		if err := r.Cancel(t.Context(), "x"); err != nil {
			t.Error(err)
		}
		if _, err := end(); err != nil {
			t.Error(err)
		}
		shutdown(t, r)
	})
}

// Whoever gives up before the loop has answered does not become one of the audience.
func TestWatcherThatGivesUp(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", naps("a", nil)))
		defer shutdown(t, r)
		run := mustStart(t, r, "x")
		hold := make(chan struct{})
		r.queue.push(eventFunc(func(*loop) { <-hold }))
		ctx, cancel := context.WithCancel(t.Context())
		end := inBackground(ctx, r, "x", time.Now())
		synctest.Wait()
		cancel()
		if lines, err := end(); !errors.Is(err, context.Canceled) || len(lines) > 0 {
			t.Errorf("%v, %q", err, lines)
		}
		close(hold)
		synctest.Wait()
		n := make(chan int, 1)
		r.queue.push(audienceOf{run.live, n})
		if n := <-n; n != 0 {
			t.Errorf("%d watch", n)
		}
	})
}

// Once its context has ended a watch yields that and nothing more.
func TestWatchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", naps("a", nil), naps("b", nil)))
		defer shutdown(t, r)
		mustStart(t, r, "x")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var got []Change
		var err error
		for c, e := range r.Watch(ctx, "x") {
			cancel()
			got, err = append(got, c), e
		}
		if len(got) != 2 || got[1].State != "" || !errors.Is(err, context.Canceled) {
			t.Errorf("%v behind %+v", err, got)
		}
	})
}

// A panic in the body of the loop, or a second range over the same watch, is as
// with any iterator.
func TestWatchIsAnIterator(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", naps("a", nil)))
		defer shutdown(t, r)
		mustStart(t, r, "x")
		watch := r.Watch(t.Context(), "x")
		func() {
			defer func() {
				if v := recover(); v != "mine" {
					t.Errorf("recovered %v", v)
				}
			}()
			for _, err := range watch {
				t.Log(err)
				panic("mine")
			}
		}()
		n := 0
		for _, err := range watch {
			if err != nil {
				t.Error(err)
			}
			n++
		}
		if n != 4 {
			t.Errorf("the second range yields %d changes", n)
		}
	})
}

// together has the loop apply events in one round.
type together []event

func (e together) apply(l *loop) {
	for _, each := range e {
		each.apply(l)
	}
}

// Who comes in the round of a change knows it from the list and is not told twice,
// and who leaves in the round in which it came has left.
func TestWatchInTheRoundOfAChange(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", func(ctx context.Context) error {
			if TaskFrom(ctx).Attempt == 1 {
				return errSource
			}
			return forever(ctx)
		}).retries(1, time.Hour), plain("b", nothing, 0)))
		defer shutdown(t, r)
		run := mustStart(t, r, "x").live
		synctest.Wait()
		there := inBackground(t.Context(), r, "x", time.Now())
		synctest.Wait()
		var boxes []*mailbox
		join := func() event {
			m := newMailbox(run)
			boxes = append(boxes, m)
			return &watchEvent{mailbox: m, answer: newAnswer()}
		}
		before, after, gone := join(), join(), join()
		r.queue.push(together{
			gone, before, eventFunc(func(l *loop) {
				l.step(run, engine.Event{Kind: engine.RetryDue, Task: 0, Attempt: 1}, nil)
			}), after, unwatchEvent{boxes[2]},
		})
		synctest.Wait()
		for i, m := range boxes[:2] {
			list, changes := m.take()
			if list == nil || list.tasks[0].Status != engine.TaskRunning || len(changes) > 0 {
				t.Errorf("mailbox %d has the list %+v and then %+v", i, list, changes)
			}
		}
		if n := len(run.audience.mailboxes); n != 3 {
			t.Errorf("%d watch", n)
		}

		late := join()
		r.queue.push(together{&cancelEvent{run: run, answer: newAnswer()}, late})
		synctest.Wait()
		for i, want := range []int{3, 3, 0, 0} {
			list, changes := boxes[i].take()
			if i < 3 && len(changes) != want || i == 3 && (boxes[i].joined || list != nil) {
				t.Errorf("when the run is cancelled, mailbox %d has %+v, %+v", i, list, changes)
			}
		}
		lines, err := there()
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, "whoever was there", lines[3:],
			"a running 2 at 0s", "a cancelled 2 at 0s", "b cancelled 0 at 0s", "RUN cancelled 0 at 0s")
	})
}

// eventFunc is an event that a test makes.
type eventFunc func(l *loop)

func (f eventFunc) apply(l *loop) { f(l) }
