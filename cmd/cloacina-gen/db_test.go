package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"github.com/cloacina-go/cloacina/internal/testmodule"
	"github.com/google/go-cmp/cmp"
)

// listOf is a store of these runs.
type listOf []*store.OpenRun

func (l listOf) OpenRuns(context.Context) iter.Seq2[*store.OpenRun, error] {
	return func(yield func(*store.OpenRun, error) bool) {
		for _, r := range l {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// line is the place of a line of a file.
func line(file string, n int) annotations.Span {
	at := annotations.Pos{Line: n, Column: 1}
	return annotations.Span{File: file, Start: at, End: at}
}

// chain is a workflow of tasks that follow each other. Its name stands in the
// first line of a file of that name, and each task one line further down.
func chain(name string, ids ...string) *check.Workflow {
	w := &check.Workflow{Plan: plan.Plan{Name: name}, Span: line(name+".go", 1)}
	for i, id := range ids {
		task := plan.Task{ID: id}
		if i > 0 {
			task.DependsOn = []int{i - 1}
		}
		w.Plan.Tasks = append(w.Plan.Tasks, task)
		w.Tasks = append(w.Tasks, &check.Task{Decl: line(name+".go", 2+i)})
	}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}

// at is a run of a chain in which a task is ready, and those before have completed.
func at(id string, w *check.Workflow, task int) *store.OpenRun {
	state := &engine.Run{ID: id, Status: engine.RunRunning, Tasks: make([]engine.Task, len(w.Plan.Tasks))}
	for i := range state.Tasks {
		switch {
		case i < task:
			state.Tasks[i] = engine.Task{Status: engine.TaskCompleted, Attempt: 1}
		case i == task:
			state.Tasks[i].Status = engine.TaskReady
		default:
			state.Tasks[i].Status = engine.TaskWaiting
		}
	}
	return &store.OpenRun{Workflow: w.Plan.Name, Plan: &w.Plan, State: state}
}

func inBlock(r *store.OpenRun, cause store.BlockCause, reason string) *store.OpenRun {
	r.State.Status, r.Cause, r.Reason = engine.RunBlocked, cause, reason
	return r
}

func broken(r *store.OpenRun, text string) *store.OpenRun {
	r.Damage = errors.New(text)
	return r
}

// said returns what is said about runs under workflows, a line each. The
// patterns ask for whole trees unless the forecast is partial.
func said(t *testing.T, f *forecast, runs listOf, workflows ...*check.Workflow) string {
	t.Helper()
	for _, w := range workflows {
		f.declare(w)
	}
	if err := f.read(t.Context(), runs); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, finding := range f.findings() {
		fmt.Fprintf(&b, "%s:%d %s %s\n", finding.Span.File, finding.Span.Start.Line,
			finding.Code.Severity(), finding.Message)
		for _, r := range finding.Related {
			fmt.Fprintf(&b, "%s:%d %s\n", r.Span.File, r.Span.Start.Line, r.Message)
		}
	}
	return b.String() + f.summary() + "\n"
}

func trees() *forecast {
	return (&session{patterns: []string{"./..."}}).newForecast("runs.db", nil)
}

func compare(t *testing.T, got string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(strings.Join(want, "\n")+"\n", got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestForecastOfRunsThatFit(t *testing.T) {
	t.Parallel()
	old := chain("w", "a", "b")
	compare(t, said(t, trees(), nil), "runs.db: no open runs")
	compare(t, said(t, trees(), listOf{at("x", old, 0)}, old), "runs.db: 1 open run of 1 workflow: 1 is unaffected")

	now := chain("w", "a", "b")
	now.Plan.Tasks[1].Timeout = 5e9
	now.Plan.Fingerprint = now.Plan.ComputeFingerprint()
	compare(t, said(t, trees(), listOf{at("x", old, 0), at("y", old, 1), at("z", now, 1)}, now),
		`w.go:3 hint 2 open runs of workflow "w" (x, y) go on under the changed plan: task b: timeout none, now 5s`,
		"runs.db: 3 open runs of 1 workflow: 1 is unaffected, 2 go on under a changed plan")

	// The differences are in two tasks, so the place is the workflow's.
	now = chain("w", "a", "b", "c", "d", "e", "f", "g", "h")
	compare(t, said(t, trees(), listOf{at("x", old, 0)}, now),
		`w.go:1 hint 1 open run of workflow "w" (x) goes on under the changed plan: `+
			"task c is new; task d is new; task e is new; task f is new; task g is new; and 1 more",
		"runs.db: 1 open run of 1 workflow: 1 goes on under a changed plan")
}

func TestForecastOfRunsThatDoNotFit(t *testing.T) {
	t.Parallel()
	old, now := chain("w", "a", "b", "c"), chain("w", "a", "x", "c")
	var runs listOf
	for i := range 5 {
		runs = append(runs, at(fmt.Sprint("r", i), old, 2))
	}
	runs = append(runs, at("s", old, 0))
	_, obstacles := engine.Adopt(&old.Plan, runs[0].State, &now.Plan, false)
	compare(t, said(t, trees(), runs, now),
		fmt.Sprintf(`w.go:1 error 5 open runs of workflow "w" (r0, r1, r2 and 2 more) would be blocked: %s; `+
			"let the program that started them finish them first, or end them with r.Cancel(ctx, id)", listed(obstacles)),
		`w.go:1 hint 1 open run of workflow "w" (s) goes on under the changed plan: `+
			"task b is gone; task c: dependencies b, now x; task x is new",
		"runs.db: 6 open runs of 1 workflow: 1 goes on under a changed plan, 5 would be blocked")
}

// Of many reasons the last group has some, so that the findings can be read.
func TestForecastBoundsItsFindings(t *testing.T) {
	t.Parallel()
	w := chain("w", "a")
	f := trees()
	f.declare(w)
	for i := range 3 * maxGroups {
		o := engine.Obstacle{Kind: engine.TaskGone, Task: fmt.Sprint("gone", i), Acceptable: i != 2*maxGroups}
		for range 2 {
			f.add(at(fmt.Sprint("r", i), w, 0), verdict{fate: blocked, obstacles: []engine.Obstacle{o}})
		}
	}
	found := f.findings()
	if len(found) != maxGroups {
		t.Fatalf("%d findings, want %d", len(found), maxGroups)
	}
	for i, finding := range found {
		last := i == maxGroups-1
		count := fmt.Sprintf("%d open runs ", 2)
		if last {
			count = fmt.Sprintf("%d open runs ", 2+2*2*maxGroups)
		}
		if !strings.HasPrefix(finding.Message, count) ||
			strings.Contains(finding.Message, "; and others for some of them; ") != last ||
			strings.Contains(finding.Message, "UnblockAccept") == last {
			t.Errorf("finding %d: %s", i, finding.Message)
		}
	}
}

// An obstacle that can be accepted says so, and stands at its task.
func TestForecastNamesTheWaysOut(t *testing.T) {
	t.Parallel()
	w := chain("w", "a", "b")
	obstacle := engine.Obstacle{Kind: engine.TaskGone, Task: "gone", Other: "b", Status: engine.TaskCompleted, Acceptable: true}
	hard := obstacle
	hard.Acceptable = false
	v := verdict{fate: blocked, obstacles: []engine.Obstacle{obstacle}}
	stays := v
	stays.fate = staysBlocked
	stuck := verdict{fate: staysBlocked, obstacles: []engine.Obstacle{obstacle, hard}}
	f := trees()
	f.declare(w)
	for i, v := range []verdict{v, stays, stuck} {
		f.add(at(fmt.Sprint("r", i), w, 0), v)
	}
	var got []string
	for _, finding := range f.findings() {
		if finding.Span.Start.Line != 3 {
			t.Errorf("it stands in line %d: %s", finding.Span.Start.Line, finding.Message)
		}
		reasons := listed(f.groups[len(got)].obstacles)
		_, ways, _ := strings.Cut(finding.Message, ": "+reasons+"; ")
		got = append(got, ways)
	}
	compare(t, strings.Join(got, "\n")+"\n",
		"let the program that started it finish it first, accept the plan after the deploy with "+
			"r.Unblock(ctx, id, cloacina.UnblockAccept), or end it with r.Cancel(ctx, id)",
		"accept the plan after the deploy with r.Unblock(ctx, id, cloacina.UnblockAccept), or end it with r.Cancel(ctx, id)",
		"go back to a plan that fits, or end it with r.Cancel(ctx, id)")
}

func TestForecastOfBlockedRuns(t *testing.T) {
	t.Parallel()
	old, now := chain("w", "a", "b"), chain("w", "a", "b", "c")
	compare(t, said(t, trees(), listOf{
		inBlock(at("x", old, 0), store.BlockedByPlan, "it did not fit"),
		inBlock(at("y", now, 0), store.BlockedByPlan, "it did not fit"),
		inBlock(at("z", old, 0), store.BlockedByViolation, strings.Repeat("long ", 300)),
		inBlock(at("zz", old, 0), store.BlockedByViolation, "another one"),
	}, now),
		`w.go:4 hint 1 blocked run of workflow "w" (x) would go on under the changed plan: task c is new`,
		`w.go:1 hint 1 blocked run of workflow "w" (y) would go on`,
		`w.go:1 warning 2 blocked runs of workflow "w" (z, zz) stay blocked, whatever the plan: `+
			strings.Repeat("long ", 200)+"...",
		"runs.db: 4 open runs of 1 workflow: 2 are blocked and would go on, 2 stay blocked")
}

func TestForecastOfRunsThatCannotBeJudged(t *testing.T) {
	t.Parallel()
	w, twin, other := chain("w", "a"), chain("w", "b"), chain("other", "a")
	same := chain("w", "a")
	runs := listOf{at("x", w, 0), at("y", other, 0), at("z", other, 0), broken(at("d", other, 0), "it is torn"),
		broken(&store.OpenRun{Num: 7, Workflow: "other"}, "it is shredded")}
	const damage = `runs.db:0 error 2 open runs of workflow "other" (d, number 7) are damaged: it is torn; ` +
		"cloacina.Verify tells what is wrong with the file"
	compare(t, said(t, trees(), runs, w, same),
		`runs.db:0 warning 2 open runs of workflow "other" (y, z) would wait, because no checked package `+
			"declares the workflow; keep it until they have ended, or end them with r.Cancel(ctx, id)",
		damage,
		"runs.db: 5 open runs of 2 workflows: 1 is unaffected, 2 are damaged, 2 have no workflow in the checked packages")

	// Named packages are a part of the program.
	partial := (&session{patterns: []string{"./cmd"}}).newForecast("sqlite://runs.db", nil)
	compare(t, said(t, partial, runs, w), damage,
		"runs.db: 5 open runs of 2 workflows: 1 is unaffected, 2 are damaged, 2 have no workflow in the checked packages")

	// A package with errors may declare it.
	f := trees()
	f.failed = true
	compare(t, said(t, f, runs, w), damage,
		"runs.db: 5 open runs of 2 workflows: 1 is unaffected, 2 are damaged, 2 were not checked because of the errors")

	compare(t, said(t, trees(), runs, w, twin, other),
		`w.go:1 error workflow "w" is declared twice with different plans, so that it is open which one `+
			"its 1 open run would meet; name only the packages of the program that runs.db belongs to",
		"w.go:1 the other one is declared here",
		damage,
		"runs.db: 5 open runs of 2 workflows: 2 are unaffected, 2 are damaged, 1 has a workflow with two plans")
}

// What is stored of a run contradicts itself, although every row is intact.
func TestForecastOfImpossibleStates(t *testing.T) {
	t.Parallel()
	w := chain("w", "a", "b")
	r := at("x", w, 0)
	r.State.Tasks[1].Status = engine.TaskReady
	got := said(t, trees(), listOf{r}, w)
	if !strings.HasPrefix(got, `runs.db:0 error 1 open run of workflow "w" (x) is damaged: `) {
		t.Error(got)
	}
}

// TestCheckChangesNothingInTheStore looks at a store that nobody has open and at
// one that a runner owns.
func TestCheckChangesNothingInTheStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := testmodule.Init(dir, "example.com/m"); err != nil {
		t.Fatal(err)
	}
	testmodule.Write(t, dir, map[string]string{"orders.go": ordersSource, "data/readme": "beside the store"})
	file := filepath.Join(dir, "data", "runs.db")
	s, err := sqlite.Open(t.Context(), file, sqlite.Config{})
	if err != nil {
		t.Fatal(err)
	}
	w := chain("orders", "fetch")
	if err := s.Commit(t.Context(), []store.Change{
		&store.RunCreated{Num: 1, ID: "x", Plan: &w.Plan, At: 1},
		&store.TaskDecided{Run: 1, Ready: true, At: 1},
	}); err != nil {
		t.Fatal(err)
	}
	checkUnchanged(t, dir, file)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	checkUnchanged(t, dir, file)
}

func checkUnchanged(t *testing.T, dir, file string) {
	t.Helper()
	before := fingerprints(t, filepath.Dir(file))
	var stderr bytes.Buffer
	s := &session{dir: dir, stdout: &stderr, stderr: &stderr}
	if err := s.check(t.Context(), checkOptions{store: true, file: file}); !errors.Is(err, errFindings) {
		t.Error(err)
	}
	if want := file + ": 1 open run of 1 workflow: 1 "; !strings.Contains(stderr.String(), want) {
		t.Errorf("it does not say %q but:\n%s", want, &stderr)
	}
	if diff := cmp.Diff(before, fingerprints(t, filepath.Dir(file))); diff != "" {
		t.Errorf("files changed (-before +after):\n%s", diff)
	}
}

// fingerprints are the hashes of the files in a directory. The index of the log
// is shared by all who read it, and holds their locks.
func fingerprints(t *testing.T, dir string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil && strings.HasSuffix(name, "-shm") {
			text = nil
		}
		sums[name] = fmt.Sprintf("%x", sha256.Sum256(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}
