package main

import (
	"context"
	"errors"
)

// generate writes the files of the packages that have no error. The other ones
// are left as they are.
func (s *session) generate(ctx context.Context) error {
	packages, err := s.load(ctx)
	if err != nil {
		return err
	}
	verdict := s.finish(packages)
	var troubles []error
	for _, p := range packages {
		for _, o := range p.Outputs {
			if err := write(o); err != nil {
				troubles = append(troubles, err)
			}
		}
	}
	if len(troubles) > 0 {
		return errors.Join(troubles...)
	}
	return verdict
}
