package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/cache"
	"github.com/fsnotify/fsnotify"
	"github.com/spf13/cobra"
)

const (
	// quiet is how long nothing must change before the work begins: an editor
	// writes a file in several steps.
	quiet = 50 * time.Millisecond
	// patience is how long changes that do not end put the work off.
	patience = time.Second
)

// newWatch returns the command that generates whenever something changes.
func newWatch(opts *options) *cobra.Command {
	return &cobra.Command{
		Use:   "watch [packages]",
		Short: "Generate, and again whenever something changes",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			w := &watch{
				session: func() (*session, error) { return newSession(cmd, opts, args) },
				now:     time.Now,
			}
			return w.run(cmd.Context())
		},
	}
}

// watch generates again and again.
type watch struct {
	// session returns a new session, which sees the files as they are then.
	session func() (*session, error)
	now     func() time.Time
	// round is called after each round, when the next change will be noticed.
	// Defaults to nothing.
	round func()

	notify *fsnotify.Watcher
	// rests is what the last round rests on; nil if that is not known.
	rests *cache.Evidence
}

// run generates until the context ends, which is no error.
func (w *watch) run(ctx context.Context) (err error) {
	if w.notify, err = fsnotify.NewWatcher(); err != nil {
		return fmt.Errorf("watch files: %w", err)
	}
	defer func() { err = errors.Join(err, w.notify.Close()) }()
	cause := "watching"
	for ctx.Err() == nil {
		s, err := w.session()
		if err != nil {
			return err
		}
		if err := w.generate(ctx, s, cause); err != nil {
			return err
		}
		if err := w.follow(s); err != nil {
			return err
		}
		if w.changed() {
			cause = "files changed meanwhile"
			continue
		}
		if w.round != nil {
			w.round()
		}
		cause = w.wait(ctx, s.dir)
	}
	return nil
}

// generate does one round. What is wrong with the packages is printed; an error
// is only what no change of a file can repair.
func (w *watch) generate(ctx context.Context, s *session, cause string) error {
	fmt.Fprintf(s.stderr, "cloacina-gen: %s %s\n", w.now().Format(time.TimeOnly), cause)
	err := s.generateAnew(ctx)
	w.rests = s.rests
	switch {
	case ctx.Err() != nil, err == nil, errors.Is(err, errFindings):
		return nil
	}
	if _, gone := os.Stat(s.dir); gone != nil {
		return fmt.Errorf("the directory that is being watched is gone: %w", gone)
	}
	fmt.Fprintf(s.stderr, "cloacina-gen: %v\n", err)
	return nil
}

// changed reports whether something of what the last round rests on is no longer
// as it was.
func (w *watch) changed() bool { return w.rests != nil && !w.rests.Holds(cache.NewView()) }

// wait returns when something has changed and nothing more does, or when the
// context ends. It returns what has changed first, in words.
func (w *watch) wait(ctx context.Context, dir string) string {
	for {
		first := w.gather(ctx, dir)
		if ctx.Err() != nil || w.rests == nil || w.changed() {
			return first + " changed"
		}
	}
}

// gather waits for a change and for the end of those that follow it. It returns
// the name of what has changed first.
func (w *watch) gather(ctx context.Context, dir string) (first string) {
	var calm, late <-chan time.Time
	note := func(name string) {
		if first == "" {
			first, late = name, time.After(patience)
		}
		calm = time.After(quiet)
	}
	for {
		select {
		case <-ctx.Done():
			return first
		case err := <-w.notify.Errors:
			// What was lost can only be found by looking.
			note(fmt.Sprintf("files that were not seen (%v)", err))
		case e := <-w.notify.Events:
			if relevant(e) {
				note(shortName(dir, e.Name))
			}
		case <-calm:
			return first
		case <-late:
			return first
		}
	}
}

// shortName returns the name of a file as seen from a directory.
func shortName(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}
