package main

import (
	"context"
	"errors"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
)

// generate writes the files of the packages that have no error. The other ones
// are left as they are. Where nothing has changed it only repeats what it said.
func (s *session) generate(ctx context.Context) error {
	if packages, ok := s.recall(); ok {
		return s.finish(packages)
	}
	return s.generateAnew(ctx)
}

// generateAnew is generate without asking whether anything has changed.
func (s *session) generateAnew(ctx context.Context) error {
	packages, err := s.load(ctx)
	if err != nil {
		return err
	}
	verdict := s.finish(packages)
	var troubles []error
	for _, p := range packages {
		for _, o := range p.Outputs {
			if err := s.write(o); err != nil {
				troubles = append(troubles, err)
			}
		}
	}
	if len(troubles) > 0 {
		return errors.Join(troubles...)
	}
	s.remember(packages)
	return verdict
}

// write brings a file to what it should be, and notes that what was loaded rests
// on it as it is now.
func (s *session) write(o load.Output) error {
	if err := write(o); err != nil {
		return err
	}
	switch {
	case o.Content == nil:
		s.rests = nil // on a directory that has changed
	case s.rests != nil:
		s.rests.Wrote(o.Path, o.Content)
	}
	return nil
}
