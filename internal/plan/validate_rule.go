package plan

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// validate checks the rule of a task. The tasks that it names stand before the horizon.
func (r *Rule) validate(horizon int) error {
	if r.Tree == nil {
		if len(r.Reads) > 0 {
			return errors.New("tests keys but has no tree")
		}
		return nil
	}
	keys := make(map[string]bool)
	if err := r.Tree.validate(horizon, func(key string) error { return r.tested(keys, key) }); err != nil {
		return err
	}
	if len(keys) < len(r.Reads) {
		return fmt.Errorf("read %q belongs to no condition", r.Reads[len(keys)].Key)
	}
	for _, read := range r.Reads {
		if err := validateWriters(read, horizon); err != nil {
			return fmt.Errorf("read %q: %w", read.Key, err)
		}
	}
	return nil
}

// tested checks, for the key of each leaf in order, that the reads list it in
// the place of its first occurrence.
func (r *Rule) tested(seen map[string]bool, key string) error {
	if seen[key] {
		return nil
	}
	if len(seen) >= len(r.Reads) || r.Reads[len(seen)].Key != key {
		return fmt.Errorf("key %q is not read in the order of the conditions", key)
	}
	seen[key] = true
	return nil
}

func (n *Node) validate(horizon int, tested func(key string) error) error {
	if n == nil || !known(opNames, n.Op) {
		return errors.New("a node is empty or of no known kind")
	}
	if n.Op.Leaf() && len(n.Args) > 0 || n.Op == OpNot && len(n.Args) != 1 {
		return fmt.Errorf("%v has %d operands", n.Op, len(n.Args))
	}
	switch n.Op {
	case OpValue:
		if err := n.validateValue(); err != nil {
			return fmt.Errorf("condition on key %q: %w", n.Key, err)
		}
		return tested(n.Key)
	case OpTaskSuccess, OpTaskFailed, OpTaskSkipped:
		if n.Task < 0 || n.Task >= horizon {
			return fmt.Errorf("%v of task %d, which does not stand before it", n.Op, n.Task)
		}
	}
	for _, arg := range n.Args {
		if err := arg.validate(horizon, tested); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) validateValue() error {
	if n.Key == "" || !utf8.ValidString(n.Key) {
		return errors.New("the key is empty or not UTF-8")
	}
	if !known(cmpNames, n.Cmp) {
		return fmt.Errorf("unknown comparison %d", n.Cmp)
	}
	switch n.Cmp {
	case CmpExists, CmpNotExists:
		if len(n.Literals) != 0 {
			return fmt.Errorf("%v takes no literal", n.Cmp)
		}
	case CmpIn, CmpNotIn:
	default:
		if len(n.Literals) != 1 {
			return fmt.Errorf("%v takes one literal, not %d", n.Cmp, len(n.Literals))
		}
	}
	for _, l := range n.Literals {
		if err := l.validate(); err != nil {
			return err
		}
	}
	return nil
}

func (l Literal) validate() error {
	switch {
	case !known(literalNames, l.Kind):
		return fmt.Errorf("unknown kind of literal %d", l.Kind)
	case math.IsNaN(l.Float) || math.IsInf(l.Float, 0):
		return fmt.Errorf("literal %v is not finite", l.Float)
	case !utf8.ValidString(l.String):
		return fmt.Errorf("literal %q is not UTF-8", l.String)
	}
	return nil
}
