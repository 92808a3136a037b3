package cloacinatest_test

import (
	"context"
	"errors"
	"sync"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Reporter makes reports. It stands for a package with a workflow of methods.
type Reporter struct {
	// Fetches counts the calls of the real Fetch.
	Fetches int

	mu   sync.Mutex
	ends []cloacina.TaskEnd
}

// Input is the input of the workflow.
type Input struct {
	N int `json:"n"`
}

// Fetched is what Fetch and Cached write.
type Fetched struct {
	Text string `json:"text"`
}

var errBusy = errors.New("source is busy")

// Fetch is the real thing: it takes a second and fails for negative numbers.
func (r *Reporter) Fetch(ctx context.Context, in Input) (Fetched, error) {
	r.Fetches++
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return Fetched{}, context.Cause(ctx)
	}
	if in.N < 0 {
		return Fetched{}, errBusy
	}
	return Fetched{Text: "fetched"}, nil
}

// Cached is the way out if Fetch fails.
func (r *Reporter) Cached(context.Context) (Fetched, error) { return Fetched{Text: "cached"}, nil }

// Store is a dynamic task.
func (r *Reporter) Store(_ context.Context, c *cloacina.Context) error {
	text, err := cloacina.Get[string](c, "text")
	if err != nil {
		return err
	}
	return c.Set("stored", "<"+text+">")
}

// Check is a task without result.
func (r *Reporter) Check(context.Context, Fetched) error { return nil }

// Clean is a task with neither input nor result.
func (r *Reporter) Clean(context.Context) error { return nil }

func (r *Reporter) ended(_ context.Context, e cloacina.TaskEnd) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ends = append(r.ends, e)
}

// Workflow returns report, as cloacina-gen writes it:
//
//   - fetch, 3 attempts 1s and 2s apart, timeout 10s, retry_if busy
//   - cached, after fetch, if task_failed("fetch")
//   - store, after fetch and cached; check and clean, after store
func (r *Reporter) Workflow() *cloacina.Workflow {
	text := cloacina.PlanRead{Key: "text", Shape: "string", Writers: []int{0, 1}}
	writes := []cloacina.PlanWrite{{Key: "text", Shape: "string"}}
	p := cloacina.Plan{
		Name: "report", InputDeclared: true, Input: []cloacina.PlanInput{{Name: "n", Shape: "int"}},
		Tasks: []cloacina.PlanTask{
			{
				ID: "fetch", Writes: writes, Reads: []cloacina.PlanRead{{Key: "n", Shape: "int"}},
				Timeout: 10 * time.Second, AllowFailure: true,
				Retry: cloacina.Retry{Attempts: 2, Delay: time.Second, MaxDelay: time.Minute, Jitter: true, Condition: cloacina.RetryIf},
			},
			{ID: "cached", DependsOn: []int{0}, Writes: writes, Rule: cloacina.Rule{
				Text: `task_failed("fetch")`, Tree: cloacina.TaskFailed(0),
			}},
			{ID: "store", DependsOn: []int{0, 1}, Open: true},
			{ID: "check", DependsOn: []int{2}, Reads: []cloacina.PlanRead{text}},
			{ID: "clean", DependsOn: []int{2}},
		},
	}
	p.Fingerprint = p.ComputeFingerprint()
	write := func(k *cloacina.Keys, out *Fetched) { cloacina.Write[string](k, "text", out.Text) }
	return &cloacina.Workflow{Plan: p, Code: []cloacina.TaskCode{
		{
			Call: cloacina.CallInOut(r.Fetch,
				func(k *cloacina.Keys, in *Input) { cloacina.Require[int](k, "n", &in.N) }, write),
			RetryIf:   func(err error) bool { return !errors.Is(err, errFinal) },
			OnSuccess: r.ended, OnFailure: r.ended,
		},
		{
			Call: cloacina.CallOut(r.Cached, write),
			When: func(v *cloacina.View) (bool, cloacina.Leaves) { return v.Failed(0), cloacina.LeavesOf(v.Failed(0)) },
		},
		{Call: cloacina.CallDynamic(r.Store)},
		{Call: cloacina.CallIn(r.Check,
			func(k *cloacina.Keys, in *Fetched) { cloacina.Require[string](k, "text", &in.Text) })},
		{Call: cloacina.CallPlain(r.Clean)},
	}}
}

// errFinal is what fetch is not retried after.
var errFinal = errors.New("no such source")

// Result is what a completed run of report leaves behind.
type Result struct {
	Text   *string
	Stored *string
}

// Start is what cloacina-gen writes for report.
func Start(
	ctx context.Context, r *cloacina.Runner, in Input, opts cloacina.StartOptions,
) (*cloacina.RunOf[Result], error) {
	return cloacina.StartOf(ctx, r, "report", opts,
		func(k *cloacina.Keys) { cloacina.Write[int](k, "n", in.N) },
		func(k *cloacina.Keys, out *Result) {
			cloacina.OptionalPointer[string](k, "text", &out.Text)
			cloacina.OptionalPointer[string](k, "stored", &out.Stored)
		})
}

// tasks is a workflow of functions without input and result, a, b and so on,
// none of which depends on another.
func tasks(fns ...func(context.Context) error) *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: "tasks"}}
	for i, fn := range fns {
		w.Plan.Tasks = append(w.Plan.Tasks, cloacina.PlanTask{ID: string(rune('a' + i))})
		w.Code = append(w.Code, cloacina.TaskCode{Call: cloacina.CallPlain(fn)})
	}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}
