package cloacina

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cloacina-go/cloacina/internal/store/memory"
)

// A copy that is made while a run goes on is a store of its own, in which the
// run goes on too.
func TestBackupIsAStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	reached, release := make(chan struct{}, 2), make(chan struct{})
	w := flow("w", dynamic("a", func(_ context.Context, c *Context) error { return c.Set("k", 42) }),
		dynamic("b", func(_ context.Context, c *Context) error {
			reached <- struct{}{}
			<-release
			return c.Set("l", 43)
		}, 0))
	source := place{filepath.Join(dir, "runs.db"), Config{}}
	r := source.open(t, w)
	run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
	if err != nil {
		t.Fatal(err)
	}
	<-reached
	target := filepath.Join(dir, "copy.db")
	if err := r.Backup(t.Context(), "sqlite://"+target); err != nil {
		t.Fatal(err)
	}
	report, err := Verify(t.Context(), target)
	if err != nil || !report.OK() || report.Runs != 1 || report.Tasks != 2 || report.Attempts != 2 {
		t.Errorf("%v\n%v", err, report)
	}
	if err := r.Backup(t.Context(), target); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	copied := place{target, Config{}}.open(t, w)
	<-reached
	close(release)
	for _, runner := range []*Runner{r, copied} {
		result, err := runner.Wait(t.Context(), run.ID())
		if err != nil {
			t.Fatal(err)
		}
		if values, err := result.Values(); err != nil || values["k"] != int64(42) || values["l"] != int64(43) {
			t.Errorf("values are %v: %v", values, err)
		}
		shutdown(t, runner)
	}
}

func TestBackupWithoutAFile(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t)
		for path, want := range map[string]string{
			"copy.db":  "back up to copy.db: the store is kept in memory, there is no file",
			"":         `back up: the path is empty; pass the file that the copy goes to, such as "runs-backup.db"`,
			":memory:": "back up: the store is kept in memory",
		} {
			if err := r.Backup(t.Context(), path); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v", path, err)
			}
		}
		shutdown(t, r)
		if err := r.Backup(t.Context(), "copy.db"); !errors.Is(err, ErrShutdown) {
			t.Errorf("after the shutdown: %v", err)
		}
	})
}

// copying is a store whose copies take for ever.
type copying struct{ kept }

func (copying) Backup(ctx context.Context, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

// The end of the runner, and that of the ctx, end a backup and say so.
func TestBackupEndsWithTheRunner(t *testing.T) {
	t.Parallel()
	s := copying{kept{memory.New()}}
	synctest.Test(t, func(t *testing.T) {
		r := place{":memory:", Config{store: s}}.open(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		failed := make(chan error, 2)
		go func() { failed <- r.Backup(ctx, "one.db") }()
		synctest.Wait()
		cancel(errSource)
		if err := <-failed; !errors.Is(err, errSource) {
			t.Errorf("ctx: %v", err)
		}
		go func() { failed <- r.Backup(t.Context(), "two.db") }()
		synctest.Wait()
		shutdown(t, r)
		if err := <-failed; !errors.Is(err, ErrShutdown) || !strings.HasPrefix(err.Error(), "back up to two.db: ") {
			t.Errorf("shutdown: %v", err)
		}
	})
}
