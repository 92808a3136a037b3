package cloacina

import (
	"context"
	"errors"
	"time"
)

var errSource = errors.New("source unavailable")

// tutorial is the resilient workflow of the tutorials, as generated code
// would have it.
func tutorial(fetch, cache error) *Workflow {
	const (
		fetchData = iota
		cachedData
		processData
		highQuality
		lowQuality
		notification
		report
	)
	source := func(err error, score int) func(context.Context, *Context) error {
		return func(_ context.Context, c *Context) error {
			if err != nil {
				return err
			}
			return c.Insert("raw_data", score)
		}
	}
	path := func(name string) func(context.Context, *Context) error {
		return func(_ context.Context, c *Context) error { return c.Insert("path", name) }
	}
	score := []PlanRead{{Key: "score", Walk: true}}
	w := flow("resilient",
		dynamic("fetch_data", source(fetch, 83)).retries(2, time.Second),
		dynamic("cached_data", source(cache, 65), fetchData).
			when(TaskFailed(fetchData), func(v *View) (bool, Leaves) {
				p0 := v.Failed(fetchData)
				return p0, LeavesOf(p0)
			}),
		dynamic("process_data", func(_ context.Context, c *Context) error {
			raw, err := Get[int](c, "raw_data")
			if err != nil {
				return err
			}
			return c.Insert("score", raw)
		}, fetchData, cachedData).
			when(Any(TaskSuccess(fetchData), TaskSuccess(cachedData)), func(v *View) (bool, Leaves) {
				p0, p1 := v.Success(fetchData), v.Success(cachedData)
				return p0 || p1, LeavesOf(p0, p1)
			}),
		dynamic("high_quality", path("high"), processData).
			when(All(TaskSuccess(processData), ContextValue("score", GreaterThan, Int(80))),
				func(v *View) (bool, Leaves) {
					p0, p1 := v.Success(processData), v.Value(0).CompareInt(80).Greater()
					return p0 && p1, LeavesOf(p0, p1)
				}, score...),
		dynamic("low_quality", path("low"), processData).
			when(All(TaskSuccess(processData), ContextValue("score", LessThan, Int(81))),
				func(v *View) (bool, Leaves) {
					p0, p1 := v.Success(processData), v.Value(0).CompareInt(81).Less()
					return p0 && p1, LeavesOf(p0, p1)
				}, score...),
		plain("notification", nothing, fetchData, cachedData).
			when(All(TaskFailed(fetchData), TaskFailed(cachedData)), func(v *View) (bool, Leaves) {
				p0, p1 := v.Failed(fetchData), v.Failed(cachedData)
				return p0 && p1, LeavesOf(p0, p1)
			}),
		dynamic("report", func(_ context.Context, c *Context) error {
			p, err := Get[string](c, "path")
			if err != nil {
				return err
			}
			return c.Insert("report", p)
		}, highQuality, lowQuality).
			when(Any(TaskSuccess(highQuality), TaskSuccess(lowQuality)), func(v *View) (bool, Leaves) {
				p0, p1 := v.Success(highQuality), v.Success(lowQuality)
				return p0 || p1, LeavesOf(p0, p1)
			}),
	)
	w.Plan.Tasks[fetchData].AllowFailure = true
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}
