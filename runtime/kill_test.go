package cloacina

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// childVariable makes the test binary a process that is to be killed; its
// value is the path of the store and where the process waits to be killed.
const childVariable = "CLOACINA_TEST_CHILD"

// stuck is a log handler that prints a line when the process comes to a
// message, and lets it go no further.
type stuck struct {
	slog.Handler
	at string
}

func (stuck) Enabled(context.Context, slog.Level) bool { return true }
func (s stuck) WithAttrs([]slog.Attr) slog.Handler     { return s }

func (s stuck) Handle(_ context.Context, r slog.Record) error {
	if r.Message == s.at {
		fmt.Println("here")
		select {}
	}
	return nil
}

// child executes a run until it gets stuck between the commit of the outcome
// and the callback, or in the callback.
func child(path string) error {
	path, at, _ := strings.Cut(path, "|")
	ctx := context.Background()
	r, err := Open(ctx, path, Config{Handler: stuck{at: at}})
	if err != nil {
		return err
	}
	err = r.Register(notifying(func(context.Context, TaskEnd) {
		fmt.Println("here")
		select {}
	}))
	if err == nil {
		_, err = r.Start(ctx, "w", nil, StartOptions{ID: "x"})
	}
	if err != nil {
		return err
	}
	select {}
}

// notifying is a workflow whose only task has a callback.
func notifying(f func(context.Context, TaskEnd)) *Workflow {
	a := plain("a", nothing)
	a.OnSuccess = f
	return flow("w", a)
}

// TestCallbacksOfAKilledProcess kills a process after the outcome was on disk
// and before the callback had returned, and expects it to be called.
func TestCallbacksOfAKilledProcess(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]string{
		"before the call": "Task completed: a (attempt 1)", "during the call": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "runs.db")
			startAndKill(t, path+"|"+at)
			var calls []string
			w := notifying(func(_ context.Context, e TaskEnd) { calls = append(calls, e.Run+" "+e.Task+" "+string(e.State)) })
			for range 2 { // the second time there is nothing left to call
				r, err := Open(t.Context(), path, Config{})
				if err != nil {
					t.Fatal(err)
				}
				if err := r.Register(w); err != nil {
					t.Fatal(err)
				}
				if d, err := r.Run(t.Context(), "x"); err != nil || d.State != Completed {
					t.Errorf("%v, run is %+v", err, d)
				}
				shutdown(t, r)
			}
			if want := []string{"x a completed"}; !slices.Equal(calls, want) {
				t.Errorf("calls are %q, want %q", calls, want)
			}
		})
	}
}

// startAndKill runs a child until it prints a line, and kills it.
func startAndKill(t *testing.T, value string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+value)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if lines := bufio.NewScanner(out); !lines.Scan() || lines.Text() != "here" {
		t.Errorf("child: %q, %v", lines.Text(), lines.Err())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) {
		t.Fatalf("child: %v", err)
	}
}
