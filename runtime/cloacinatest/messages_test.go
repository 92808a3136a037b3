package cloacinatest_test

import (
	"context"
	"errors"
	"flag"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/cloacinatest"
)

var update = flag.Bool("update", false, "rewrite the recorded messages in testdata")

// failVariable makes TestMessages fail in every way that there is.
const failVariable = "CLOACINATEST_FAIL"

// TestMessages holds everything that a failing test prints against what was
// recorded. The failing tests are in a process of their own.
func TestMessages(t *testing.T) {
	if os.Getenv(failVariable) != "" {
		for _, f := range failing {
			t.Run(f.name, f.test)
		}
		return
	}
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestMessages$", "-test.timeout=1m")
	cmd.Env = append(os.Environ(), failVariable+"=1")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("the failing tests: %v", err)
	}
	for _, r := range inexact {
		out = r.pattern.ReplaceAll(out, []byte(r.by))
	}
	file := filepath.Join("testdata", "messages.txt")
	if *update {
		if err := os.WriteFile(file, out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(out)); diff != "" {
		t.Errorf("messages (-want +got); -update records them:\n%s", diff)
	}
}

// inexact is what differs from run to run, or with every line of code.
var inexact = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`\(\d+\.\d+s\)`), "(TIME)"},
	{regexp.MustCompile(`\.go:\d+`), ".go:N"},
	{regexp.MustCompile(`(?m)^coverage: .*\n`), ""},
	{regexp.MustCompile(`init\.func\d+(\.\d+)*`), "FUNC"},
	{regexp.MustCompile(`since \d+ms`), "since N ms"}, // of real time: virtual time is in seconds here
	{regexp.MustCompile(`(?m)^ +poll\.runtime_pollWait[\s\S]*?(\n +cloacinatest_test)`), "                (in the network)$1"},
}

// report runs the sample workflow with these options.
func report(t *testing.T, opts ...cloacinatest.Option) *cloacinatest.Outcomes {
	t.Helper()
	return cloacinatest.Run(t, (&Reporter{}).Workflow(), cloacina.Values{"n": 1}, opts...)
}

func nothing(context.Context) error { return nil }

// failing are tests that fail.
var failing = []struct {
	name string
	test func(t *testing.T)
}{
	{"outcomes", func(t *testing.T) {
		run := report(t, cloacinatest.Fails("fetch", errBusy, 1), cloacinatest.Fails("fetch", errors.New("two\nlines"), 1))
		run.Failed("fetch", "store").Skipped("clean", "").Skipped("cached", `task_failed("fetch") is true`)
		run.Cancelled("check").Attempts("fetch", 1).Attempts("cached", 2)
		run.Delays("fetch", time.Second).Delays("store", time.Second)
		run.Error("fetch", errFinal).Error("fetch", nil).Error("store", errFinal).Took(time.Minute)
		cloacinatest.Value[int](run, "text")
		t.Error("not reached")
	}},
	{"no_value", func(t *testing.T) { cloacinatest.Value[string](report(t), "test") }},
	{"no_such_value", func(t *testing.T) { cloacinatest.Value[string](report(t), "") }},
	{"unknown_task", func(t *testing.T) {
		report(t).Completed("fetsh").Skipped("other", "").Attempts("Store", 1).Delays("").Error("clena", nil)
	}},
	{"unknown_fakes", func(t *testing.T) {
		report(t, cloacinatest.Fake("fetsh", nothing), cloacinatest.Fails("other", errBusy, 1), cloacinatest.Takes("", time.Second))
	}},
	{"other_types", func(t *testing.T) {
		report(t, cloacinatest.Fake("fetch", nothing), cloacinatest.Fake("store", nothing), cloacinatest.Fake("clean", nil),
			cloacinatest.Fake("check", "text"), cloacinatest.Returns("cached", Input{}), cloacinatest.Returns("store", Fetched{}))
	}},
	{"type_of_the_same_name", func(t *testing.T) {
		type Fetched struct{}
		report(t, cloacinatest.Fake("check", func(context.Context, Fetched) error { return nil }))
	}},
	{"senseless_fakes", func(t *testing.T) {
		report(t, cloacinatest.Fake("clean", nothing), cloacinatest.Returns("clean", nil), cloacinatest.Fails("fetch", nil, 1),
			cloacinatest.Fails("fetch", errBusy, 0), cloacinatest.Takes("fetch", -time.Second))
	}},
	{"failed_run", func(t *testing.T) {
		report(t, cloacinatest.AlwaysFails("fetch", errBusy), cloacinatest.Fake("cached", func(context.Context) (Fetched, error) {
			panic("at the disco")
		}))
	}},
	{"completed_run", func(t *testing.T) { report(t, cloacinatest.Ends(cloacina.Failed, cloacina.Cancelled)) }},
	{"run_timeout", func(t *testing.T) {
		w := (&Reporter{}).Workflow()
		w.Plan.Timeout = time.Minute
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		cloacinatest.Run(t, w, cloacina.Values{"n": 1}, cloacinatest.Takes("clean", time.Hour))
	}},
	{"no_start", func(t *testing.T) { cloacinatest.Run(t, (&Reporter{}).Workflow(), cloacina.Values{"m": 1}) }},
	{"typed_no_start", func(t *testing.T) { cloacinatest.RunOf(t, tasks(nothing), Start, Input{}) }},
	{"nil_workflow", func(t *testing.T) { cloacinatest.Run(t, nil, nil) }},
	{"code_and_plan", func(t *testing.T) {
		w := tasks(nothing)
		w.Code[0].Call = nil
		cloacinatest.Run(t, w, nil, cloacinatest.Fake("a", nothing))
		t.Error("not reached")
	}},
	{"no_code", func(t *testing.T) {
		w := tasks(nothing)
		w.Code = nil
		cloacinatest.Run(t, w, nil)
	}},
	{"config", func(t *testing.T) {
		cloacinatest.Run(t, tasks(nothing), nil, cloacinatest.Config(cloacina.Config{MaxConcurrentTasks: -1}))
	}},
	{"waits_for_ever", func(t *testing.T) {
		report(t, cloacinatest.Fake("clean", waitForEver), cloacinatest.Fake("check", func(ctx context.Context, _ Fetched) error {
			<-ctx.Done()
			return context.Cause(ctx)
		}))
	}},
	{"retries_for_ever", func(t *testing.T) {
		report(t, cloacinatest.Takes("clean", time.Hour), cloacinatest.AlwaysFails("fetch", errBusy),
			cloacinatest.Limit(1500*time.Millisecond))
	}},
	{"does_not_return", func(t *testing.T) {
		run := report(t, cloacinatest.Fake("fetch", func(ctx context.Context, _ Input) (Fetched, error) {
			return Fetched{}, waitForEver(ctx)
		}))
		run.Failed("fetch")
	}},
	{"leaves_a_goroutine", func(t *testing.T) {
		report(t, cloacinatest.Fake("clean", func(ctx context.Context) error {
			go func() { _ = waitForEver(ctx) }()
			return nil
		})).Completed("clean")
	}},
	{"leaves_a_goroutine_in_a_callback", func(t *testing.T) {
		w := (&Reporter{}).Workflow()
		w.Code[0].OnSuccess = func(ctx context.Context, _ cloacina.TaskEnd) { _ = waitForEver(ctx) }
		cloacinatest.Run(t, w, cloacina.Values{"n": 1})
	}},
	{"waits_outside", func(t *testing.T) {
		outside := make(chan int)
		report(t, cloacinatest.Patience(time.Second),
			cloacinatest.Fake("clean", func(context.Context) error { <-outside; return nil }))
	}},
	{"waits_for_the_network", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		report(t, cloacinatest.Patience(time.Second),
			cloacinatest.Fake("clean", func(context.Context) error { _, err := l.Accept(); return err }))
	}},
	{"real_time", func(t *testing.T) {
		report(t, cloacinatest.RealTime(), cloacinatest.Limit(time.Second),
			cloacinatest.Takes("fetch", 20*time.Millisecond), cloacinatest.Returns("fetch", Fetched{}),
			cloacinatest.Fake("clean", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }))
	}},
	{"in_a_bubble", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			report(t).Failed("fetch")
			cloacinatest.Run(t, tasks(func(ctx context.Context) error { <-ctx.Done(); return nil }), nil)
		})
	}},
	{"real_time_in_a_bubble", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { report(t, cloacinatest.RealTime()) })
	}},
	{"fails_in_a_task", func(t *testing.T) {
		report(t, cloacinatest.Fake("clean", func(context.Context) error { t.Fatal("clean is called"); return nil }))
	}},
}

// waitForEver waits for itself.
func waitForEver(context.Context) error {
	select {}
}
