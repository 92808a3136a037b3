package cloacina

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is wrong with a file can be told from the error, whoever finds it, and the
// text says it once, with the file and with what helps.
func TestErrorsOfFilesCanBeTold(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		make   func(t *testing.T, path string)
		kind   error
		remedy string
	}{
		"text": {func(t *testing.T, path string) {
			t.Helper()
			fill(t, path, strings.Repeat("no database ", 1000))
		}, ErrNotDatabase, "give another path or move the file away"},
		"another program": {func(t *testing.T, path string) {
			t.Helper()
			empty(t, path)
			tamper(t, path, "PRAGMA application_id = 4711; UPDATE run SET id = 'y'")
		}, ErrForeignDatabase, "give another path"},
		"newer": {func(t *testing.T, path string) {
			t.Helper()
			empty(t, path)
			tamper(t, path, "PRAGMA user_version = 4711; UPDATE run SET id = 'y'")
		}, ErrNewerDatabase, "update this program"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "runs.db")
			test.make(t, path)
			_, open := Open(t.Context(), path, Config{})
			_, verify := Verify(t.Context(), path)
			for what, err := range map[string]error{"open": open, "verify": verify} {
				if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.remedy) ||
					strings.Count(err.Error(), path) != 1 {
					t.Errorf("%s: %v", what, err)
				}
			}
			if want := `open store "` + path + `": ` + test.kind.Error(); open == nil || !strings.HasPrefix(open.Error(), want) {
				t.Errorf("got %v\nwant %s...", open, want)
			}
		})
	}
}

// empty makes a store with one run that has ended.
func empty(t *testing.T, path string) {
	t.Helper()
	r := place{path: path}.open(t, flow("w", plain("a", nothing)))
	if _, err := r.Execute(t.Context(), "w", nil); err != nil {
		t.Fatal(err)
	}
	shutdown(t, r)
}

func fill(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A run whose rows are not what was written, and one whose rows are gone, are
// damaged to those who ask.
func TestDamagedRunsCanBeTold(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"changed": "UPDATE step SET started = started + 1 WHERE id = (SELECT min(id) FROM step)",
		"gone":    "DELETE FROM step",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := place{path: filepath.Join(t.TempDir(), "runs.db")}
			reached := make(chan struct{})
			w := flow("w", plain("a", func(ctx context.Context) error { close(reached); return forever(ctx) }))
			r := p.open(t, w)
			if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
				t.Fatal(err)
			}
			<-reached
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := r.Shutdown(ctx); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			tamper(t, p.path, statement)
			r = p.open(t, w)
			defer shutdown(t, r)
			if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrDamaged) || !errors.Is(err, ErrBlocked) ||
				!strings.Contains(err.Error(), "cloacina.Verify") || !strings.Contains(err.Error(), "backup") {
				t.Errorf("wait: %v", err)
			}
		})
	}
}
