// Package shapes makes workflows of any size, with plans and code as generated
// files have them.
package shapes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// add appends a task to a workflow.
func add(w *cloacina.Workflow, t cloacina.PlanTask, code cloacina.TaskCode) {
	w.Plan.Tasks = append(w.Plan.Tasks, t)
	w.Code = append(w.Code, code)
}

// finished gives a workflow its fingerprint.
func finished(w *cloacina.Workflow) *cloacina.Workflow {
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}

// key is the name of a task, and that of the key that it writes.
func key(i int) string { return fmt.Sprintf("k%d", i) }

// writer is a task that writes its own key.
func writer(i int, after ...int) (cloacina.PlanTask, cloacina.TaskCode) {
	own := key(i)
	t := cloacina.PlanTask{ID: own, DependsOn: after, Writes: []cloacina.PlanWrite{{Key: own, Shape: "int"}}}
	return t, cloacina.TaskCode{Call: cloacina.CallOut(
		func(context.Context) (int, error) { return i, nil },
		func(k *cloacina.Keys, out *int) { cloacina.Write[int](k, own, *out) })}
}

// Chain is a chain of n tasks: each writes a key of its own and reads that of the
// one before.
func Chain(n int) *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: "chain", InputDeclared: true}}
	addWriter(w, 0)
	for i := 1; i < n; i++ {
		own, before := key(i), key(i-1)
		t, _ := writer(i, i-1)
		t.Reads = []cloacina.PlanRead{{Key: before, Shape: "int", Writers: []int{i - 1}}}
		add(w, t, cloacina.TaskCode{Call: cloacina.CallInOut(
			func(_ context.Context, in int) (int, error) { return in + 1, nil },
			func(k *cloacina.Keys, in *int) { cloacina.Require[int](k, before, in) },
			func(k *cloacina.Keys, out *int) { cloacina.Write[int](k, own, *out) })})
	}
	return finished(w)
}

// addWriter appends a task that writes its own key.
func addWriter(w *cloacina.Workflow, i int, after ...int) {
	t, code := writer(i, after...)
	add(w, t, code)
}

// Fan is a task, n that follow it, and one that follows them all.
func Fan(n int) *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: "fan", InputDeclared: true}}
	addWriter(w, 0)
	all := make([]int, n)
	for i := range n {
		addWriter(w, i+1, 0)
		all[i] = i + 1
	}
	addWriter(w, n+1, all...)
	return finished(w)
}

// One is a single task.
func One() *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: "one", InputDeclared: true}}
	addWriter(w, 0)
	return finished(w)
}

// Wide is a task that writes a value whose JSON has a number of bytes, and four
// that follow one another and read it.
func Wide(bytes int) *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: "wide", InputDeclared: true}}
	value := strings.Repeat("x", bytes-len(`""`))
	add(w,
		cloacina.PlanTask{ID: "wide", Writes: []cloacina.PlanWrite{{Key: "wide", Shape: "string"}}},
		cloacina.TaskCode{Call: cloacina.CallOut(
			func(context.Context) (string, error) { return value, nil },
			func(k *cloacina.Keys, out *string) { cloacina.Write[string](k, "wide", *out) })})
	for i := 1; i < 5; i++ {
		own := key(i)
		t, _ := writer(i, i-1)
		t.Reads = []cloacina.PlanRead{{Key: "wide", Shape: "string", Writers: []int{0}}}
		add(w, t, cloacina.TaskCode{Call: cloacina.CallInOut(
			func(_ context.Context, in string) (int, error) { return len(in), nil },
			func(k *cloacina.Keys, in *string) { cloacina.Require[string](k, "wide", in) },
			func(k *cloacina.Keys, out *int) { cloacina.Write[int](k, own, *out) })})
	}
	return finished(w)
}

// errLater is why the task of Waiting fails.
var errLater = errors.New("not yet")

// Waiting is a task that fails and then waits for an hour until it is tried again.
func Waiting() *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: "waiting", InputDeclared: true}}
	t := cloacina.PlanTask{ID: "waits", Retry: cloacina.Retry{
		Attempts: 3, Delay: time.Hour, MaxDelay: time.Hour, Backoff: cloacina.Fixed,
	}}
	add(w, t, cloacina.TaskCode{Call: cloacina.CallPlain(func(context.Context) error { return errLater })})
	return finished(w)
}
