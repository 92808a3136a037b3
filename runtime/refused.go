package cloacina

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// refusals are the changes that a store refuses although it works: they do not
// fit what it holds of the run, because something else has written to it, or
// what it holds of the run is damaged.
var refusals = []error{store.ErrExists, store.ErrFenced, store.ErrInvalid, store.ErrNotFound, sqlite.ErrDamaged}

func isRefusal(err error) bool {
	return slices.ContainsFunc(refusals, func(kind error) bool { return errors.Is(err, kind) })
}

// refusal is a run whose changes the store has refused.
type refusal struct {
	run *openRun
	err error
}

// persist stores the changes of a round that the store did not take, for the
// reason err. If it has refused one of them, the runs are committed in halves until
// those stand alone whose changes are refused; they are returned. Any other error
// is one of the store as a whole.
func (l *loop) persist(err error) ([]refusal, error) {
	defer func() { l.changes = batch{} }() // what an error refers to is not used again
	if err = l.insist(l.changes.changes, err); isRefusal(err) {
		return l.split(l.changes, err)
	}
	return nil, err
}

// split commits changes that were refused together.
func (l *loop) split(b batch, err error) ([]refusal, error) {
	var runs []*openRun // in the order of their first changes, which is that of their numbers
	seen := map[*openRun]bool{}
	for _, run := range b.runs {
		if !seen[run] {
			seen[run] = true
			runs = append(runs, run)
		}
	}
	switch {
	case len(runs) > 1:
	case runs[0] == nil:
		return nil, fmt.Errorf("%w: %w", ErrStore, err)
	default:
		return []refusal{{runs[0], runs[0].named(err)}}, nil
	}
	first := map[*openRun]bool{}
	for _, run := range runs[:len(runs)/2] {
		first[run] = true
	}
	var refused []refusal
	for _, half := range []bool{true, false} {
		part := b.part(func(run *openRun) bool { return first[run] == half })
		switch err := l.insist(part.changes, l.r.store.Commit(noContext, part.changes)); {
		case isRefusal(err):
			more, err := l.split(part, err)
			if err != nil {
				return nil, err
			}
			refused = append(refused, more...)
		case err != nil:
			return nil, err
		}
	}
	return refused, nil
}

// namedError is the error of a store, which has numbers for a run and its tasks,
// with their ids.
type namedError struct {
	text string
	err  error
}

func (e *namedError) Error() string { return e.text }

// Unwrap returns the error of the store.
func (e *namedError) Unwrap() error { return e.err }

// named is the error of a store about a run with the ids of the run and its tasks.
func (run *openRun) named(err error) error {
	id := fmt.Sprintf("run %q", run.id)
	text := taskIDs(run.plan, errorText(err))
	text = regexp.MustCompile(fmt.Sprintf(`\brun %d\b`, run.num)).ReplaceAllLiteralString(text, id)
	return &namedError{strings.ReplaceAll(text, fmt.Sprintf("%s (%q)", id, run.id), id), err}
}

// taskNumber is how the engine and the stores name a task.
var taskNumber = regexp.MustCompile(`\btask (\d+)\b`)

// taskIDs puts the ids of tasks in the place of their numbers.
func taskIDs(p *plan.Plan, text string) string {
	return taskNumber.ReplaceAllStringFunc(text, func(name string) string {
		i, err := strconv.Atoi(strings.TrimPrefix(name, "task "))
		if err != nil || i >= len(p.Tasks) {
			return name
		}
		return fmt.Sprintf("task %q", p.Tasks[i].ID)
	})
}

// actEarly does what need not wait for the commit.
func (l *loop) actEarly() {
	for i := range l.effects {
		if e := &l.effects[i]; e.early && e.do != nil {
			e.do()
			e.do = nil
		}
	}
}

// act does what was to be done after the commit. The runs that were refused
// are blocked instead.
func (l *loop) act(refused []refusal) {
	effects := l.effects
	l.effects = l.acted // for what the effects bring about
	for i := range effects {
		e := &effects[i]
		r := slices.IndexFunc(refused, func(r refusal) bool { return r.run == e.run })
		switch {
		case r < 0:
			e.carryOut()
		case e.refused != nil:
			e.refused(refused[r].err)
		}
	}
	l.acted = emptied(effects)
	for _, r := range refused {
		l.refuse(r.run, r.err)
	}
}

// refuse blocks a run whose changes were refused: what the loop knows of it is
// not what is stored. What its attempts do has no consequence any more, and
// those that were about to start do not.
func (l *loop) refuse(run *openRun, err error) {
	run.refused = err
	if !errors.Is(err, sqlite.ErrDamaged) {
		run.refused = fmt.Errorf("%w; it goes on from what is stored at the next start of the program", err)
	}
	l.logRun(run, slog.LevelError, "Pipeline blocked", errorAttr(err))
	for _, c := range l.callsOf(run) {
		switch {
		case !c.begun:
			c.stop(ErrBlocked)
			l.giveBack(c)
		case !c.settled:
			l.settle(c, ErrBlocked)
		}
	}
	l.halt(run)
	run.blocked.Store(run.refusedBlockage())
	select {
	case <-run.over: // it was blocked before
	default:
		close(run.over)
	}
}
