package main

import (
	"bytes"
	"encoding/gob"
	"os"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/cache"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
)

// newMemory returns what a run of the tool remembers with; nil if it shall not.
func newMemory(opts *options) *cache.Memory {
	if opts.noCache {
		return nil
	}
	return cache.NewMemory(cache.UserDir(), os.Environ())
}

// question is under what the findings of a session are remembered. It does not
// contain the command: generate and check find the same in a tree in which all
// generated files are as they should be, and only then anything is remembered.
func (s *session) question() []string {
	return slices.Concat([]string{"findings", s.dir}, s.patterns)
}

// recall returns the findings of an earlier session over the same packages, if
// nothing has changed since, in them or in their generated files.
func (s *session) recall() ([]*load.Package, bool) {
	text, ok := s.memory.Recall(s.question()...)
	if !ok {
		return nil, false
	}
	var findings []annotations.Finding
	if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&findings); err != nil {
		return nil, false
	}
	return []*load.Package{{Findings: findings}}, true
}

// remember keeps the findings for the next session, if none is an error and
// all generated files are now as they should be.
func (s *session) remember(packages []*load.Package) {
	if s.memory == nil || s.rests == nil || len(packages) == 0 {
		return
	}
	findings := []annotations.Finding{}
	for _, p := range packages {
		if p.Failed() {
			return
		}
		findings = append(findings, p.Findings...)
	}
	var text bytes.Buffer
	if err := gob.NewEncoder(&text).Encode(findings); err == nil {
		s.memory.Remember(s.rests, text.Bytes(), s.question()...)
	}
}
