package cloacina

import (
	"context"
	"errors"
	"slices"
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
		if err := call.Execute(t.Context(), k); err != nil || called != 1 {
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
		if err := call.Execute(t.Context(), k); !errors.Is(err, errTask) {
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
		if err := all[name].Execute(t.Context(), k); !errors.Is(err, ErrWrongType) || called != 0 {
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
		if err := call.Execute(t.Context(), k); !errors.Is(err, ErrNotStorable) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// callFunc is a Call of the tests' own, which has neither function nor adapters.
type callFunc func(ctx context.Context, k *Keys) error

func (f callFunc) Execute(ctx context.Context, k *Keys) error { return f(ctx, k) }
func (f callFunc) Func() any                                  { return nil }
func (f callFunc) With(any) (Call, error)                     { return nil, errors.New("not for this") }

// named is a type of its own that is a task's function nevertheless.
type named func(context.Context, callIn) (callOut, error)

func TestCallWithAnotherFunction(t *testing.T) {
	t.Parallel()
	none := calls(new(int), errTask)
	called := 0
	others := calls(&called, nil)
	for name, call := range none {
		other, err := call.With(others[name].Func())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		called = 0
		k := attemptOn(t, wrote("n", "7"), wrote())
		if err := other.Execute(t.Context(), k); err != nil || called != 1 {
			t.Errorf("%s: %v, called %d times", name, err, called)
		}
		want := map[string]string{}
		if slices.Contains([]string{"in out", "out", "dynamic"}, name) {
			want["out"] = `"done"`
		}
		if diff := cmp.Diff(want, stored(t, k)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if err := call.Execute(t.Context(), attemptOn(t, wrote("n", "7"), wrote())); !errors.Is(err, errTask) {
			t.Errorf("%s: the call that was asked has changed: %v", name, err)
		}
	}
	ofNamed, err := none["in out"].With(named(func(context.Context, callIn) (callOut, error) { return callOut{"named"}, nil }))
	if err != nil {
		t.Fatal(err)
	}
	k := attemptOn(t, wrote("n", "7"), wrote())
	if err := ofNamed.Execute(t.Context(), k); err != nil || stored(t, k)["out"] != `"named"` {
		t.Errorf("named type: %v, wrote %v", err, stored(t, k))
	}
}

func TestCallWithAFunctionOfAnotherType(t *testing.T) {
	t.Parallel()
	all := calls(new(int), nil)
	var none func(context.Context) error
	for _, test := range []struct {
		name string
		fn   any
		want string
	}{
		{"plain", nil, "the function is nil"},
		{"plain", none, "the function is nil"},
		{"plain", 7, "the function is int, want func(context.Context) error"},
		{"in out", all["in"].Func(), "the function is func(context.Context, cloacina.callIn) error, " +
			"want func(context.Context, cloacina.callIn) (cloacina.callOut, error)"},
		{"out", all["plain"].Func(), "the function is func(context.Context) error, " +
			"want func(context.Context) (cloacina.callOut, error)"},
		{"in", all["dynamic"].Func(), "the function is func(context.Context, *cloacina.Context) error, " +
			"want func(context.Context, cloacina.callIn) error"},
		{"dynamic", all["plain"].Func(), "the function is func(context.Context) error, " +
			"want func(context.Context, *cloacina.Context) error"},
	} {
		if _, err := all[test.name].With(test.fn); err == nil || err.Error() != test.want {
			t.Errorf("%s with %T:\n got %v\nwant %s", test.name, test.fn, err, test.want)
		}
	}
}
