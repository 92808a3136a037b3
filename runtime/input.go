package cloacina

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
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

// checkInput checks an initial context against what the workflow accepts and
// returns it with the defaults of what is missing, sorted by key. Everything
// that is wrong is reported at once.
func (w *workflow) checkInput(given []engine.Entry) ([]engine.Entry, error) {
	if w.graph.Plan().InputDeclared {
		return w.checkDeclared(given)
	}
	var errs []error
	for _, e := range given {
		if task, ok := w.writers[e.Key]; ok {
			errs = append(errs, fmt.Errorf(
				"%w %q: task %s writes it; leave it out, or declare the workflow's input with it",
				ErrInputKey, e.Key, w.graph.Plan().Tasks[task].ID))
		}
	}
	return given, errors.Join(errs...)
}

func (w *workflow) checkDeclared(given []engine.Entry) ([]engine.Entry, error) {
	var errs []error
	declared := w.graph.Plan().Input
	names := make([]string, len(declared))
	all := slices.Clone(given)
	for i, in := range declared {
		names[i] = in.Name
		_, found := slices.BinarySearchFunc(given, in.Name, compareKey)
		switch {
		case found:
		case in.Default != "":
			all = append(all, engine.Entry{Key: in.Name, Value: []byte(in.Default)})
		case !in.Optional:
			errs = append(errs, fmt.Errorf("%w %q is missing: it is required (%s)", ErrInputKey, in.Name, in.Shape))
		}
	}
	for _, e := range given {
		if !slices.Contains(names, e.Key) {
			errs = append(errs, fmt.Errorf("%w %q is unknown: the workflow accepts %s",
				ErrInputKey, e.Key, listOr(names, "none")))
		}
	}
	slices.SortFunc(all, func(a, b engine.Entry) int { return strings.Compare(a.Key, b.Key) })
	return all, errors.Join(errs...)
}

func compareKey(e engine.Entry, key string) int { return strings.Compare(e.Key, key) }

func listOr(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}
