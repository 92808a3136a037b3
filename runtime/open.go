package cloacina

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// Open opens the store at path and returns a runner on it. The path is that of
// a SQLite database, which is created if there is none, with or without the
// prefix "sqlite://"; or ":memory:", which keeps nothing beyond the runner and
// is meant for tests. The store has one owner: a second Open of the same file
// fails with [ErrOwned]. A file that cannot be used is [ErrNotDatabase] or one of
// its neighbours.
//
// Open reads the runs that have not ended. They go on once [Runner.Register]
// brings their workflows. A run whose rows are damaged is blocked and does not
// concern the others. The ctx bounds the opening only.
func Open(ctx context.Context, path string, cfg Config) (*Runner, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open store %q: %w", path, err)
	}
	s, err := openStore(ctx, path, cfg)
	if err != nil {
		return nil, err
	}
	r := newRunner(cfg, s)
	l := newLoop(r)
	if err := l.load(ctx); err != nil {
		_ = s.Close() // the reason why it cannot be used says more, also which store it is
		return nil, err
	}
	r.log.LogAttrs(ctx, slog.LevelInfo, "Starting scheduler and executor background services",
		slog.String(fieldComponent, componentExecutor))
	go l.keep()
	return r, nil
}

func openStore(ctx context.Context, path string, cfg Config) (store.Store, error) {
	file, isURL := strings.CutPrefix(path, "sqlite://")
	switch {
	case cfg.store != nil:
		return cfg.store, nil
	case file == ":memory:":
		return memory.New(), nil
	case file == "":
		return nil, errors.New(`open store: the path is empty; pass a file such as "runs.db", or ":memory:" in a test`)
	case !isURL && strings.Contains(path, "://"):
		return nil, fmt.Errorf("open store %q: unknown kind of store; want :memory:, a file or sqlite://FILE", path)
	}
	return sqlite.Open(ctx, file, sqlite.Config{Relaxed: cfg.Durability == Relaxed})
}

func newRunner(cfg Config, s store.Store) *Runner {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	callbacks, stop := context.WithCancel(context.Background())
	w := &crew{}
	lim := cfg.limits()
	return &Runner{
		callbacks: callbacks, stopCallbacks: stop,
		cfg: cfg, lim: &lim, log: newLogger(cfg), host: host, build: buildVersion(),
		store: s, queue: newQueue(w), crew: w, workflows: map[string]*workflow{},
		impatient: make(chan struct{}), done: make(chan struct{}), closed: make(chan struct{}),
	}
}

// unversioned is what a build is called that has no version.
const unversioned = "(devel)"

// buildVersion is the version of the program.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unversioned
	}
	return versionOf(info)
}

// versionOf is the version of the main module, else "(devel)" and what is known
// of the repository. A test and a program run by go run have neither.
func versionOf(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != unversioned {
		return v
	}
	revision, modified := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = " " + s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "+dirty"
		}
	}
	if revision == "" {
		return unversioned
	}
	return unversioned + revision + modified
}

func newLoop(r *Runner) *loop {
	l := &loop{
		r: r, clock: clock{wall: r.cfg.clock}, workflows: map[string]*workflow{},
		gathering: gathering{yield: runtime.Gosched}, alarm: time.NewTimer(0),
	}
	r.crew.spawn = func() { go r.crew.work(l) }
	return l
}

// load reads what the store holds of unfinished runs. Nothing starts before
// their workflows are registered.
func (l *loop) load(ctx context.Context) error {
	log := func(component, message string) {
		l.r.log.LogAttrs(ctx, slog.LevelInfo, message, slog.String(fieldComponent, component))
	}
	log(componentDatabase, "Database opened")
	l.heed()
	log(componentScheduler, "Starting recovery check for orphaned tasks")
	var err error
	if l.lastNum, err = l.r.store.LastNum(ctx); err != nil {
		return err
	}
	if l.uncalled, err = l.r.store.Callbacks(ctx); err != nil {
		return err
	}
	f, err := l.loadRuns(ctx)
	if err != nil {
		return err
	}
	log(componentScheduler, f.String())
	l.watchDormant()
	if n := len(l.uncalled); n > 0 {
		log(componentScheduler, fmt.Sprintf("Found %s, to be called again when their workflow is registered",
			plural(n, "callback")))
	}
	return nil
}

// loadRuns reads the open runs.
func (l *loop) loadRuns(ctx context.Context) (f found, err error) {
	for o, err := range l.r.store.OpenRuns(ctx) {
		if err != nil {
			return f, err
		}
		run := reopened(o)
		switch {
		case run.refused != nil:
			f.blocked++
			l.r.log.LogAttrs(ctx, slog.LevelError, "Pipeline blocked", slog.String(fieldComponent, componentScheduler),
				slog.String(fieldRun, run.id), slog.String(fieldWorkflow, run.workflow), errorAttr(run.refused))
		case run.cause == 0:
			f.open++
			f.orphans += running(run.state)
			l.dormant = append(l.dormant, run)
		default:
			f.blocked++
			if run.cause == store.BlockedByPlan { // another plan may fit
				l.dormant = append(l.dormant, run)
			}
		}
		l.r.live.add(run)
	}
	return f, nil
}

// found counts what was found of earlier processes: runs that go on, tasks in
// them that were running, and blocked runs.
type found struct{ open, orphans, blocked int }

// String says it in words.
func (f found) String() string {
	text := "No orphaned tasks found"
	switch {
	case f.orphans > 0:
		text = fmt.Sprintf("Found %s (%s, which will run again)",
			plural(f.open, "open run"), plural(f.orphans, "orphaned task"))
	case f.open > 0:
		text = fmt.Sprintf("Found %s (no task was running)", plural(f.open, "open run"))
	}
	if f.blocked > 0 {
		text += ", and " + plural(f.blocked, "blocked run")
	}
	return text
}

// running counts the tasks that were running when the process ended.
func running(state *engine.Run) int {
	n := 0
	for i := range state.Tasks {
		if state.Tasks[i].Status == engine.TaskRunning {
			n++
		}
	}
	return n
}
