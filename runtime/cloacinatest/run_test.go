package cloacinatest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/cloacinatest"
)

// The test of a user's, as the manual has it.
func TestReport(t *testing.T) {
	t.Parallel()
	r := &Reporter{}
	run := cloacinatest.Run(t, r.Workflow(), cloacina.Values{"n": 3},
		cloacinatest.Fails("fetch", errBusy, 2),
		cloacinatest.Fake("store", func(_ context.Context, c *cloacina.Context) error { return c.Insert("stored", 7) }))
	run.Completed("fetch", "store", "check", "clean").Attempts("fetch", 3).Delays("fetch", time.Second, 2*time.Second)
	run.Skipped("cached", `task_failed("fetch") is false`).Attempts("cached", 0).Delays("cached")
	run.Error("fetch", errBusy).Error("store", nil).Took(4 * time.Second)
	if got := cloacinatest.Value[int](run, "stored"); got != 7 || r.Fetches != 1 {
		t.Errorf("stored %d, fetched %d times", got, r.Fetches)
	}
	if len(r.ends) != 1 || r.ends[0].Attempts != 3 || r.ends[0].State != cloacina.Completed {
		t.Errorf("callbacks: %+v", r.ends)
	}
}

func TestTypedRun(t *testing.T) {
	t.Parallel()
	r := &Reporter{}
	result, run := cloacinatest.RunOf(t, r.Workflow(), Start, Input{N: -1})
	run.Failed("fetch").Completed("cached").Attempts("fetch", 3).Error("fetch", errBusy)
	if *result.Text != "cached" || *result.Stored != "<cached>" || r.Fetches != 3 {
		t.Errorf("%q, %q, fetched %d times", *result.Text, *result.Stored, r.Fetches)
	}
	result, run = cloacinatest.RunOf(t, r.Workflow(), Start, Input{N: 1},
		cloacinatest.AlwaysFails("clean", errFinal), cloacinatest.Ends(cloacina.Failed))
	run.Failed("clean").Error("clean", errFinal).Attempts("clean", 1)
	if result != (Result{}) {
		t.Errorf("a failed run has a result: %+v", result)
	}
}

// Retry conditions and timeouts are those of the workflow, for every fake.
func TestFakesKeepThePolicies(t *testing.T) {
	t.Parallel()
	w := (&Reporter{}).Workflow()
	for name, test := range map[string]struct {
		fake     cloacinatest.Option
		err      error
		attempts int
		took     time.Duration
	}{
		"retried": {cloacinatest.AlwaysFails("fetch", errBusy), errBusy, 3, 3 * time.Second},
		"not retried": {cloacinatest.Fake("fetch", func(context.Context, Input) (Fetched, error) {
			return Fetched{}, errFinal
		}), errFinal, 1, 0},
		"timeout": {cloacinatest.Fake("fetch", func(ctx context.Context, _ Input) (Fetched, error) {
			<-ctx.Done()
			return Fetched{}, ctx.Err()
		}), cloacina.ErrAttemptTimeout, 3, 33 * time.Second},
		"takes too long": {cloacinatest.Takes("fetch", time.Hour), cloacina.ErrAttemptTimeout, 3, 33 * time.Second},
		"permanent":      {cloacinatest.Fails("fetch", cloacina.Permanent(errBusy), 1), errBusy, 1, 0},
		"panic": {cloacinatest.Fake("fetch", func(context.Context, Input) (Fetched, error) {
			panic(errFinal)
		}), errFinal, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := cloacinatest.Run(t, w, cloacina.Values{"n": 3}, test.fake)
			run.Failed("fetch").Error("fetch", test.err).Attempts("fetch", test.attempts).Took(test.took)
			run.Completed("cached", "store")
		})
	}
}

func TestFakesTogether(t *testing.T) {
	t.Parallel()
	var seen []int
	run := cloacinatest.Run(t, (&Reporter{}).Workflow(), cloacina.Values{"n": 5},
		cloacinatest.Fails("fetch", errBusy, 1),
		cloacinatest.Takes("fetch", 2*time.Second),
		cloacinatest.Fails("fetch", io.ErrUnexpectedEOF, 1),
		cloacinatest.Fake("fetch", func(_ context.Context, in Input) (Fetched, error) {
			seen = append(seen, in.N)
			return Fetched{Text: "faked"}, nil
		}),
		cloacinatest.Returns("clean", nil), cloacinatest.Returns("check", nil))
	run.Completed("fetch").Attempts("fetch", 3).Error("fetch", io.ErrUnexpectedEOF)
	run.Delays("fetch", time.Second, 2*time.Second).Took(9 * time.Second)
	if len(seen) != 1 || seen[0] != 5 || cloacinatest.Value[string](run, "text") != "faked" {
		t.Errorf("the fake saw %v", seen)
	}
	cloacinatest.Run(t, (&Reporter{}).Workflow(), cloacina.Values{"n": 5}, cloacinatest.Returns("fetch", Fetched{"constant"}))
}

// A failure comes after the task has read its keys, as it would without it.
func TestFailuresReadTheKeys(t *testing.T) {
	t.Parallel()
	w := (&Reporter{}).Workflow()
	w.Plan.Tasks[3].DependsOn = nil // check is no longer behind those who write text
	w.Plan.Tasks[3].Reads[0].Writers = nil
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	cloacinatest.Run(t, w, cloacina.Values{"n": 1}, cloacinatest.AlwaysFails("check", errBusy),
		cloacinatest.Ends(cloacina.Failed)).Failed("check").Error("check", cloacina.ErrMissingKey)
}

// The log is written by the runner, in the bubble, to the test outside.
func TestLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	cloacinatest.Run(t, (&Reporter{}).Workflow(), cloacina.Values{"n": 1},
		cloacinatest.Config(cloacina.Config{Handler: slog.NewTextHandler(io.MultiWriter(&log, t.Output()), nil)}))
	if !strings.Contains(log.String(), "time=2000-01-01T00:00:01.000") {
		t.Errorf("no line of virtual time in the log:\n%s", &log)
	}
}

// Programs get nothing of the package, and tests no modules with it.
func TestModules(t *testing.T) {
	t.Parallel()
	list := func(pkg, format string) []string {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", format, pkg).Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Fields(string(out))
		slices.Sort(lines)
		return slices.Compact(lines)
	}
	const runtime, modules = "github.com/cloacina-go/cloacina/runtime", "{{with .Module}}{{.Path}}{{end}}"
	if diff := cmp.Diff(list(runtime, modules), list(runtime+"/cloacinatest", modules)); diff != "" {
		t.Errorf("modules (-runtime +cloacinatest):\n%s", diff)
	}
	for _, pkg := range list(runtime, "{{.ImportPath}}") {
		if pkg == runtime+"/cloacinatest" || pkg == "testing" {
			t.Errorf("programs link %s", pkg)
		}
	}
}

// A workflow may be shared and is left as it was.
func TestManyRunsOfOneWorkflow(t *testing.T) {
	t.Parallel()
	r := &Reporter{}
	w := r.Workflow()
	for _, fails := range []int{1, 2} {
		cloacinatest.Run(t, w, cloacina.Values{"n": 1}, cloacinatest.Fails("fetch", errBusy, fails)).Attempts("fetch", fails+1)
	}
	cloacinatest.Run(t, w, cloacina.Values{"n": 1}).Attempts("fetch", 1).Took(time.Second)
	if r.Fetches != 3 || !w.Plan.Tasks[0].Retry.Jitter || w.Plan.Fingerprint != w.Plan.ComputeFingerprint() {
		t.Errorf("fetched %d times, or the plan has changed: %+v", r.Fetches, w.Plan)
	}
}

func TestCancelledRun(t *testing.T) {
	t.Parallel()
	run := cloacinatest.Run(t, (&Reporter{}).Workflow(), cloacina.Values{"n": 1},
		cloacinatest.CancelAfter(300*time.Millisecond), cloacinatest.Ends(cloacina.Cancelled))
	run.Cancelled("fetch", "cached", "store", "check", "clean").Took(300 * time.Millisecond)
	cloacinatest.Run(t, (&Reporter{}).Workflow(), cloacina.Values{"n": 1}, cloacinatest.CancelAfter(time.Hour)).Took(time.Second)
}

// At sees the run as it is then.
func TestAt(t *testing.T) {
	t.Parallel()
	var during cloacina.State
	cloacinatest.Run(t, (&Reporter{}).Workflow(), cloacina.Values{"n": 1}, cloacinatest.Fails("fetch", errBusy, 1),
		cloacinatest.At(time.Second/2, func(ctx context.Context, r *cloacina.Runner, run string) {
			d, err := r.Run(ctx, run)
			if err != nil {
				t.Error(err)
				return
			}
			during = d.Tasks[0].State
		}), cloacinatest.Ends())
	if during != cloacina.Retrying {
		t.Errorf("after half a second fetch was %q", during)
	}
}

// Two tasks that wait for each other need slots for both.
func TestTasksSideBySide(t *testing.T) {
	t.Parallel()
	var both sync.WaitGroup
	meet := func(context.Context) error { both.Done(); both.Wait(); return nil }
	synctest.Test(t, func(t *testing.T) {
		both.Add(2)
		start := time.Now()
		cloacinatest.Run(t, tasks(meet, meet), nil, cloacinatest.Takes("b", time.Second)).Completed("a", "b").Took(time.Second)
		if passed := time.Since(start); passed != time.Second {
			t.Errorf("%v have passed in the test's own bubble", passed)
		}
	})
	sleep := func(context.Context) error { time.Sleep(time.Second); return nil }
	cloacinatest.Run(t, tasks(sleep, sleep), nil).Took(time.Second)
	cloacinatest.Run(t, tasks(sleep, sleep), nil,
		cloacinatest.Config(cloacina.Config{MaxConcurrentTasks: 1})).Took(2 * time.Second)
}

// A fake may use the context of its test, which ends outside the bubble.
func TestContextOfTheTest(t *testing.T) {
	t.Parallel()
	cloacinatest.Run(t, tasks(func(context.Context) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		<-ctx.Done()
		return t.Context().Err()
	}), nil).Completed("a").Took(time.Second)
}

// What outlasts its attempt or its task a little is waited for.
func TestLateReturns(t *testing.T) {
	t.Parallel()
	returned := 0
	w := tasks(func(context.Context) error {
		time.Sleep(time.Hour)
		returned++
		go time.Sleep(time.Second)
		return nil
	})
	w.Plan.Tasks[0].Timeout = time.Second
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	cloacinatest.Run(t, w, nil, cloacinatest.Ends(cloacina.Failed)).Failed("a").Took(time.Second)
	if returned != 1 {
		t.Errorf("the function has returned %d times", returned)
	}
}

// Tasks that talk to a server cannot be in virtual time.
func TestRealTime(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "served")
	}))
	defer server.Close()
	run := cloacinatest.Run(t, (&Reporter{}).Workflow(), cloacina.Values{"n": 1}, cloacinatest.RealTime(),
		cloacinatest.Fake("fetch", func(ctx context.Context, _ Input) (Fetched, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, http.NoBody)
			if err != nil {
				return Fetched{}, err
			}
			resp, err := server.Client().Do(req)
			if err != nil {
				return Fetched{}, err
			}
			text, err := io.ReadAll(resp.Body)
			return Fetched{Text: string(text)}, errors.Join(err, resp.Body.Close())
		}))
	if text := cloacinatest.Value[string](run, "stored"); text != "<served>" {
		t.Error(text)
	}
}

func TestMain(m *testing.M) {
	if os.Getenv(failVariable) != "" { // tests that leave goroutines behind
		os.Exit(m.Run())
	}
	goleak.VerifyTestMain(m)
}
