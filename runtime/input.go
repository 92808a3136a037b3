package cloacina

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/jsonvalue"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/shape"
)

// writersOf returns the first task that may write a key, by key.
func writersOf(p *plan.Plan) map[string]int {
	writers := map[string]int{}
	for i := range p.Tasks {
		for _, w := range p.Tasks[i].Writes {
			if _, ok := writers[w.Key]; !ok {
				writers[w.Key] = i
			}
		}
	}
	return writers
}

// defaultsOf returns the stored forms of the defaults of a plan's input.
func defaultsOf(p *plan.Plan, lim limits) ([][]byte, error) {
	defaults := make([][]byte, len(p.Input))
	for i, in := range p.Input {
		if in.Default == "" {
			continue
		}
		stored, err := jsonvalue.Canonical([]byte(in.Default), jsonvalue.Limits{Bytes: lim.value, Depth: lim.depth})
		if err == nil {
			err = checkShape(in, stored)
		}
		if err != nil {
			return nil, fmt.Errorf("default of input key %q: %w", in.Name, err)
		}
		defaults[i] = stored
	}
	return defaults, nil
}

// checkInput checks an initial context against what the workflow accepts and
// returns it with the defaults of what is missing, sorted by key. Everything
// that is wrong is reported at once, unstorable values, which are no part of
// what is given, included.
func (w *workflow) checkInput(given []engine.Entry, unstorable []error) ([]engine.Entry, error) {
	p := newProblems(unstorable)
	if w.graph.Plan().InputDeclared {
		given = w.checkDeclared(given, &p)
	} else {
		w.checkUndeclared(given, &p)
	}
	return given, p.join()
}

// checkUndeclared refuses the keys that tasks write.
func (w *workflow) checkUndeclared(given []engine.Entry, p *problems) {
	for _, e := range given {
		if task, ok := w.writers[e.Key]; ok {
			p.add(e.Key, fmt.Errorf(
				"%w %q: task %s writes it; leave it out, or declare the workflow's input with it",
				ErrInputKey, e.Key, w.graph.Plan().Tasks[task].ID))
		}
	}
}

func (w *workflow) checkDeclared(given []engine.Entry, p *problems) []engine.Entry {
	p.declared = w.graph.Plan().Input
	all := make([]engine.Entry, 0, len(p.declared))
	for i, in := range p.declared {
		at, found := slices.BinarySearchFunc(given, in.Name, compareKey)
		switch {
		case p.known(in.Name):
		case found && (!isNull(given[at].Value) || !nullIsMissing(in)):
			if err := checkShape(in, given[at].Value); err != nil {
				p.add(in.Name, err)
			}
			all = append(all, given[at])
		case w.defaults[i] != nil:
			all = append(all, engine.Entry{Key: in.Name, Value: w.defaults[i]})
		case !in.Optional:
			p.add(in.Name, fmt.Errorf("%w %q is missing: it is required (%s)", ErrInputKey, in.Name, in.Shape))
		}
	}
	p.addUnknown(given)
	slices.SortFunc(all, func(a, b engine.Entry) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// nullIsMissing reports whether a null that is given for the key counts as
// nothing given, as a nil pointer does in typed input.
func nullIsMissing(in plan.Input) bool {
	return in.Optional && (in.Default != "" || !shape.Parse(in.Shape).Any())
}

// checkShape checks the stored form of a value against what is declared.
func checkShape(in plan.Input, raw []byte) error {
	if err := shape.Parse(in.Shape).Check(raw); err != nil {
		return inputOwner.wrongShape(in.Name, in.Shape, raw, err)
	}
	return nil
}

func isNull(raw []byte) bool { return string(raw) == "null" }

func compareKey(e engine.Entry, key string) int { return strings.Compare(e.Key, key) }

func listOr(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}
