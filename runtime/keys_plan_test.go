package cloacina

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// closed is a dynamic task whose keys are listed.
func closed(id string, fn func(ctx context.Context, c *Context) error, writes ...PlanWrite) task {
	return task{PlanTask{ID: id, Writes: writes}, TaskCode{Call: CallDynamic(fn)}}
}

func setting(pairs ...any) func(context.Context, *Context) error {
	return func(_ context.Context, c *Context) error {
		for i := 0; i < len(pairs); i += 2 {
			key, value := pairs[i].(string), pairs[i+1]
			if value == nil {
				_ = c.Delete(key)
			} else {
				_ = c.Set(key, value)
			}
		}
		return nil
	}
}

// A dynamic task is held to the keys that its plan lists, and is not tried again.
func TestDynamicTaskOffPlan(t *testing.T) {
	t.Parallel()
	always, perhaps := PlanWrite{Key: "k", Shape: "any"}, PlanWrite{Key: "k", Shape: "any", Optional: true}
	gone := PlanWrite{Key: "k", Optional: true, Deletes: true}
	both := PlanWrite{Key: "k", Shape: "any", Optional: true, Deletes: true}
	fills := PlanWrite{Key: "k", Shape: "any", Optional: true, Fills: true}
	for name, test := range map[string]struct {
		fn     func(context.Context, *Context) error
		writes []PlanWrite
		want   string // in the error; empty for none
	}{
		"filled":             {setting("k", 1), []PlanWrite{fills}, ""},
		"not filled":         {setting(), []PlanWrite{fills}, `key "k": has no value, but by the plan`},
		"not to delete":      {setting("k", nil), []PlanWrite{fills}, `key "k": is deleted, which the plan`},
		"filled in vain":     {setting("k", math.NaN()), []PlanWrite{fills}, "dropped an error and returned none"},
		"as listed":          {setting("k", 1), []PlanWrite{always}, ""},
		"left out":           {setting(), []PlanWrite{perhaps}, ""},
		"deleted as listed":  {setting("k", nil), []PlanWrite{gone}, ""},
		"written or deleted": {setting("k", 1), []PlanWrite{both}, ""},
		"null":               {setting("k", (*int)(nil)), []PlanWrite{always}, ""},
		"another key":        {setting("k", 1, "l", 2), []PlanWrite{always}, `key "l": is written, which the plan`},
		"no list":            {setting("l", 1), nil, `key "l": is written, which the plan`},
		"deleted":            {setting("k", nil), []PlanWrite{perhaps}, `key "k": is deleted, which the plan`},
		"only to delete":     {setting("k", 1), []PlanWrite{gone}, `key "k": is written, which the plan`},
		"promised":           {setting(), []PlanWrite{always}, `key "k": has no value, but by the plan`},
		"dropped error":      {setting("k", math.NaN()), []PlanWrite{always}, "dropped an error and returned none: task \"a\": key \"k\": cannot store float64"},
		"own error": {func(_ context.Context, c *Context) error {
			return errors.Join(c.Set("l", 1), errors.New("own"))
		}, []PlanWrite{always}, "own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, p place) {
				task := closed("a", test.fn, test.writes...).retries(3, time.Second)
				if name == "own error" {
					task.Retry = Retry{}
				}
				r := p.open(t, flow("w", task))
				defer shutdown(t, r)
				run, err := r.Execute(t.Context(), "w", nil)
				if test.want == "" {
					if err != nil {
						t.Fatal(err)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Fatalf("%v, %v", run, err)
				}
				if name == "own error" {
					return
				}
				var failed *RunFailedError
				if !errors.As(err, &failed) || failed.Tasks[0].Attempts != 1 || !errors.Is(err, ErrUnplanned) {
					t.Errorf("%d attempts, %v", failed.Tasks[0].Attempts, err)
				}
				var key *KeyError
				if !errors.As(err, &key) || key.Task != "a" || key.Key == "" {
					t.Errorf("no key error with the task: %+v", key)
				}
				if name != "dropped error" && name != "filled in vain" && !strings.Contains(err.Error(), "run: go generate ./...") {
					t.Errorf("no remedy: %v", err)
				}
			})
		})
	}
}

// A task that gives a default leaves the key as it was where a task before it has
// written it, and has to write it where that one has deleted it.
func TestDynamicTaskThatFills(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before func(context.Context, *Context) error
		ok     bool
	}{
		"written": {setting("k", 1), true},
		"null":    {setting("k", (*int)(nil)), true},
		"deleted": {setting("k", nil), false},
		"nothing": {setting(), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, p place) {
				first := closed("first", test.before, PlanWrite{Key: "k", Shape: "any", Optional: true, Deletes: true})
				second := closed("second", setting(), PlanWrite{Key: "k", Shape: "any", Optional: true, Fills: true})
				second.DependsOn = []int{0}
				r := p.open(t, flow("w", first, second))
				defer shutdown(t, r)
				_, err := r.Execute(t.Context(), "w", nil)
				if (err == nil) != test.ok || err != nil && !errors.Is(err, ErrUnplanned) {
					t.Error(err)
				}
			})
		})
	}
}

// An open task is held to nothing, and what stands in for a function in a test
// may leave keys out, but not add any.
func TestDynamicTaskWithoutBond(t *testing.T) {
	t.Parallel()
	always := PlanWrite{Key: "k", Shape: "any"}
	substitute := func(fn func(context.Context, *Context) error) task {
		own := closed("a", setting("k", 1), always)
		call, err := own.Call.With(fn)
		if err != nil {
			t.Fatal(err)
		}
		own.Call = call
		return own
	}
	for name, test := range map[string]struct {
		task task
		want string // in the error; empty for none
	}{
		"open":           {dynamic("a", setting("x", 1, "y", nil)), ""},
		"empty stand-in": {substitute(setting()), ""},
		"other stand-in": {substitute(setting("x", 1)), "what stands in for its function may leave keys out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, p place) {
				r := p.open(t, flow("w", test.task))
				defer shutdown(t, r)
				_, err := r.Execute(t.Context(), "w", nil)
				if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
					t.Error(err)
				}
			})
		})
	}
}

// A dynamic task with listed keys still reads all that its ancestors wrote, by
// whatever key, and sees what they deleted.
func TestDynamicTaskReadsUnlistedKeys(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		write := func(key string, deletes bool) PlanWrite {
			return PlanWrite{Key: key, Shape: "any", Optional: deletes, Deletes: deletes}
		}
		first := closed("first", setting("a", 1, "b", 2, "c", 3), write("a", false), write("b", false), write("c", false))
		second := closed("second", setting("b", nil), write("b", true))
		second.DependsOn = []int{0}
		var keys []string
		var unlisted, listed int
		last := closed("last", func(_ context.Context, c *Context) (err error) {
			if keys = c.Keys(); c.Has("b") {
				return errors.New("b is there")
			}
			if unlisted, err = Get[int](c, "a"); err != nil {
				return err
			}
			listed, err = Get[int](c, "c")
			return err
		})
		last.DependsOn, last.Reads = []int{1}, []PlanRead{
			{Key: "b", Writers: []int{0, 1}, Optional: true}, {Key: "c", Writers: []int{0}},
		}
		r := p.open(t, flow("w", first, second, last))
		defer shutdown(t, r)
		if _, err := r.Execute(t.Context(), "w", nil); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"a", "c"}, keys); diff != "" || unlisted != 1 || listed != 3 {
			t.Errorf("%d, %d, %s", unlisted, listed, diff)
		}
	})
}

// A run that was started under another plan goes on with new code, which is held
// to the list that was generated with it: also an attempt that was under way.
func TestDynamicTaskOfAnOlderRun(t *testing.T) {
	t.Parallel()
	hang := func(ctx context.Context, _ *Context) error { return forever(ctx) }
	old, now := PlanWrite{Key: "old", Shape: "any"}, PlanWrite{Key: "now", Shape: "any"}
	for name, test := range map[string]struct {
		begun, waits func(context.Context, *Context) error // of the new program
		ok           bool
	}{
		"as listed now":                 {setting("now", 1), setting("now", 2), true},
		"begun task as listed before":   {setting("old", 1), setting("now", 2), false},
		"waiting task as listed before": {setting("now", 1), setting("old", 2), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEveryStore(t, func(t *testing.T, p place) {
				waits := closed("waits", setting("old", 2), old)
				waits.DependsOn = []int{0}
				r, crash := p.openToCrash(t, flow("w", closed("begun", hang, old), waits))
				if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
					t.Fatal(err)
				}
				crash()
				waits = closed("waits", test.waits, now)
				waits.DependsOn = []int{0}
				r = p.open(t, flow("w", closed("begun", test.begun, now), waits))
				defer shutdown(t, r)
				_, err := r.Wait(t.Context(), "x")
				// The run may have ended before, and then only the text is left.
				if (err == nil) != test.ok || err != nil && !strings.Contains(err.Error(), `"old": is written, which the plan`) {
					t.Error(err)
				}
			})
		})
	}
}
