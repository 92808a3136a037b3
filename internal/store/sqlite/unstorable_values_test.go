//go:build linux

package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/proof"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// hostileInput is a value that is to be stored, by a task or as an input.
type hostileInput struct {
	name string
	key  string // "k" if it is empty
	make func(rng *rand.Rand) any
	// want is the error; nil says that the value is to come back as it is.
	want error
}

// deep returns a value in so many slices.
func deep(depth int, value any) any {
	for range depth {
		value = []any{value}
	}
	return value
}

// loop contains itself.
type loop struct {
	Next *loop
}

// marshaler has a form of its own.
type marshaler string

// MarshalJSON returns the text as it is.
func (m marshaler) MarshalJSON() ([]byte, error) { return []byte(m), nil }

// hostileInputs are values at the limits and beyond.
var hostileInputs = []hostileInput{
	{name: "an integer beyond floats", make: func(rng *rand.Rand) any { return 1<<53 + 1 + rng.Int64N(1000)*2 }},
	{name: "the greatest integer", make: func(*rand.Rand) any { return int64(math.MaxInt64) }},
	{name: "the smallest integer", make: func(*rand.Rand) any { return int64(math.MinInt64) }},
	{name: "the greatest of all integers", make: func(*rand.Rand) any { return uint64(math.MaxUint64) }},
	{name: "a small float", make: func(*rand.Rand) any { return math.SmallestNonzeroFloat64 }},
	{name: "a great float", make: func(*rand.Rand) any { return math.MaxFloat64 }},
	{name: "control characters", make: func(*rand.Rand) any { return "\x00\x1b[31m\u2028\ufffd\"\\" }},
	{name: "as deep as may be", make: func(rng *rand.Rand) any { return deep(500+rng.IntN(400), "x") }},
	{name: "a long text", make: func(rng *rand.Rand) any { return strings.Repeat("é", rng.IntN(500_000)) }},
	{name: "a long key", key: strings.Repeat("k", 10_000), make: func(*rand.Rand) any { return int64(1) }},
	{name: "NaN", make: func(*rand.Rand) any { return math.NaN() }, want: cloacina.ErrNotStorable},
	{name: "infinity", make: func(*rand.Rand) any { return []any{math.Inf(-1)} }, want: cloacina.ErrNotStorable},
	{name: "NaN of 32 bits", make: func(*rand.Rand) any { return map[string]any{"x": float32(math.NaN())} }, want: cloacina.ErrNotStorable},
	{name: "invalid UTF-8", make: func(rng *rand.Rand) any { return invalid(rng) }, want: cloacina.ErrNotStorable},
	{
		name: "invalid UTF-8 inside", make: func(rng *rand.Rand) any { return deep(rng.IntN(100), map[string]any{"x": invalid(rng)}) },
		want: cloacina.ErrNotStorable,
	},
	{
		name: "an invalid key inside", make: func(rng *rand.Rand) any { return map[string]int{invalid(rng): 1} },
		want: cloacina.ErrNotStorable,
	},
	{name: "an invalid key", key: "a\xff", make: func(*rand.Rand) any { return 1 }, want: cloacina.ErrNotStorable},
	{name: "too deep", make: func(rng *rand.Rand) any { return deep(1_001+rng.IntN(100_000), 1) }, want: cloacina.ErrLimit},
	{name: "itself", make: func(*rand.Rand) any { l := &loop{}; l.Next = l; return l }, want: cloacina.ErrNotStorable},
	{
		name: "a map of itself", make: func(*rand.Rand) any { m := map[string]any{}; m["m"] = m; return m },
		want: cloacina.ErrNotStorable,
	},
	{
		name: "too deep by itself", want: cloacina.ErrLimit,
		make: func(rng *rand.Rand) any { return marshaler(strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000)) },
	},
	{name: "no JSON", make: func(*rand.Rand) any { return marshaler(`{"a":`) }, want: cloacina.ErrNotStorable},
	{name: "a function", make: func(*rand.Rand) any { return func() {} }, want: cloacina.ErrNotStorable},
	{name: "a channel", make: func(*rand.Rand) any { return map[string]any{"c": make(chan int)} }, want: cloacina.ErrNotStorable},
	{name: "a complex number", make: func(*rand.Rand) any { return complex(1, 2) }, want: cloacina.ErrNotStorable},
	{name: "too long", make: func(rng *rand.Rand) any { return strings.Repeat("x", 1<<20+rng.IntN(1<<20)) }, want: cloacina.ErrLimit},
	{name: "much too long", make: func(*rand.Rand) any { return strings.Repeat("x", 100<<20) }, want: cloacina.ErrLimit},
}

// invalid returns a text that is no UTF-8.
func invalid(rng *rand.Rand) string {
	list := []string{"\xff", "\xc3", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80", "\xc0\xaf", "\xe2\x82"}
	return strings.Repeat("a", rng.IntN(20)) + list[rng.IntN(len(list))]
}

// TestUnstorableValues has a task write a value, and gives it as an input. It comes
// back as it was, or nothing of it is stored and the error has a kind.
//
//	go test ./internal/store/sqlite -run UnstorableValues -proof.target 2000
//	go test ./internal/store/sqlite -run UnstorableValues -proof.target 1 -proof.seed 4711
func TestUnstorableValues(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "unstorable values", int64(len(hostileInputs)))
	forSeeds(t, row, func(t *testing.T, seed uint64) (int, error) {
		t.Helper()
		return 1, storeValue(t, seed)
	})
}

// storeValue writes one of the values.
func storeValue(t *testing.T, seed uint64) error {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 11))
	in := hostileInputs[seed%uint64(len(hostileInputs))]
	if in.key == "" {
		in.key = "k"
	}
	dir := memoryDir(t)
	defer removeAll(t, dir)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := cloacina.Open(ctx, filepath.Join(dir, "runs.db"), cloacina.Config{})
	if err != nil {
		return err
	}
	err = in.write(ctx, r, in.make(rng))
	if err = errors.Join(err, r.Shutdown(ctx)); err != nil {
		return fmt.Errorf("%s: %w", in.name, err)
	}
	return nil
}

// write writes the value in both ways.
func (in *hostileInput) write(ctx context.Context, r *cloacina.Runner, value any) error {
	w := &cloacina.Workflow{
		Plan: cloacina.Plan{Name: "values", Tasks: []cloacina.PlanTask{
			{ID: "write", Open: true, Retry: cloacina.Retry{Attempts: 3, Delay: 1e6, MaxDelay: 1e6}}, {ID: "read", DependsOn: []int{0}, Open: true},
		}},
		Code: []cloacina.TaskCode{{Call: cloacina.CallDynamic(func(_ context.Context, c *cloacina.Context) error {
			return c.Set(in.key, value)
		})}, {Call: cloacina.CallDynamic(func(_ context.Context, c *cloacina.Context) error {
			got, there, err := cloacina.Lookup[any](c, in.key)
			if there && !same(got, value) {
				return fmt.Errorf("got %.60v", got)
			}
			return errors.Join(err, c.Set("found", there))
		})}},
	}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	if err := r.Register(w); err != nil {
		return err
	}
	result, err := r.Execute(ctx, "values", nil)
	if result == nil {
		return err
	}
	found, _ := result.Values()
	switch {
	case in.want == nil && (err != nil || found["found"] != true):
		return fmt.Errorf("a task: %w, found %v", err, found["found"])
	case in.want != nil && (!errors.Is(err, in.want) || found["found"] != false || result.Tasks[0].Attempts != 1):
		return fmt.Errorf("a task: want %w, once, got %w and %v after %d attempts", in.want, err, found["found"], result.Tasks[0].Attempts)
	}
	run, err := r.Start(ctx, "values", cloacina.Values{in.key: value}, cloacina.StartOptions{ID: "input"})
	if in.want != nil {
		if !errors.Is(err, in.want) {
			return fmt.Errorf("an input: want %w, got %w", in.want, err)
		}
		if _, err := r.Run(ctx, "input"); !errors.Is(err, cloacina.ErrRunNotFound) {
			return fmt.Errorf("the run was stored: %w", err)
		}
		return nil
	}
	if err == nil {
		_, err = run.Wait(ctx)
	}
	return err
}

// same reports whether a value came back, as any has it.
func same(got, value any) bool {
	if list, ok := value.([]any); ok {
		other, ok := got.([]any)
		return ok && slices.EqualFunc(other, list, same)
	}
	return reflect.DeepEqual(got, value)
}
