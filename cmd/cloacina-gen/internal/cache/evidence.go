package cache

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// kind says what of a file or directory an answer rests on.
type kind byte

const (
	content  kind = 'c' // all of a file
	heading  kind = 'h' // what the go command reads of a Go file to list it
	names    kind = 'n' // the names in a directory
	others   kind = 'o' // the names but for some, which stand behind the path
	presence kind = 'p' // that a file exists, whatever it holds
)

// subject is one thing that an answer rests on.
type subject struct {
	kind kind
	path string
}

// Evidence is what an answer rests on.
type Evidence struct {
	view *View
	sums map[subject]string
	// written are the files that were written since the View was made.
	written map[string]bool
}

// NewEvidence returns the evidence of an answer that rests on nothing so far. What
// is added to it is as the View has it.
func NewEvidence(v *View) *Evidence {
	return &Evidence{view: v, sums: map[subject]string{}, written: map[string]bool{}}
}

func (e *Evidence) add(k kind, path, sum string) {
	e.sums[subject{k, path}] = sum
}

// File adds the content of a file, or that it does not exist.
func (e *Evidence) File(path string) { e.add(content, path, e.view.sum(path)) }

// Head adds the build constraints, package name and imports of a Go file.
func (e *Evidence) Head(path string) { e.add(heading, path, e.view.headSum(path)) }

// List adds the names in a directory.
func (e *Evidence) List(path string) { e.add(names, path, e.view.listSum(path)) }

// ListOthers adds the names in a directory but for some, which may come and go.
func (e *Evidence) ListOthers(path string, but ...string) {
	key := strings.Join(append([]string{path}, but...), separator)
	e.add(others, key, e.view.listSumWith(path, but...))
}

// separator stands between names that are kept as one.
const separator = "\x00"

// Exists adds that a file exists.
func (e *Evidence) Exists(path string) { e.add(presence, path, "") }

// Wrote replaces what the View has of a file by what was written to it since.
func (e *Evidence) Wrote(path string, text []byte) {
	e.add(content, path, sumOf(text, nil))
	dir, name := filepath.Split(path)
	dir = filepath.Clean(dir)
	if _, ok := e.sums[subject{names, dir}]; ok {
		e.add(names, dir, e.view.listSumWith(dir, name))
	}
	e.written[path] = true
}

// Dirs returns the directories of the evidence in which something may change:
// those that were listed, and those of files that exist. They are sorted.
func (e *Evidence) Dirs() []string {
	found := map[string]bool{}
	for s, sum := range e.sums {
		switch {
		case s.kind == names:
			found[s.path] = true
		case s.kind == others:
			found[strings.Split(s.path, separator)[0]] = true
		case s.kind == content && sum != missing:
			found[filepath.Dir(s.path)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// Holds reports whether everything is as it was.
func (e *Evidence) Holds(v *View) bool {
	subjects := slices.Collect(maps.Keys(e.sums))
	var failed atomic.Bool
	each(len(subjects), func(i int) {
		if s := subjects[i]; !failed.Load() && !s.holds(v, e.sums[s]) {
			failed.Store(true)
		}
	})
	return !failed.Load()
}

func (s subject) holds(v *View, sum string) bool {
	switch s.kind {
	case content:
		return v.sum(s.path) == sum
	case heading:
		return v.headSum(s.path) == sum
	case names:
		return v.listSum(s.path) == sum
	case others:
		list := strings.Split(s.path, separator)
		return v.listSumWith(list[0], list[1:]...) == sum
	case presence:
		info, err := os.Stat(s.path)
		return err == nil && info.Mode().IsRegular()
	}
	return false
}

// clockStep is how far the time of a file may lie behind the time of its
// writing, because file systems use a coarse clock.
const clockStep = 20 * time.Millisecond

// Settled reports whether nothing of the evidence was changed while the View
// was in use, but for what was written by [Evidence.Wrote]. If something was,
// other programs that were asked may have seen another state.
func (e *Evidence) Settled() bool {
	limit := e.view.Begun.Add(-clockStep)
	for s := range e.sums {
		if s.kind != content && s.kind != heading || e.written[s.path] {
			continue
		}
		if info, err := os.Stat(s.path); err == nil && info.ModTime().After(limit) {
			return false
		}
	}
	return true
}

// Append appends the evidence to a text, as [Parse] reads it.
func (e *Evidence) Append(b []byte) []byte {
	subjects := slices.SortedFunc(maps.Keys(e.sums), func(x, y subject) int {
		return strings.Compare(string(x.kind)+x.path, string(y.kind)+y.path)
	})
	b = append(strconv.AppendInt(b, int64(len(subjects)), 10), '\n')
	for _, s := range subjects {
		b = append(b, byte(s.kind), ' ')
		b = append(append(b, e.sums[s]...), ' ')
		b = append(strconv.AppendQuote(b, s.path), '\n')
	}
	return b
}

var errEvidence = errors.New("not a list of evidence")

// Parse reads what [Evidence.Append] wrote, and returns the rest of the text.
// Nothing can be added to the evidence.
func Parse(text []byte) (*Evidence, []byte, error) {
	first, rest, ok := bytes.Cut(text, []byte("\n"))
	n, err := strconv.Atoi(string(first))
	if !ok || err != nil || n < 0 || n > len(rest) {
		return nil, nil, errEvidence
	}
	e := &Evidence{sums: make(map[subject]string, n), written: map[string]bool{}}
	for range n {
		var line []byte
		if line, rest, ok = bytes.Cut(rest, []byte("\n")); !ok {
			return nil, nil, errEvidence
		}
		if err := e.parseLine(string(line)); err != nil {
			return nil, nil, err
		}
	}
	return e, rest, nil
}

func (e *Evidence) parseLine(line string) error {
	k, rest, ok := strings.Cut(line, " ")
	sum, quoted, okSum := strings.Cut(rest, " ")
	path, err := strconv.Unquote(quoted)
	if !ok || !okSum || err != nil || len(k) != 1 {
		return fmt.Errorf("%w: %q", errEvidence, line)
	}
	e.add(kind(k[0]), path, sum)
	return nil
}
