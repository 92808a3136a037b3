package body

import "slices"

// summary is what a call of a function does.
type summary struct {
	// exits are the ways in which it can end; none if it never comes back.
	exits []ending
	// uses are all reads and writes, and used are the same; seen are those reads
	// that may find what was there before the call.
	uses []*use
	used map[*use]bool
	seen map[*use]bool
	// own are the reads that may find what the call itself has written.
	own map[*use]bool
	// loose are uses that may happen at any time and any number of times: in
	// deferred calls, goroutines and functions within.
	loose []*use
	open  []openAt
	// readsAny says that all keys are listed.
	readsAny bool
	// lowest is the outermost call being followed that it depends on, by depth.
	lowest int
}

// use takes in reads and writes, each once.
func (s *summary) use(list ...*use) {
	for _, u := range list {
		if !s.used[u] {
			s.used[u] = true
			s.uses = append(s.uses, u)
		}
	}
}

// ending is a way in which a function ends.
type ending struct {
	keys []keyState
	err  nilness
}

// tidy takes out repetitions.
func (s *summary) tidy() {
	s.loose, s.open = once(s.loose), once(s.open)
}

func once[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	return slices.DeleteFunc(list, func(v T) bool {
		again := seen[v]
		seen[v] = true
		return again
	})
}

// fewExits keeps the ends apart that differ in their error, and others only if
// there are few.
func fewExits(exits []ending) []ending {
	var out []ending
	for _, err := range []nilness{noErr, perhapsErr, someErr} {
		var worlds []world
		for _, e := range exits {
			if e.err == err {
				worlds = append(worlds, world{keys: e.keys})
			}
		}
		for _, w := range few(worlds) {
			out = append(out, ending{w.keys, err})
		}
	}
	return slices.Clip(out)
}
