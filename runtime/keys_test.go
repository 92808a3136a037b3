package cloacina

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/engine"
)

var roomy = limits{value: 1 << 20, context: 16 << 20, depth: 1000}

// reader is the workflow a -> b -> reader, whose last task reads key "n".
func reader(tb testing.TB) *engine.Graph {
	tb.Helper()
	return mustPrepare(tb, &Workflow{
		Plan: Plan{Name: "reading", Tasks: []PlanTask{
			{ID: "a"}, {ID: "b", DependsOn: []int{0}, Writes: []PlanWrite{{Key: "maybe", Optional: true}}},
			{ID: "reader", DependsOn: []int{1}, Open: true, Reads: []PlanRead{
				{Key: "n", Writers: []int{0}}, {Key: "s", Writers: []int{0, 1}}, {Key: "/n", Walk: true},
			}},
		}},
		Code: []TaskCode{{Call: CallPlain(nil)}, {Call: CallPlain(nil)}, {Call: CallPlain(nil)}},
	})
}

// attemptOn returns the keys of an attempt of reader, after a and b.
func attemptOn(tb testing.TB, a, b engine.Task, initial ...engine.Entry) *Keys {
	tb.Helper()
	g := reader(tb)
	r := &engine.Run{Initial: initial, Tasks: []engine.Task{a, b, {}}}
	return newAttemptKeys(g, r, nil, 2, &roomy)
}

// newAttemptKeys returns the keys for an attempt of a task.
func newAttemptKeys(g *engine.Graph, r *engine.Run, w *writers, task int, lim *limits) *Keys {
	var k attemptKeys
	k.init(g, r, w, task, lim)
	return &k.Keys
}

// stored returns the writes as text; "-" is a tombstone.
func stored(tb testing.TB, k *Keys) map[string]string {
	tb.Helper()
	entries, errs := k.collected()
	if len(errs) > 0 {
		tb.Fatal(errs)
	}
	out := map[string]string{}
	for i, e := range entries {
		if i > 0 && entries[i-1].Key >= e.Key {
			tb.Errorf("entries are not sorted: %q, %q", entries[i-1].Key, e.Key)
		}
		if out[e.Key] = string(e.Value); e.Value == nil {
			out[e.Key] = "-"
		}
	}
	return out
}

func TestKeysReadWhatAncestorsWrote(t *testing.T) {
	t.Parallel()
	k := attemptOn(t, wrote("n", "1", "s", `"a"`), wrote("s", `"b"`, "unlisted", "2"),
		engine.Entry{Key: "/n", Value: []byte("3")}, engine.Entry{Key: "n", Value: []byte("4")}, engine.Entry{Key: "start", Value: []byte("5")})
	var n, unlisted, slash, start int
	var s string
	Require(k, "n", &n)
	Require(k, "s", &s)
	Require(k, "unlisted", &unlisted)
	Require(k, "/n", &slash)
	Require(k, "start", &start)
	if err := k.firstError(); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(n, unlisted, slash, start, s), "1 2 3 5b"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestInheritedValuesAreNoWrites(t *testing.T) {
	t.Parallel()
	k := attemptOn(t, wrote("n", "1"), wrote("s", `"b"`))
	var n int
	Require(k, "n", &n)
	if got := stored(t, k); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	Write(k, "n", n)
	if diff := cmp.Diff(map[string]string{"n": "1"}, stored(t, k)); diff != "" {
		t.Error(diff)
	}
}

func TestFirstErrorIsKept(t *testing.T) {
	t.Parallel()
	k := attemptOn(t, wrote("n", `"text"`), wrote())
	n, s := 7, "before"
	Require(k, "n", &n)
	Require(k, "s", &s)
	Write(k, "c", 1)
	err := k.seal()
	if !errors.Is(err, ErrWrongType) || errors.Is(err, ErrMissingKey) || n != 7 || s != "before" {
		t.Errorf("got %v, n %d, s %s", err, n, s)
	}
}

func TestFinalKeys(t *testing.T) {
	t.Parallel()
	g := reader(t)
	r := &engine.Run{Tasks: []engine.Task{wrote("n", "1"), wrote("n", "2"), wrote("s", `"end"`)}}
	k := newFinalKeys(g, r, &roomy)
	var n int
	var s, none *string
	Require(k, "n", &n)
	OptionalPointer(k, "s", &s)
	OptionalPointer(k, "none", &none)
	if err := k.firstError(); err != nil || n != 2 || s == nil || *s != "end" || none != nil {
		t.Errorf("got %v, %d, %v, %v", err, n, s, none)
	}
	Require(k, "none", &n)
	err := k.firstError()
	if e, ok := errors.AsType[*KeyError](err); !ok || !errors.Is(err, ErrMissingKey) || e.Task != "" {
		t.Errorf("got %v", err)
	}
}

func TestContextLimit(t *testing.T) {
	t.Parallel()
	k := newInputKeys(&limits{value: 100, context: 20, depth: 9})
	Write(k, "a", "12345678") // 1 + 10 bytes
	Write(k, "b", "123456")   // 1 + 8 bytes
	if err := k.firstError(); err != nil {
		t.Fatal(err)
	}
	if err := k.set("a", "1234567890"); !errors.Is(err, ErrLimit) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(map[string]string{"a": `"12345678"`, "b": `"123456"`}, stored(t, k)); diff != "" {
		t.Error(diff)
	}
	if err := k.put("b", nil); err != nil {
		t.Fatal(err)
	}
	Write(k, "a", "123456789012345") // 1 + 17 bytes; the old value does not count, the tombstone's key does
	if err := k.firstError(); err != nil {
		t.Fatal(err)
	}
	Write(k, "c", 1)
	if err := k.firstError(); !errors.Is(err, ErrLimit) {
		t.Errorf("got %v", err)
	}
}

func TestValueLimits(t *testing.T) {
	t.Parallel()
	k := newInputKeys(&limits{value: 4, context: 100, depth: 1})
	Write(k, "a", "12")
	if err := k.firstError(); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{k.set("b", "123"), k.set("b", [][]int{{}})} {
		if e, ok := errors.AsType[*KeyError](err); !ok || !errors.Is(err, ErrLimit) || e.Key != "b" {
			t.Errorf("got %v", err)
		}
	}
}

func TestKeysMustBeText(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "\xff"} {
		if err := newInputKeys(&roomy).set(key, 1); !errors.Is(err, ErrNotStorable) {
			t.Errorf("%q: got %v", key, err)
		}
	}
}

func TestClosedKeys(t *testing.T) {
	t.Parallel()
	k := attemptOn(t, wrote("n", "1"), wrote())
	Write(k, "early", 1)
	k.close()
	var n int
	Require(k, "n", &n)
	if err := k.firstError(); !errors.Is(err, ErrAttemptOver) || n != 0 {
		t.Errorf("read: got %v, %d", err, n)
	}
	if err := k.set("late", 1); !errors.Is(err, ErrAttemptOver) {
		t.Errorf("write: got %v", err)
	}
}

func TestKeysAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	k := attemptOn(t, wrote("n", "1", "s", `"a"`), wrote())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			var n int
			var s string
			Require(k, "n", &n)
			Require(k, "s", &s)
			Write(k, fmt.Sprintf("k%d", i), n)
			Write(k, "shared", i)
		})
	}
	wg.Wait()
	if got := stored(t, k); len(got) != 9 || got["k7"] != "1" {
		t.Errorf("got %v", got)
	}
}
