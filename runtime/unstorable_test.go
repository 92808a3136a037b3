package cloacina

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// spelled is a value that says itself how it reads in JSON.
type spelled string

func (s spelled) MarshalJSON() ([]byte, error) { return []byte(s), nil }

// silent is a value that has no JSON.
type silent struct{}

var errSilent = errors.New("no word of it")

func (silent) MarshalJSON() ([]byte, error) { return nil, errSilent }

// Whoever writes JSON itself is not believed: what is none never gets into a
// run, neither with its input nor by a task, which is not tried again.
func TestWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"no JSON": json.RawMessage("{bad"), "nothing": json.RawMessage{}, "more than one": spelled("1 2"),
		"not closed": spelled("[1"), "invalid UTF-8": spelled("\"\xff\""), "half a surrogate pair": spelled(`"\ud800"`),
		"an error": silent{}, "no number": json.Number("12x"), "beyond any number": json.Number("1e999999999"),
		"inside": map[string]any{"a": []any{spelled("}")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusedEverywhere(t, ErrNotStorable, func() Values { return Values{"k": value} })
		})
	}
}

// The values of a context are bounded together, too, whoever writes them.
func TestContextOverTheLimit(t *testing.T) {
	t.Parallel()
	refusedEverywhere(t, ErrLimit, func() Values {
		values := Values{}
		for i := range 17 {
			values[fmt.Sprintf("k%d", i)] = strings.Repeat("x", 1<<20-10)
		}
		return values
	})
}

// refusedEverywhere checks that values are refused as an input, and fail a task
// that writes them at its first attempt, with nothing stored.
func refusedEverywhere(t *testing.T, want error, values func() Values) {
	t.Helper()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", dynamic("a", func(_ context.Context, c *Context) error {
			for key, value := range values() {
				if err := c.Set(key, value); err != nil {
					return err
				}
			}
			return nil
		}).retries(3, time.Second)))
		defer shutdown(t, r)
		if _, err := r.Start(t.Context(), "w", values(), StartOptions{ID: "x"}); !errors.Is(err, want) {
			t.Errorf("as an input: %v", err)
		}
		if _, err := r.Run(t.Context(), "x"); !errors.Is(err, ErrRunNotFound) {
			t.Errorf("the refused run: %v", err)
		}
		result, err := r.Execute(t.Context(), "w", nil)
		if !errors.Is(err, want) {
			t.Fatalf("written by a task: %v", err)
		}
		stored, err := result.Values()
		if err != nil || len(stored) != 0 || result.Tasks[0].Attempts != 1 {
			t.Errorf("%d attempts, stored are %v, %v", result.Tasks[0].Attempts, stored, err)
		}
	})
}

// bomb is a value whose methods panic.
type bomb struct{ fuse string }

func (b bomb) MarshalJSON() ([]byte, error) { panic(b.fuse) }

func (b bomb) IsZero() bool { panic(b.fuse) }

// A value whose methods panic does not bring down who starts a run with it.
func TestInputWhoseMethodsPanic(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", nothing)))
		defer shutdown(t, r)
		_, start := r.Start(t.Context(), "w", Values{"ok": 1, "k": bomb{"bang"}}, StartOptions{})
		_, execute := r.Execute(t.Context(), "w", Values{"k": map[string]any{"in": []any{&bomb{"bang"}}}})
		typed := func(write func(k *Keys)) error {
			_, err := StartOf(t.Context(), r, "w", StartOptions{}, write, func(*Keys, *struct{}) {})
			return err
		}
		for what, err := range map[string]error{
			"start": start, "execute": execute,
			"typed":    typed(func(k *Keys) { Write(k, "k", bomb{"bang"}) }),
			"pointer":  typed(func(k *Keys) { WritePointer(k, "k", &bomb{"bang"}) }),
			"non-zero": typed(func(k *Keys) { WriteNonZero(k, "k", bomb{"bang"}) }),
		} {
			key, ok := errors.AsType[*KeyError](err)
			if !ok || key.Key != "k" || !errors.Is(err, ErrNotStorable) || !strings.Contains(err.Error(), "panic: bang (unstorable_test.go:") {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}
