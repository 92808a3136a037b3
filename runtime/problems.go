package cloacina

import (
	"errors"
	"maps"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// problems are what is wrong with an initial context, by key: one error each.
type problems struct {
	byKey map[string]error
	// others are errors about no single key.
	others []error
	// order is that of the declared keys, which come first; the other keys
	// follow in their alphabetical order.
	order []string
}

// newProblems are those that came up when the values were encoded.
func newProblems(errs []error) *problems {
	p := &problems{byKey: map[string]error{}}
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
		p.byKey[key] = err
	}
}

// replace records a problem that makes the one known of the key irrelevant.
func (p *problems) replace(key string, err error) { p.byKey[key] = err }

// keys are the given keys and those that have a problem.
func (p *problems) keys(given []engine.Entry) []string {
	keys := slices.Collect(maps.Keys(p.byKey))
	for _, e := range given {
		keys = append(keys, e.Key)
	}
	return keys
}

// join returns all problems as one error, a line each; nil if there are none.
func (p *problems) join() error {
	errs := slices.Clone(p.others)
	for _, key := range p.order {
		if p.known(key) {
			errs = append(errs, p.byKey[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.byKey)) {
		if !slices.Contains(p.order, key) {
			errs = append(errs, p.byKey[key])
		}
	}
	return errors.Join(errs...)
}
