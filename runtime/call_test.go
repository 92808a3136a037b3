package cloacina

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type callIn struct{ N int }
type callOut struct{ S string }

func readIn(k *Keys, in *callIn)     { Require(k, "n", &in.N) }
func writeOut(k *Keys, out *callOut) { Write(k, "out", out.S) }

var errTask = errors.New("task failed")

// calls is one call of every signature; each wants 7 under n if it reads, and
// writes "done" under out if it writes. The error is what the function returns.
func calls(called *int, err error) map[string]Call {
	count := func(n int) {
		if *called++; n != 7 {
			panic("wrong input")
		}
	}
	return map[string]Call{
		"in out": CallInOut(func(_ context.Context, in callIn) (callOut, error) {
			count(in.N)
			return callOut{"done"}, err
		}, readIn, writeOut),
		"in": CallIn(func(_ context.Context, in callIn) error {
			count(in.N)
			return err
		}, readIn),
		"out": CallOut(func(context.Context) (callOut, error) {
			count(7)
			return callOut{"done"}, err
		}, writeOut),
		"plain": CallPlain(func(context.Context) error {
			count(7)
			return err
		}),
		"dynamic": CallDynamic(func(_ context.Context, c *Context) error {
			n, readErr := Get[int](c, "n")
			if readErr != nil {
				return readErr
			}
			count(n)
			return errors.Join(c.Insert("out", "done"), err)
		}),
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	writes := map[string]bool{"in out": true, "out": true, "dynamic": true}
	called := 0
	for name, call := range calls(&called, nil) {
		called = 0
		k := attemptOn(t, wrote("n", "7"), wrote())
		if err := call(t.Context(), k); err != nil || called != 1 {
			t.Fatalf("%s: %v, called %d times", name, err, called)
		}
		want := map[string]string{}
		if writes[name] {
			want["out"] = `"done"`
		}
		if diff := cmp.Diff(want, stored(t, k)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestFailedCallReturnsTheErrorAndWritesNoResult(t *testing.T) {
	t.Parallel()
	called := 0
	for name, call := range calls(&called, errTask) {
		k := attemptOn(t, wrote("n", "7"), wrote())
		if err := call(t.Context(), k); !errors.Is(err, errTask) {
			t.Errorf("%s: got %v", name, err)
		}
		if got := stored(t, k); name != "dynamic" && len(got) > 0 {
			t.Errorf("%s: wrote %v", name, got)
		}
	}
}

func TestCallWithUnreadableInputIsNotMade(t *testing.T) {
	t.Parallel()
	called := 0
	all := calls(&called, nil)
	for _, name := range []string{"in out", "in", "dynamic"} {
		k := attemptOn(t, wrote("n", `"seven"`), wrote())
		if err := all[name](t.Context(), k); !errors.Is(err, ErrWrongType) || called != 0 {
			t.Errorf("%s: got %v, called %d times", name, err, called)
		}
	}
}

func TestCallWithUnstorableResultFails(t *testing.T) {
	t.Parallel()
	bad := func(context.Context) (callOut, error) { return callOut{"\xff"}, nil }
	for name, call := range map[string]Call{
		"out":    CallOut(bad, writeOut),
		"in out": CallInOut(func(ctx context.Context, _ callIn) (callOut, error) { return bad(ctx) }, readIn, writeOut),
	} {
		k := attemptOn(t, wrote("n", "7"), wrote())
		if err := call(t.Context(), k); !errors.Is(err, ErrNotStorable) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
