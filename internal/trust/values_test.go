package trust

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/proof"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// oddValues are values that a careless store changes. Each comes back as the
// type that it has here.
var oddValues = map[string]any{
	"two to the 53 and 1":     int64(1<<53 + 1),
	"smallest int":            int64(math.MinInt64),
	"greatest uint":           uint64(math.MaxUint64),
	"smallest float":          math.SmallestNonzeroFloat64,
	"greatest float":          math.MaxFloat64,
	"negative fraction":       -0.1,
	"a third":                 1.0 / 3,
	"float beyond integers":   1e300,
	"null":                    nil,
	"empty text":              "",
	"text":                    "quotes ' \" ` \\ and\nlines\r\n\ttabs \x00 \x1b[31m \u2028 é 日本 🙂 </script>",
	"long text":               strings.Repeat("0123456789", 90_000),
	"empty list":              []any{},
	"empty object":            map[string]any{},
	"object":                  map[string]any{"": []any{int64(1), nil, true}, "a\"b": map[string]any{"\n": "x"}},
	"deep":                    nested(1000),
	"key 'with' \"quotes\"":   int64(1),
	"key\nof\ttwo lines\x00":  int64(2),
	"日本 🙂":                    int64(3),
	"a/b~c":                   int64(4),
	strings.Repeat("k", 5000): int64(5),
}

// nested is a list in a list and so on.
func nested(levels int) any {
	var v any = []any{}
	for range levels - 1 {
		v = []any{v}
	}
	return v
}

// unstorable is a value or a key that cannot be stored, and what is said of it.
type unstorable struct {
	key   string
	value any
	want  error
	text  string
}

func impossible() map[string]unstorable {
	cycle := map[string]any{}
	cycle["again"] = cycle
	return map[string]unstorable{
		"not a number":        {"v", math.NaN(), cloacina.ErrNotStorable, "the number NaN"},
		"infinity inside":     {"v", []any{1, map[string]any{"x": math.Inf(-1)}}, cloacina.ErrNotStorable, "at [1].x: JSON has no form for the number -Inf"},
		"invalid text":        {"v", "a\xffb", cloacina.ErrNotStorable, "the string is not valid UTF-8"},
		"invalid text inside": {"v", []string{"\xc3\x28"}, cloacina.ErrNotStorable, "at [0]: the string is not valid UTF-8"},
		"invalid inner key":   {"v", map[string]any{"\xff": 1}, cloacina.ErrNotStorable, "at [\"\\xff\"]: the string is not valid UTF-8"},
		"channel":             {"v", make(chan int), cloacina.ErrNotStorable, "no form for type chan int"},
		"function":            {"v", func() {}, cloacina.ErrNotStorable, "no form for type func()"},
		"cycle":               {"v", cycle, cloacina.ErrNotStorable, ".again.again"},
		"too deep":            {"v", nested(1001), cloacina.ErrLimit, "more than 1000 levels"},
		"too long":            {"v", strings.Repeat("x", 1<<20), cloacina.ErrLimit, "at most 1048576 are allowed"},
		"empty key":           {"", 1, cloacina.ErrNotStorable, "key \"\": a key is text"},
		"invalid key":         {"a\xff", 1, cloacina.ErrNotStorable, "key \"a\\xff\": a key is text"},
	}
}

// oddIDs are IDs of runs that a careless store confuses.
var oddIDs = []string{
	"plain", "PLAIN", "plain ", " plain", "it's", `"quoted"`, "`ticked`", "a;DROP TABLE run;--", "%", "_", "?1",
	"new\nline", "nul\x00inside", "nul\x00", "\x00", "\x1b[2J", "\u2028", "é", "e\u0301", "日本", "🙂", "0", "00", "1e3",
	strings.Repeat("i", 256), strings.Repeat("i", 255), "../../etc/passwd", "\t",
}

// impossibleIDs cannot be used.
var impossibleIDs = []string{"\xff", "a\xc3", strings.Repeat("i", 257)}

// valuesAtOnce is how many random values one process stores.
const valuesAtOnce = 100

// TestOddValuesSurviveAKill has processes store odd values under odd IDs, kills
// them, and reads all of them in another one: as the input and as what a task
// wrote. Each seed is a random value under a random ID, and one that cannot be
// stored; each process has those of some seeds, and the known ones beside them.
func TestOddValuesSurviveAKill(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "hostile values", 200)
	for row.More() && !t.Failed() {
		first, ok := row.Next()
		n := 1
		for ; ok && n < valuesAtOnce && int64(n) < row.Target(); n++ {
			_, ok = row.Next()
		}
		surviveAKill(t, first, n)
		row.Done(n)
	}
}

// surviveAKill stores the values of n seeds and reads them after a kill.
func surviveAKill(t *testing.T, first uint64, n int) {
	t.Helper()
	path := filepath.Join(keptDir(t), "runs.db")
	p := start(t, job{Role: "writer", Path: path, Seed: first, Count: n})
	p.expect("written")
	p.kill()
	r, err := cloacina.Open(t.Context(), path, cloacina.Config{})
	if err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	close(release)
	if err := r.Register(odd(release, func(string) {})); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	inputs := oddInputs(first, n)
	for id, in := range inputs {
		result, err := r.Wait(ctx, id)
		if err != nil {
			t.Errorf("run %.40q: %v", id, err)
			continue
		}
		checkValues(t, in, result)
		// The same input is the same run; another one is not.
		h, err := r.Start(ctx, "odd", in, cloacina.StartOptions{ID: id})
		if err != nil || h.ID() != id {
			t.Errorf("run %.40q is started again: %v", id, err)
		}
	}
	checkFailures(t, r)
	runs, err := r.Runs(t.Context(), cloacina.RunFilter{Limit: 10_000})
	if err != nil || len(runs) != len(inputs)+len(impossible()) {
		t.Errorf("%d runs, %v", len(runs), err)
	}
	if err := r.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	clean(t, path)
}

// oddInputs are the inputs of all runs by their IDs: the known ones, and those of
// some seeds.
func oddInputs(first uint64, n int) map[string]cloacina.Values {
	inputs := map[string]cloacina.Values{}
	for _, id := range oddIDs {
		inputs[id] = inputOf(id)
	}
	for seed := first; seed < first+uint64(n); seed++ {
		c := chaos{rand.New(rand.NewPCG(seed, 6))}
		inputs[c.id(seed)] = cloacina.Values{
			"id of the run": int64(seed), "two to the 53 and 1": int64(1<<53 + 1), "random": c.value(6), c.key(): c.value(3),
		}
	}
	return inputs
}

// inputOf are all odd values, and the ID.
func inputOf(id string) cloacina.Values {
	in := cloacina.Values{"id of the run": id}
	for key, value := range oddValues {
		if id == oddIDs[0] || key != "long text" { // one is enough
			in[key] = value
		}
	}
	return in
}

// checkValues compares the final context: each value as it was given, and again
// with a prefix as the task wrote it.
func checkValues(t *testing.T, in cloacina.Values, result *cloacina.Result) {
	t.Helper()
	id := result.Run
	got, err := result.Values()
	if err != nil {
		t.Errorf("run %.40q: %v", id, err)
		return
	}
	want := cloacina.Values{}
	for key, value := range in {
		want[key], want["copy of "+key] = value, value
	}
	if len(got) != len(want) {
		t.Errorf("run %.40q: %d keys, want %d", id, len(got), len(want))
	}
	for key, value := range want { // a difference of deep values would take forever to print
		if v, ok := got[key]; !ok || !reflect.DeepEqual(v, value) {
			t.Errorf("run %.40q: %.60q is %.100v (%T), want %.100v (%T)", id, key, v, v, value, value)
		}
	}
}

// checkFailures checks the runs whose task tried to write what cannot be stored.
func checkFailures(t *testing.T, r *cloacina.Runner) {
	t.Helper()
	for name, v := range impossible() {
		result, err := r.Wait(t.Context(), "impossible "+name)
		if result == nil || result.State != cloacina.Failed || !strings.Contains(fmt.Sprint(err), v.text) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		values, err := result.Values()
		if err != nil || !reflect.DeepEqual(values, cloacina.Values{"n": int64(1)}) {
			t.Errorf("%s: something was stored: %v, %v", name, values, err)
		}
		if result.Tasks[0].Attempts != 1 {
			t.Errorf("%s: was tried %d times", name, result.Tasks[0].Attempts)
		}
	}
}

// valueWriter stores odd values and is killed when the runs that can end have
// ended, and the others are between their tasks.
func valueWriter(p *parent, j job) error {
	inputs := oddInputs(j.Seed, j.Count)
	r, err := cloacina.Open(context.Background(), j.Path, cloacina.Config{MaxConcurrentTasks: 2 * len(inputs)})
	if err != nil {
		return err
	}
	waiting := make(chan string, len(inputs))
	if err := r.Register(odd(make(chan struct{}), func(run string) { waiting <- run })); err != nil {
		return err
	}
	for name, w := range impossibleWorkflows() {
		if err := r.Register(w); err != nil {
			return err
		}
		_, err := r.Start(context.Background(), w.Plan.Name, cloacina.Values{"n": 1}, cloacina.StartOptions{ID: name})
		if err != nil {
			return err
		}
		if _, err = r.Wait(context.Background(), name); err == nil {
			return fmt.Errorf("run %q has stored it", name)
		}
	}
	if err := refused(r, j); err != nil {
		return err
	}
	for id, in := range inputs {
		if _, err := r.Start(context.Background(), "odd", in, cloacina.StartOptions{ID: id}); err != nil {
			return err
		}
	}
	for range inputs {
		<-waiting
	}
	p.say("written")
	select {}
}

// refused tries to start runs with an impossible input or ID.
func refused(r *cloacina.Runner, j job) error {
	for seed := j.Seed; seed < j.Seed+uint64(j.Count); seed++ {
		c := chaos{rand.New(rand.NewPCG(seed, 7))}
		in := cloacina.Values{"good": c.value(2), "random": c.poisoned(5)}
		_, err := r.Start(context.Background(), "odd", in, cloacina.StartOptions{ID: "never"})
		if !errors.Is(err, cloacina.ErrNotStorable) && !errors.Is(err, cloacina.ErrLimit) {
			return fmt.Errorf("seed %d: what cannot be stored: got %w", seed, err)
		}
	}
	for name, v := range impossible() {
		_, err := r.Start(context.Background(), "odd", cloacina.Values{v.key: v.value}, cloacina.StartOptions{ID: "never"})
		if !errors.Is(err, v.want) || !strings.Contains(err.Error(), v.text) {
			return fmt.Errorf("input: %s: got %w", name, err)
		}
	}
	for _, id := range impossibleIDs {
		if _, err := r.Start(context.Background(), "odd", nil, cloacina.StartOptions{ID: id}); err == nil {
			return fmt.Errorf("run ID %q was taken", id)
		}
	}
	return nil
}

// odd is a workflow that copies every key, then waits for its release.
func odd(release <-chan struct{}, waits func(run string)) *cloacina.Workflow {
	return handWritten("odd",
		cloacina.PlanTask{ID: "copy", Open: true}, cloacina.TaskCode{Call: cloacina.CallDynamic(copyKeys)},
		cloacina.PlanTask{ID: "wait", DependsOn: []int{0}}, cloacina.TaskCode{
			Call: cloacina.CallPlain(func(ctx context.Context) error {
				waits(cloacina.TaskFrom(ctx).Run)
				select {
				case <-release:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}),
		})
}

// copyKeys writes what it reads under another key, numbers as what they are.
func copyKeys(_ context.Context, c *cloacina.Context) error {
	for _, key := range slices.Clone(c.Keys()) {
		v, err := cloacina.Get[any](c, key)
		if err == nil {
			err = c.Insert("copy of "+key, v)
		}
		if err != nil {
			return err
		}
	}
	n, err := cloacina.Get[*big.Int](c, "two to the 53 and 1")
	if err == nil && n.String() != "9007199254740993" {
		err = fmt.Errorf("read %v", n)
	}
	return err
}

// impossibleWorkflows are workflows, by the ID of their run, whose task writes
// something that can be stored and something that cannot.
func impossibleWorkflows() map[string]*cloacina.Workflow {
	workflows := map[string]*cloacina.Workflow{}
	for name, v := range impossible() {
		task := cloacina.PlanTask{
			ID: "a", Open: true, Retry: cloacina.Retry{Attempts: 3, Delay: time.Millisecond, MaxDelay: time.Second},
		}
		code := cloacina.TaskCode{Call: cloacina.CallDynamic(func(_ context.Context, c *cloacina.Context) error {
			if err := c.Set("good", 1); err != nil {
				return err
			}
			err := c.Set(v.key, v.value)
			if !errors.Is(err, v.want) {
				return nil // the run completes, which the caller reports
			}
			return err
		})}
		id := "impossible " + name
		workflows[id] = handWritten(id, task, code)
	}
	return workflows
}
