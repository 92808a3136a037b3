package cloacina

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
)

// The log of a run reads like the output that the tutorial prints.
func TestLogReadsLikeTheTutorial(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		log := &logs{}
		p.cfg.Handler = log
		r := p.open(t, tutorial(nil, nil))
		if _, err := r.Execute(t.Context(), "resilient", nil); err != nil {
			t.Error(err)
		}
		shutdown(t, r)
		want := `INFO  cloacina::database > Database opened
INFO  cloacina::scheduler > Starting recovery check for orphaned tasks
INFO  cloacina::scheduler > No orphaned tasks found
INFO  cloacina::executor > Starting scheduler and executor background services
INFO  cloacina::scheduler > Task ready: fetch_data (dependencies satisfied, trigger rules passed)
INFO  cloacina::executor > Task completed: fetch_data (attempt 1)
INFO  cloacina::scheduler > Task skipped: cached_data (dependencies satisfied, trigger rules failed)
INFO  cloacina::scheduler > Task ready: process_data (dependencies satisfied, trigger rules passed)
INFO  cloacina::scheduler > Task skipped: notification (dependencies satisfied, trigger rules failed)
INFO  cloacina::executor > Task completed: process_data (attempt 1)
INFO  cloacina::scheduler > Task ready: high_quality (dependencies satisfied, trigger rules passed)
INFO  cloacina::scheduler > Task skipped: low_quality (dependencies satisfied, trigger rules failed)
INFO  cloacina::executor > Task completed: high_quality (attempt 1)
INFO  cloacina::scheduler > Task ready: report (dependencies satisfied, trigger rules passed)
INFO  cloacina::executor > Task completed: report (attempt 1)
INFO  cloacina::scheduler > Pipeline completed (4 completed, 0 failed, 3 skipped)
INFO  cloacina::executor > Shutting down
`
		if diff := cmp.Diff(want, log.String()); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

func TestLogOfRetriesAndFailures(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		log := &logs{}
		p.cfg.Handler = log
		r := p.open(t, tutorial(errSource, errSource))
		_, err := r.Execute(t.Context(), "resilient", nil)
		if !errors.Is(err, errSource) {
			t.Errorf("error is %v", err)
		}
		shutdown(t, r)
		log.has(t,
			"WARN  cloacina::executor > Task will be retried: fetch_data (attempt 1 failed, next attempt in 1s)",
			"WARN  cloacina::executor > Task will be retried: fetch_data (attempt 2 failed, next attempt in 1s)",
			"WARN  cloacina::executor > Task failed: fetch_data (attempt 3, no retry, may fail)",
			"INFO  cloacina::scheduler > Task ready: cached_data (dependencies satisfied, trigger rules passed)",
			"ERROR cloacina::executor > Task failed: cached_data (attempt 1, no retry)",
			"ERROR cloacina::scheduler > Pipeline failed (1 completed, 2 failed, 4 skipped)")
	})
}

// What users wrote stands in fields, where every handler quotes it.
func TestUserTextStaysInFields(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		var buf bytes.Buffer
		p.cfg.Logger = zerolog.New(&buf)
		const evil = "\x1b[31mred\nINFO forged"
		r := p.open(t, flow("evil "+evil, plain("a", failing(errors.New(evil)))))
		if _, err := r.Execute(t.Context(), "evil "+evil, nil); err == nil {
			t.Error("no error")
		}
		shutdown(t, r)
		found := false
		for line := range strings.Lines(buf.String()) {
			var fields map[string]any
			if err := json.Unmarshal([]byte(line), &fields); err != nil {
				t.Fatalf("line %q: %v", line, err)
			}
			if strings.Contains(fields["message"].(string), "red") {
				t.Errorf("message has user text: %s", line)
			}
			found = found || fields[fieldError] == evil && fields[fieldWorkflow] == "evil "+evil &&
				fields[fieldTask] == "a" && fields[fieldAttempt] == 1.0 && fields[fieldRun] != ""
		}
		if !found {
			t.Errorf("no line has the error with all its fields:\n%s", buf.String())
		}
	})
}

func TestLogIsSilentByDefault(t *testing.T) {
	t.Parallel()
	if log := newLogger(Config{}); log.Enabled(t.Context(), slog.LevelError) {
		t.Error("the zero config logs")
	}
}

func TestSkipReasonIsLogged(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		var buf bytes.Buffer
		p.cfg.Handler = slog.NewTextHandler(&buf, nil)
		r := p.open(t, tutorial(nil, nil))
		_, err := r.Execute(t.Context(), "resilient", nil)
		shutdown(t, r)
		want := `reason="trigger rule not satisfied: context_value(\"score\", less_than, 81) is false"`
		if err != nil || !strings.Contains(buf.String(), want) {
			t.Errorf("%v: log lacks %s:\n%s", err, want, buf.String())
		}
	})
}

// A task without a rule that runs although something before it did not
// complete says so: rules that passed are something else.
func TestLogOfReadyTasks(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		log := &logs{}
		p.cfg.Handler = log
		never := func(*View) (bool, Leaves) { return false, Leaves{} }
		always := func(*View) (bool, Leaves) { return true, LeavesOf(true) }
		r := p.open(t, flow("w",
			plain("good", nothing), plain("collect", failing(errSource)),
			plain("cached", nothing, 0).when(TaskFailed(0), never),
			plain("store", nothing, 1), plain("store_all", nothing, 0, 1, 2), plain("plain", nothing, 0),
			plain("ruled", nothing, 1).when(TaskFailed(1), always),
			plain("many", nothing, 3), plain("f1", failing(errSource)), plain("f2", failing(errSource)),
			plain("f3", failing(errSource)), plain("all", nothing, 1, 8, 9, 10)))
		if _, err := r.Execute(t.Context(), "w", nil); !errors.Is(err, errSource) {
			t.Error(err)
		}
		shutdown(t, r)
		const passed = " (dependencies satisfied, trigger rules passed)"
		log.has(t,
			"Task ready: good"+passed, "Task ready: plain"+passed, "Task ready: ruled"+passed, "Task ready: many"+passed,
			"Task ready: store (no trigger rule; collect failed)",
			"Task ready: store_all (no trigger rule; collect failed, cached skipped)",
			"Task ready: all (no trigger rule; collect failed, f1 failed, f2 failed and 1 more)")
	})
}

// Durations have a unit, whatever the handler makes of numbers.
func TestLoggedDurationsHaveAUnit(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		var buf bytes.Buffer
		p.cfg.Logger = zerolog.New(&buf)
		release := make(chan struct{})
		defer close(release)
		r := p.open(t, flow("w",
			plain("a", failing(errSource)).retries(1, 1077*time.Millisecond),
			plain("deaf", func(context.Context) error { <-release; return nil }).timeout(time.Minute)))
		if _, err := r.Execute(t.Context(), "w", nil); err == nil {
			t.Error("no error")
		}
		shutdown(t, r)
		for _, want := range []string{`"delay":"1.077s"`, `"after":"30s"`} {
			if !strings.Contains(buf.String(), want) {
				t.Errorf("log lacks %s:\n%s", want, buf.String())
			}
		}
	})
}

// The last line of a run says why it did not get to its end, and is no error if
// somebody wanted that. Nor is the failure of a task that may fail.
func TestLogSaysWhyARunEnded(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		log := &logs{}
		p.cfg.Handler = log
		slow := flow("slow", plain("a", forever))
		slow.Plan.Timeout = time.Minute
		slow.Plan.Fingerprint = slow.Plan.ComputeFingerprint()
		may := plain("may", failing(errSource))
		may.AllowFailure = true
		r := p.open(t, slow, flow("long", plain("a", forever)), flow("may", may))
		for id, workflow := range map[string]string{"x": "slow", "y": "long", "z": "may"} {
			if _, err := r.Start(t.Context(), workflow, nil, StartOptions{ID: id}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrRunTimeout) {
			t.Error(err)
		}
		if err := r.Cancel(t.Context(), "y"); err != nil {
			t.Error(err)
		}
		if _, err := r.Wait(t.Context(), "z"); err != nil {
			t.Error(err)
		}
		shutdown(t, r)
		log.hasFields(t,
			"ERROR Pipeline failed (0 completed, 0 failed, 0 skipped, 1 cancelled) run=x workflow=slow "+
				"error=run timed out after 1m0s (timeout of the workflow)",
			"WARN Pipeline cancelled (0 completed, 0 failed, 0 skipped, 1 cancelled) run=y workflow=long "+
				"reason=cancelled with Runner.Cancel",
			"WARN Task failed: may (attempt 1, no retry, may fail) run=z workflow=may task=may error="+errSource.Error()+" attempt=1",
			"INFO Pipeline completed (0 completed, 1 failed, 0 skipped) run=z workflow=may")
	})
}
