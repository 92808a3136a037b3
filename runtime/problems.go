package cloacina

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// problems are what is wrong with an initial context, by key: one error each.
type problems struct {
	byKey map[string]error // nil until there is one
	// others are errors about no single key.
	others []error
	// declared are the declared keys, which come first in their order; the other keys
	// follow in their alphabetical order.
	declared []plan.Input
}

// newProblems are those that came up when the values were encoded.
func newProblems(errs []error) (p problems) {
	for _, err := range errs {
		if key, ok := errors.AsType[*KeyError](err); ok {
			p.add(key.Key, err)
		} else {
			p.others = append(p.others, err)
		}
	}
	return p
}

func (p *problems) known(key string) bool { return p.byKey[key] != nil }

// add records a problem with a key that has none yet.
func (p *problems) add(key string, err error) {
	if !p.known(key) {
		p.replace(key, err)
	}
}

// replace records a problem that makes the one known of the key irrelevant.
func (p *problems) replace(key string, err error) {
	if p.byKey == nil {
		p.byKey = map[string]error{}
	}
	p.byKey[key] = err
}

// addUnknown records which of the given keys, and of those that have a problem,
// are not declared.
func (p *problems) addUnknown(given []engine.Entry) {
	for _, e := range given {
		p.addUnlessDeclared(e.Key)
	}
	for _, key := range slices.Collect(maps.Keys(p.byKey)) {
		p.addUnlessDeclared(key)
	}
}

func (p *problems) addUnlessDeclared(key string) {
	if p.isDeclared(key) {
		return
	}
	names := make([]string, len(p.declared))
	for i, in := range p.declared {
		names[i] = in.Name
	}
	p.replace(key, fmt.Errorf("%w %q is unknown: the workflow accepts %s",
		ErrInputKey, key, listOr(names, "none")))
}

// isDeclared reports whether the workflow declares the key.
func (p *problems) isDeclared(key string) bool {
	return slices.ContainsFunc(p.declared, func(in plan.Input) bool { return in.Name == key })
}

// join returns all problems as one error, a line each; nil if there are none.
func (p *problems) join() error {
	if len(p.byKey) == 0 {
		return errors.Join(p.others...)
	}
	errs := slices.Clone(p.others)
	for _, in := range p.declared {
		if p.known(in.Name) {
			errs = append(errs, p.byKey[in.Name])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.byKey)) {
		if !p.isDeclared(key) {
			errs = append(errs, p.byKey[key])
		}
	}
	return errors.Join(errs...)
}
