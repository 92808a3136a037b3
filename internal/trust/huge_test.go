package trust

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/internal/proof"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// The sizes of a value that nobody should store, and that is stored nevertheless
// where the limits allow it. The quick tests take the smaller one, which is above
// all default limits as well.
const (
	hugeBytes  = 100 << 20
	largeBytes = 20 << 20
)

// raised are limits that allow a value of a size.
func raised(size int) cloacina.Config {
	return cloacina.Config{MaxValueBytes: size + 2, MaxContextBytes: 3 * size}
}

// TestHugeValues stores values of 100 MB, as an input and from a task, which
// the usual limits refuse. With limits that allow it they are there after a kill,
// for a program with those limits and for one with the usual ones.
func TestHugeValues(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "huge values", 1)
	size := largeBytes
	if row.Target() > 1 {
		size = hugeBytes
	}
	for seed := range row.Seeds() {
		path := filepath.Join(keptDir(t), "runs.db")
		for _, config := range []string{"usual", "raised"} {
			p := start(t, job{Role: "huge", Path: path, Seed: seed, Count: size, Drain: config == "raised"})
			p.expect("done")
			p.kill()
		}
		r, err := cloacina.Open(t.Context(), path, cloacina.Config{})
		if err != nil {
			t.Fatal(err)
		}
		result, err := r.Wait(t.Context(), "raised")
		if err != nil {
			t.Fatal(err)
		}
		checkHuge(t, seed, size, result)
		if err := r.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		clean(t, path)
		row.Done(1)
	}
}

// checkHuge compares what is left of the run. A difference would be too long to print.
func checkHuge(t *testing.T, seed uint64, size int, result *cloacina.Result) {
	t.Helper()
	c, err := result.Context()
	if err != nil {
		t.Fatal(err)
	}
	for i, key := range []string{"input", "output"} {
		if got, err := cloacina.Get[string](c, key); err != nil || got != huge(seed+uint64(i), size) {
			t.Errorf("seed %d: %s has %d bytes and is not what was stored, %v", seed, key, len(got), err)
		}
	}
}

// huge is a text that has no two parts alike.
func huge(seed uint64, size int) string {
	rng := rand.New(rand.NewPCG(seed, 8))
	text := make([]byte, 0, size+10)
	for len(text) < size {
		n := rng.Uint64()
		for shift := 0; shift < 60; shift += 6 {
			text = append(text, '0'+byte(n>>shift&63))
		}
	}
	for i, b := range text {
		if b == '\\' { // which JSON doubles
			text[i] = 'x'
		}
	}
	return string(text[:size])
}

// hugeWriter tries to store a huge input and has a task write another one. If it
// may not be, the process sees that it is refused.
func hugeWriter(p *parent, j job) error {
	ctx := context.Background()
	config, id := cloacina.Config{}, "usual"
	if j.Drain {
		config, id = raised(j.Count), "raised"
	}
	r, err := cloacina.Open(ctx, j.Path, config)
	if err != nil {
		return err
	}
	err = r.Register(handWritten("huge", cloacina.PlanTask{ID: "a", Open: true}, cloacina.TaskCode{
		Call: cloacina.CallDynamic(func(_ context.Context, c *cloacina.Context) error { return c.Set("output", huge(j.Seed+1, j.Count)) }),
	}))
	if err != nil {
		return err
	}
	in := cloacina.Values{"input": huge(j.Seed, j.Count)}
	_, err = r.Start(ctx, "huge", in, cloacina.StartOptions{ID: id})
	if !j.Drain {
		if !errors.Is(err, cloacina.ErrLimit) {
			return fmt.Errorf("start with the usual limits: got %w", err)
		}
		_, err = r.Start(ctx, "huge", nil, cloacina.StartOptions{ID: id})
	}
	if err != nil {
		return err
	}
	result, err := r.Wait(ctx, id)
	switch {
	case result == nil:
		return err
	case j.Drain && err != nil:
		return err
	case !j.Drain && (!errors.Is(err, cloacina.ErrLimit) || result.Tasks[0].Attempts != 1):
		return fmt.Errorf("write with the usual limits: %d attempts, %w", result.Tasks[0].Attempts, err)
	}
	p.say("done")
	select {}
}
