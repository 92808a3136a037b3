package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/cloacina-go/cloacina/internal/terminal"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

var update = flag.Bool("update", false, "rewrite the recorded outputs")

// recorded compares got with a file in testdata. Escapes are written as text.
func recorded(t *testing.T, name, got string) {
	t.Helper()
	got = strings.ReplaceAll(got, "\x1b", "␛")
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; record it with: make golden", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("output differs from %s (-want +got); if it should: make golden\n%s", path, diff)
	}
}

var lines = Options{Format: Lines, Color: Never, NoTime: true}

// slogOf is the logger that the runtime makes of one of ours.
func slogOf(log zerolog.Logger) *slog.Logger { return slog.New(zerolog.NewSlogHandler(log)) }

// A run with everything in it, as a person sees it.
func TestARun(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"run.txt":       lines,
		"run_color.txt": {Format: Lines, Color: Always, NoTime: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				r, err := cloacina.Open(t.Context(), ":memory:", cloacina.Config{Logger: NewWith(&out, o)})
				if err != nil {
					t.Fatal(err)
				}
				if err := r.Register(eventful()); err != nil {
					t.Fatal(err)
				}
				run, err := r.Start(t.Context(), "orders", nil, cloacina.StartOptions{ID: "0190d6f0-0000-7000-8000-00000000beef"})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := run.Wait(t.Context()); err == nil {
					t.Error("the run has not failed")
				}
				if err := r.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
				recorded(t, name, out.String())
			})
		})
	}
}

// eventful is a workflow whose tasks are retried, skipped, fail, panic and log.
func eventful() *cloacina.Workflow {
	task := func(id string, f func(ctx context.Context) error, deps ...int) (cloacina.PlanTask, cloacina.TaskCode) {
		return cloacina.PlanTask{ID: id, DependsOn: deps}, cloacina.TaskCode{Call: cloacina.CallPlain(f)}
	}
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: "orders"}}
	add := func(p cloacina.PlanTask, c cloacina.TaskCode) {
		w.Plan.Tasks, w.Code = append(w.Plan.Tasks, p), append(w.Code, c)
	}
	flaky, code := task("fetch", func(ctx context.Context) error {
		info := cloacina.TaskFrom(ctx)
		info.Logger.Info("asking", "url", "https://example.com/a b", "cached", false)
		if info.Attempt == 1 {
			return errors.New("connection refused")
		}
		return nil
	})
	flaky.Retry = cloacina.Retry{Attempts: 1, Delay: time.Second, MaxDelay: time.Second}
	add(flaky, code)
	skipped, code := task("cached", func(context.Context) error { return nil }, 0)
	skipped.Rule = cloacina.Rule{Text: `task_failed("fetch")`, Tree: cloacina.TaskFailed(0)}
	code.When = func(v *cloacina.View) (bool, cloacina.Leaves) { return v.Failed(0), cloacina.LeavesOf(v.Failed(0)) }
	add(skipped, code)
	add(task("check_everything_twice", func(context.Context) error {
		return errors.Join(errors.New("first"), errors.New("second \x1b[31mred"))
	}, 1))
	add(task("report", func(context.Context) error { return nil }, 2))
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}

// Elsewhere than on a terminal there is JSON, with the time.
func TestNoTerminal(t *testing.T) {
	t.Setenv("FORCE_COLOR", "1")
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var buf bytes.Buffer
	log, logBuf := New(file), New(&buf)
	log.Warn().Str("error", "a\x1b").Msg("hello")
	logBuf.Warn().Str("error", "a\x1b").Msg("hello")
	b, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{string(b), buf.String()} {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		_, err := time.Parse(time.RFC3339, fields["time"].(string))
		if err != nil || fields["level"] != "warn" || fields["message"] != "hello" || strings.Contains(line, "\x1b") {
			t.Errorf("%v: %s", err, line)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("TERM", "xterm")
	for _, test := range []struct {
		no, force string
		color     Color
		want      bool
	}{
		{want: false}, {force: "1", want: true}, {force: "1", no: "1"}, {no: "1", color: Always, want: true},
		{force: "1", color: Never},
	} {
		t.Setenv("NO_COLOR", test.no)
		t.Setenv("FORCE_COLOR", test.force)
		var buf bytes.Buffer
		log := NewWith(&buf, Options{Format: Lines, Color: test.color})
		log.Info().Msg("hello")
		if got := strings.Contains(buf.String(), "\x1b["); got != test.want {
			t.Errorf("%+v: colours: %v: %q", test, got, buf.String())
		}
	}
}

func TestTimeOfLines(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	log := NewWith(&buf, Options{Format: Lines, Color: Never, Name: "program"})
	log.Info().Timestamp().Msg("hello")
	if want := regexp.MustCompile(`^\d\d:\d\d:\d\d INFO  program   hello\n$`); !want.MatchString(buf.String()) {
		t.Errorf("got %q", buf.String())
	}
}

// No part of a record reaches a terminal raw, or looks like another line.
func TestHostileText(t *testing.T) {
	t.Parallel()
	const evil = "\x1b]0;title\a\x1b[2J\nERROR forged\r\u009b31m \u202egnp \xff\x7f"
	var buf bytes.Buffer
	log := NewWith(&buf, Options{Format: Lines, Color: Never, NoTime: true, Name: evil})
	log.Info().Msg(evil)
	log.Info().Str("component", evil).Msg("component")
	log.Info().Str("component", "cloacina::"+evil).Str("task", evil).Msg("Task completed: " + evil)
	log.Info().Str("task", evil).Str(evil, "name").Str("value", evil).Msg("")
	log.Info().Any("object", map[string]any{evil: []string{evil}}).Msg("nested")
	log.Error().Err(errors.New(evil)).Str("stack", evil).Str("run", evil[:36]).Msg("several lines")
	if _, err := log.Write([]byte(evil)); err != nil {
		t.Error(err)
	}
	for line := range strings.Lines(buf.String()) {
		if text := strings.TrimSuffix(line, "\n"); !terminal.Printable(text) {
			t.Errorf("%q reaches the terminal", text)
		}
		if strings.HasPrefix(line, "ERROR forged") {
			t.Errorf("a forged line: %q", line)
		}
	}
	recorded(t, "hostile.txt", buf.String())
}

// The columns of the parts grow with what comes, and levels have theirs.
func TestColumnsAndFields(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	log := NewWith(&buf, lines).Level(zerolog.TraceLevel)
	log.Trace().Msg("no part")
	log.Debug().Str("task", "a").Int("attempt", 1).Msg("of a task")
	log.Info().Str("task", "longer_name_of_a_task").Int("attempt", 2).Str("run", "42").Msg("in its second attempt")
	log.Warn().Str("task", "a").Float64("n", 1.5).Bool("b", true).Any("none", nil).Ints("list", []int{1, 2}).Msg("typed")
	log.Error().Str("component", "mine").Str("task", "a").Str("workflow", "w").Msg("a component of one's own")
	log.WithLevel(zerolog.FatalLevel).Msg("fatal")
	log.WithLevel(zerolog.PanicLevel).Msg("panic")
	log.Log().Str("empty", "").Str("quote", `"`).Str("eq", "a=b").Str("path", `a\b`).Msg("no level")
	log.Warn().Str("run", "0190d6f0-0000-7000-8000-00000000beef").Str("workflow", "w").Msg("asks somebody to act")
	log.Info().Str("run", "0190d6f0-0000-7000-8000-00000000beef").Str("workflow", "w").Msg("does not")
	log.Info().Str("multi", "one\n\n\ttwo\r\n").Str("after", "x").Msg("several lines")
	log.Info().Str("component", strings.Repeat("c", 30)).Msg("too long for a column")
	recorded(t, "fields.txt", buf.String())
}

// brokenWriter is a terminal that was closed.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestBrokenWriter(t *testing.T) {
	t.Parallel()
	w := &lineWriter{w: brokenWriter{}}
	if _, err := w.Write([]byte(`{"message":"x"}`)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// Records of many goroutines are whole lines.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	var out countingWriter
	log := NewWith(&out, lines)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				log.Info().Str("task", "t").Msg("hello")
			}
		})
	}
	wg.Wait()
	if out.writes != 800 {
		t.Errorf("%d writes", out.writes)
	}
}

// countingWriter counts whole lines; it relies on the logger for its safety.
type countingWriter struct{ writes int }

func (w *countingWriter) Write(p []byte) (int, error) {
	if string(p) == "INFO  t         hello\n" {
		w.writes++
	}
	return len(p), nil
}
