package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/report"
)

// workflows loads the packages and returns their workflows, or the one with a
// name, without those of test files. What is said about the source is printed
// only if it keeps the command from its work.
func (s *session) workflows(ctx context.Context, name string) ([]*check.Workflow, error) {
	packages, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	var found []annotations.Finding
	var all []*check.Workflow
	for _, p := range packages {
		found = append(found, p.Findings...)
		if pkg := s.compiler.packages[p.Dir]; pkg != nil {
			all = append(all, pkg.Workflows...)
		}
	}
	if n := report.CountOf(found); n.Errors > 0 || s.werror && n.Warnings > 0 {
		return nil, s.finish(packages)
	}
	if len(all) == 0 {
		return nil, errors.New("there is no workflow; name a package with //cloacina:workflow, or ./... for all below")
	}
	if name == "" {
		return all, nil
	}
	return s.named(all, name)
}

// named returns the workflow with a name. It is an error if none has it, or several.
func (s *session) named(all []*check.Workflow, name string) ([]*check.Workflow, error) {
	var names, places []string
	var found []*check.Workflow
	for _, w := range all {
		names = append(names, w.Plan.Name)
		if w.Plan.Name == name {
			found = append(found, w)
			places = append(places, fmt.Sprintf("%s:%d", s.relative(w.Span.File), w.Span.Start.Line))
		}
	}
	switch {
	case len(found) == 1:
		return found, nil
	case len(found) > 1:
		return nil, fmt.Errorf("several packages have a workflow %q: %s; name one of the packages",
			name, strings.Join(places, ", "))
	}
	if word := annotations.Suggest(name, names); word != "" {
		return nil, fmt.Errorf("there is no workflow %q; did you mean %q?", name, word)
	}
	return nil, fmt.Errorf("there is no workflow %q; there are: %s", name, strings.Join(names, ", "))
}
