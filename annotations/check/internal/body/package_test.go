package body

import (
	"strings"
	"testing"
)

const head = `package p

import (
	"context"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

`

// What stands in a file that other builds leave out is not followed.
func TestFollowPartialFile(t *testing.T) {
	t.Parallel()
	text := head + `func Task(ctx context.Context, c *cloacina.Context) error { return c.Set("a", 1) }` + "\n"
	p, tasks := load(t, text)
	if b := p.Follow(tasks[0]); len(b.Open) != 0 || len(b.Writes) != 1 || !b.Writes[0].Definite || !b.Writes[0].Places[0].Literal {
		t.Errorf("%+v", b)
	}
	p, tasks = load(t, "//go:build linux\n\n"+text)
	b := p.Follow(tasks[0])
	if len(b.Open) != 1 || len(b.Writes) != 0 || !strings.Contains(b.Open[0].Reason, "not part of every build") {
		t.Errorf("%+v", b)
	}
}

// Outcomes are also asked for in functions that get the task's context, each of
// which is looked at once.
func TestAsks(t *testing.T) {
	t.Parallel()
	p, tasks := load(t, head+`
func Task(ctx context.Context, c *cloacina.Context) error {
	help(ctx, 1)
	_, err := cloacina.TaskFrom(ctx).Outcome("a")
	return err
}

func help(ctx context.Context, n int) {
	id := "unknown"
	cloacina.TaskFrom(ctx).Outcome(id)
	cloacina.TaskFrom(ctx).Outcome("b")
	help(ctx, n-1)
	aside(n)
}

func aside(int) { cloacina.TaskFrom(nil).Outcome("c") }
`)
	var got []string
	for _, ask := range p.Asks(tasks[0]) {
		got = append(got, ask.ID)
	}
	if strings.Join(got, " ") != "a b" {
		t.Errorf("asks %q", got)
	}
}

// What is known of a call for one task is not taken for another, whatever the keys are.
func TestFollowTellsTasksApart(t *testing.T) {
	t.Parallel()
	p, tasks := load(t, head+`
func Fills(ctx context.Context, c *cloacina.Context) error {
	if !c.Has("k") {
		c.Set("k", 1)
	}
	return twice(c)
}

func Deletes(ctx context.Context, c *cloacina.Context) error {
	go c.Delete("\"k\"")
	return twice(c)
}

func twice(c *cloacina.Context) error {
	c.Set("\"k\"", 1)
	if err := c.Insert("\"k\"", 1); err == nil {
		return c.Set("z", 1)
	}
	return nil
}
`)
	if w := writeOf(p.Follow(tasks[0]), "k"); !w.Fills {
		t.Errorf("%+v", w)
	}
	if w := writeOf(p.Follow(tasks[1]), "z"); w.Key == "" {
		t.Error("the key may be deleted between the two")
	}
}
