package cloacina

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store"
)

func TestOpenTellsPathsApart(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"":                   `open store: the path is empty; pass a file such as "runs.db", or ":memory:" in a test`,
		"sqlite://":          `open store: the path is empty; pass a file such as "runs.db", or ":memory:" in a test`,
		"postgres://host/db": `open store "postgres://host/db": unknown kind of store; want :memory:, a file or sqlite://FILE`,
		"sqlite3://x.db":     "unknown kind of store",
	} {
		if _, err := Open(t.Context(), path, Config{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", path, err)
		}
	}
	for _, path := range []string{":memory:", "sqlite://:memory:"} {
		r, err := Open(t.Context(), path, Config{})
		if err != nil {
			t.Fatal(err)
		}
		shutdown(t, r)
	}
	file := filepath.Join(t.TempDir(), "x.db")
	for _, path := range []string{file, "sqlite://" + file} {
		r, err := Open(t.Context(), path, Config{Durability: Relaxed})
		if err != nil {
			t.Fatal(err)
		}
		shutdown(t, r)
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
}

func TestOpenWithAnEndedCtx(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	file := filepath.Join(t.TempDir(), "x.db")
	if _, err := Open(ctx, file, Config{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	r, err := Open(t.Context(), file, Config{}) // the first one left nothing locked
	if err != nil {
		t.Fatal(err)
	}
	shutdown(t, r)
}

// unreadable is a store that fails when it is read.
type unreadable struct {
	store.Store
	num, runs, callbacks error
	closed               *int
}

func (u unreadable) LastNum(ctx context.Context) (int64, error) {
	if u.num != nil {
		return 0, u.num
	}
	return u.Store.LastNum(ctx)
}

func (u unreadable) OpenRuns(ctx context.Context) iter.Seq2[*store.OpenRun, error] {
	if u.runs != nil {
		return func(yield func(*store.OpenRun, error) bool) { yield(nil, u.runs) }
	}
	return u.Store.OpenRuns(ctx)
}

func (u unreadable) Callbacks(ctx context.Context) ([]store.Callback, error) {
	if u.callbacks != nil {
		return nil, u.callbacks
	}
	return u.Store.Callbacks(ctx)
}

func (u unreadable) Close() error {
	*u.closed++
	return nil
}

// An Open that fails says why and leaves nothing open.
func TestOpenReportsWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		closed := 0
		s := unreadable{Store: p.cfg.store, closed: &closed}
		num, runs, callbacks := s, s, s
		num.num, runs.runs, callbacks.callbacks = errCrash, errCrash, errCrash
		for what, s := range map[string]store.Store{"number": num, "runs": runs, "callbacks": callbacks} {
			if _, err := Open(t.Context(), "x.db", Config{store: s}); !errors.Is(err, errCrash) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if closed != 3 {
			t.Errorf("%d of 3 stores were closed", closed)
		}
	})
}

func TestVersionOfABuild(t *testing.T) {
	t.Parallel()
	revision, dirty := debug.BuildSetting{Key: "vcs.revision", Value: "3fec402"}, debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	for want, info := range map[string]debug.BuildInfo{
		"v1.2.3":                {Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{revision}},
		"(devel)":               {Main: debug.Module{Version: "(devel)"}, Settings: []debug.BuildSetting{dirty}},
		"(devel) 3fec402":       {Main: debug.Module{Version: "(devel)"}, Settings: []debug.BuildSetting{revision}},
		"(devel) 3fec402+dirty": {Settings: []debug.BuildSetting{dirty, revision}},
	} {
		if got := versionOf(&info); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := buildVersion(); !strings.HasPrefix(got, "(devel)") {
		t.Errorf("a test is %q", got)
	}
}
