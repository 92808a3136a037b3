package cloacina

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/engine"
)

func contextOn(tb testing.TB, a, b engine.Task, initial ...engine.Entry) *Context {
	tb.Helper()
	return &Context{keys: attemptOn(tb, a, b, initial...)}
}

func TestContextReads(t *testing.T) {
	t.Parallel()
	c := contextOn(t, wrote("n", "80.0", "null", "null"), wrote("s", `"b"`), engine.Entry{Key: "start", Value: []byte("[1]")})
	if n, err := Get[int](c, "n"); n != 80 || err != nil {
		t.Errorf("n: %d, %v", n, err)
	}
	if v, err := Get[any](c, "n"); v != any(int64(80)) || err != nil {
		t.Errorf("any n: %v, %v", v, err)
	}
	if list, err := Get[[]int](c, "start"); !slices.Equal(list, []int{1}) || err != nil {
		t.Errorf("start: %v, %v", list, err)
	}
	if s, ok, err := Lookup[string](c, "s"); s != "b" || !ok || err != nil {
		t.Errorf("s: %q, %v, %v", s, ok, err)
	}
	if s, ok, err := Lookup[string](c, "none"); s != "" || ok || err != nil {
		t.Errorf("none: %q, %v, %v", s, ok, err)
	}
	if _, ok, err := Lookup[int](c, "s"); ok || !errors.Is(err, ErrWrongType) {
		t.Errorf("s as int: %v, %v", ok, err)
	}
	if _, err := Get[int](c, "none"); !errors.Is(err, ErrMissingKey) {
		t.Errorf("none: %v", err)
	}
	if p, err := Get[*int](c, "null"); p != nil || err != nil {
		t.Errorf("null: %v, %v", p, err)
	}
	if !c.Has("null") || c.Has("none") {
		t.Error("Has is wrong")
	}
	if diff := cmp.Diff([]string{"n", "null", "s", "start"}, c.Keys()); diff != "" {
		t.Error(diff)
	}
}

func TestContextWrites(t *testing.T) {
	t.Parallel()
	c := contextOn(t, wrote("n", "1"), wrote("s", `"b"`))
	steps := []struct {
		name string
		do   func() error
		want error
	}{
		{"insert new", func() error { return c.Insert("new", 2) }, nil},
		{"insert inherited", func() error { return c.Insert("n", 2) }, ErrKeyExists},
		{"insert own", func() error { return c.Insert("new", 3) }, ErrKeyExists},
		{"update missing", func() error { return c.Update("none", 3) }, ErrMissingKey},
		{"update inherited", func() error { return c.Update("n", 3.0) }, nil},
		{"update own", func() error { return c.Update("new", "x") }, nil},
		{"set null", func() error { return c.Set("null", nil) }, nil},
		{"insert null", func() error { return c.Insert("null", 1) }, ErrKeyExists},
		{"set nil slice", func() error { return c.Set("list", []int(nil)) }, nil},
		{"delete inherited", func() error { return c.Delete("s") }, nil},
		{"update deleted", func() error { return c.Update("s", 1) }, ErrMissingKey},
		{"set", func() error { return c.Set("gone", 1) }, nil},
		{"delete own", func() error { return c.Delete("gone") }, nil},
		{"delete missing", func() error { return c.Delete("never") }, nil},
		{"unstorable", func() error { return c.Set("bad", func() {}) }, ErrNotStorable},
	}
	for _, s := range steps {
		if err := s.do(); !errors.Is(err, s.want) || (err == nil) != (s.want == nil) {
			t.Errorf("%s: got %v, want %v", s.name, err, s.want)
		}
	}
	want := map[string]string{"new": `"x"`, "n": "3", "null": "null", "list": "null", "s": "-", "gone": "-", "never": "-"}
	if diff := cmp.Diff(want, stored(t, c.keys)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"list", "n", "new", "null"}, c.Keys()); diff != "" {
		t.Error(diff)
	}
	if err := c.Insert("s", "again"); err != nil || !c.Has("s") {
		t.Errorf("insert after delete: %v", err)
	}
}

// TestContextBehavesLikeAMap runs random operations on a context and on a map.
func TestContextBehavesLikeAMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		model := map[string]int{"n": 1, "s": 2, "start": 3}
		c := contextOn(t, wrote("n", "1", "s", "0"), wrote("s", "2"), engine.Entry{Key: "start", Value: []byte("3")})
		key := rapid.SampledFrom([]string{"n", "s", "start", "x", "y"})
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			k, v := key.Draw(rt, "key"), rapid.Int().Draw(rt, "value")
			_, exists := model[k]
			switch op := rapid.SampledFrom([]string{"insert", "update", "set", "delete"}).Draw(rt, "op"); op {
			case "insert":
				if err := c.Insert(k, v); errors.Is(err, ErrKeyExists) != exists {
					rt.Fatalf("insert %s: %v", k, err)
				} else if !exists {
					model[k] = v
				}
			case "update":
				if err := c.Update(k, v); errors.Is(err, ErrMissingKey) == exists {
					rt.Fatalf("update %s: %v", k, err)
				} else if exists {
					model[k] = v
				}
			case "set":
				if err := c.Set(k, v); err != nil {
					rt.Fatal(err)
				}
				model[k] = v
			case "delete":
				if err := c.Delete(k); err != nil {
					rt.Fatal(err)
				}
				delete(model, k)
			}
			checkModel(rt, c, model)
		}
	})
}

func checkModel(t *rapid.T, c *Context, model map[string]int) {
	if diff := cmp.Diff(slices.Sorted(maps.Keys(model)), c.Keys()); len(model) > 0 && diff != "" {
		t.Fatal(diff)
	}
	for _, key := range []string{"n", "s", "start", "x", "y"} {
		want, exists := model[key]
		got, ok, err := Lookup[int](c, key)
		if got != want || ok != exists || err != nil || c.Has(key) != exists {
			t.Fatalf("%s: got %d, %v, %v, want %d, %v", key, got, ok, err, want, exists)
		}
	}
}

func TestContextAfterItsAttempt(t *testing.T) {
	t.Parallel()
	c := contextOn(t, wrote("n", "1"), wrote())
	c.keys.close()
	_, getErr := Get[int](c, "n")
	_, _, lookupErr := Lookup[int](c, "n")
	for name, err := range map[string]error{
		"get": getErr, "lookup": lookupErr, "insert": c.Insert("a", 1), "update": c.Update("n", 1), "set": c.Set("a", 1), "delete": c.Delete("n"),
	} {
		if !errors.Is(err, ErrAttemptOver) || errors.Is(err, ErrMissingKey) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if c.Has("n") || c.Keys() != nil {
		t.Error("the context still has keys")
	}
}

func TestContextValueCannotChangeTheStoredOne(t *testing.T) {
	t.Parallel()
	c := contextOn(t, wrote("n", `[1,2]`), wrote())
	for range 2 {
		raw, err := Get[json.RawMessage](c, "n")
		if err != nil || string(raw) != "[1,2]" {
			t.Fatalf("got %s, %v", raw, err)
		}
		raw[1] = '9'
	}
}

func TestOneInsertOfManyWins(t *testing.T) {
	t.Parallel()
	c := contextOn(t, wrote(), wrote())
	var wg sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		wg.Go(func() {
			errs[i] = errors.Join(c.Insert("x", i), c.Set(fmt.Sprint(i), i))
			c.Keys()
			c.Has("x")
		})
	}
	wg.Wait()
	won := -1
	for i, err := range errs {
		if err == nil {
			if won >= 0 {
				t.Errorf("%d and %d both inserted", won, i)
			}
			won = i
		}
	}
	if got, err := Get[int](c, "x"); got != won || err != nil {
		t.Errorf("got %d, %v, want %d", got, err, won)
	}
}
