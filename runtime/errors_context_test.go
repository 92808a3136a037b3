package cloacina

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// getErr returns the error of reading a key as T.
func getErr[T any](c *Context, key string) error {
	_, err := Get[T](c, key)
	return err
}

func TestMessagesOfKeyErrors(t *testing.T) {
	t.Parallel()
	c := contextOn(t, wrote("list", `[{"id":1},{"id":"x"}]`, "n", "80.5", "nested", "[[[1]]]"), wrote())
	small := &Context{keys: newInputKeys(&limits{value: 5, context: 12, depth: 2})}
	over := contextOn(t, wrote(), wrote())
	over.keys.close()
	final := &Context{keys: newFinalKeys(reader(t), &engine.Run{Tasks: make([]engine.Task, 3)}, &roomy)}
	type item struct {
		ID int `json:"id"`
	}
	tests := []struct {
		err  error
		kind error
		want string
	}{
		{getErr[int](c, "gone"), ErrMissingKey, `task "reader": key "gone": is missing, want int: neither the input nor a completed ancestor wrote it; ` +
			`make the read optional, or let a trigger rule such as all_success skip the task`},
		{getErr[map[string]any](c, "gone"), ErrMissingKey, `task "reader": key "gone": is missing, want map[string]any: neither the input nor a completed ancestor wrote it; ` +
			`make the read optional, or let a trigger rule such as all_success skip the task`},
		{getErr[any](c, "maybe"), ErrMissingKey, `task "reader": key "maybe": is missing, want any: task "b" completed without writing it, ` +
			`as a pointer, an interface, omitempty or omitzero lets it; make the read optional, too`},
		{c.Update("gone", "x"), ErrMissingKey, `task "reader": key "gone": is missing, want to update it to string; use Set or Insert`},
		{c.Insert("n", []int{1}), ErrKeyExists, `task "reader": key "n": exists with a number 80.5, want to insert []int; use Set or Update`},
		{c.Insert("n", nil), ErrKeyExists, `task "reader": key "n": exists with a number 80.5, want to insert nil; use Set or Update`},
		{getErr[int](c, "n"), ErrWrongType, `task "reader": key "n": wrong type: want int, have number 80.5; read it as what was written, or change the writer`},
		{getErr[map[string]int](c, "list"), ErrWrongType, `task "reader": key "list": wrong type: want map[string]int, have array; ` +
			`read it as what was written, or change the writer`},
		{getErr[[]item](c, "list"), ErrWrongType, `task "reader": key "list": wrong type in []cloacina.item: at [1].id: want int, have string; ` +
			`read it as what was written, or change the writer`},
		{getErr[map[string]any](c, "n"), ErrWrongType, `task "reader": key "n": wrong type: want map[string]any, have number 80.5; read it as what was written, or change the writer`},
		{getErr[[][]any](c, "list"), ErrWrongType, `task "reader": key "list": wrong type in [][]any: at [0]: want []any, have object; ` +
			`read it as what was written, or change the writer`},
		{c.Insert("n", []any{1}), ErrKeyExists, `task "reader": key "n": exists with a number 80.5, want to insert []any; use Set or Update`},
		{c.Set("f", []any{math.NaN()}), ErrNotStorable, `task "reader": key "f": cannot store []any: at [0]: JSON has no form for the number NaN; ` +
			`write what JSON can hold`},
		{c.Set("f", []float64{math.NaN()}), ErrNotStorable, `task "reader": key "f": cannot store []float64: at [0]: JSON has no form for the number NaN; ` +
			`write what JSON can hold`},
		{c.Set("s\n", "\xff"), ErrNotStorable, `task "reader": key "s\n": cannot store string: the string is not valid UTF-8; write what JSON can hold`},
		{c.Set("", 1), ErrNotStorable, `task "reader": key "": a key is text in UTF-8 and not empty; choose another`},
		{small.Set("long", "12345"), ErrLimit, `input: key "long": cannot store string: the value has 7 bytes, at most 5 are allowed; ` +
			`store it elsewhere and write a reference, or raise Config.MaxValueBytes`},
		{small.Set("deep", [][][]int{{{}}}), ErrLimit, `input: key "deep": cannot store [][][]int: the value has more than 2 levels of nesting; ` +
			`store it elsewhere and write a reference`},
		{small.Set("a long name", 123), ErrLimit, `input: key "a long name": with it the written values have 14 bytes, at most 12 are allowed; ` +
			`store them elsewhere and write a reference, or raise Config.MaxContextBytes`},
		{over.Set("n", 1), ErrAttemptOver, `task "reader": key "n": used after the attempt ended; let a task wait for its goroutines before it returns`},
		{getErr[int](final, "n"), ErrMissingKey, `result: key "n": is missing, want int: neither the input nor a completed task wrote it; run: go generate ./...`},
	}
	for _, tt := range tests {
		if tt.err == nil || tt.err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", tt.err, tt.want)
		}
		if !errors.Is(tt.err, tt.kind) || !isContextError(fmt.Errorf("wrapped: %w", tt.err)) {
			t.Errorf("%v is not %v", tt.err, tt.kind)
		}
	}
}

func TestFieldsOfKeyErrors(t *testing.T) {
	t.Parallel()
	c := contextOn(t, wrote("n", "80.5"), wrote())
	tests := map[string]struct {
		err             error
		task, want, got string
	}{
		"read":   {getErr[int](c, "n"), "reader", "int", "number 80.5"},
		"insert": {c.Insert("n", "x"), "reader", "string", "number 80.5"},
		"update": {c.Update("none", true), "reader", "bool", "nothing"},
		"store":  {c.Set("n", make(chan int)), "reader", "chan int", ""},
	}
	for name, tt := range tests {
		e, ok := errors.AsType[*KeyError](tt.err)
		if !ok || e.Task != tt.task || e.Want != tt.want || e.Got != tt.got {
			t.Errorf("%s: got %+v", name, e)
		}
	}
}

type unmarshalable struct{}

func (unmarshalable) MarshalJSON() ([]byte, error) { return nil, io.ErrShortWrite }

func (*unmarshalable) UnmarshalJSON([]byte) error { return io.ErrShortBuffer }

func TestKeyErrorsKeepTheirCause(t *testing.T) {
	t.Parallel()
	c := contextOn(t, wrote("n", "1"), wrote())
	if err := c.Set("x", unmarshalable{}); !errors.Is(err, io.ErrShortWrite) || !errors.Is(err, ErrNotStorable) {
		t.Errorf("got %v", err)
	}
	if err := getErr[unmarshalable](c, "n"); !errors.Is(err, io.ErrShortBuffer) || !errors.Is(err, ErrWrongType) {
		t.Errorf("got %v", err)
	}
}

func TestOtherErrorsAreNoContextErrors(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, io.EOF, errors.New("missing key")} {
		if isContextError(err) {
			t.Errorf("%v is one", err)
		}
	}
	if e := (&KeyError{Task: "t", Key: "k", Err: ErrLimit}); e.Error() != `task "t": key "k": over a limit` {
		t.Errorf("got %v", e)
	}
}

// The path to where a value contains itself would be as long as the walk there.
func TestPathIntoACycleIsShort(t *testing.T) {
	t.Parallel()
	type person struct {
		BestFriend *person `json:"best_friend_of_this_person"`
	}
	p := &person{}
	p.BestFriend = p
	k := newInputKeys(&roomy)
	WriteAll(k, Values{"k": p})
	_, errs := k.collected()
	if len(errs) != 1 || !errors.Is(errs[0], ErrNotStorable) || len(errs[0].Error()) > 400 ||
		!strings.Contains(errs[0].Error(), `at .best_friend_of_this_person.`) ||
		!strings.Contains(errs[0].Error(), ` ... `) ||
		!strings.Contains(errs[0].Error(), `.best_friend_of_this_person: the value contains itself; write what JSON can hold`) {
		t.Errorf("got %v", errs)
	}
}
