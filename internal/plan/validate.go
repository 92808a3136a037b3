package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// MaxRetries is the greatest number of retries a policy may ask for.
const MaxRetries = 1000

// Validate reports the first thing in the plan that the engine could not work
// with: an index that is out of range or not in topological order, a rule that
// asks about a task it does not follow, a value outside its limits. It does
// not judge whether the plan makes sense; that is the checker's part. Nor does
// it look at the fingerprint.
//
// Every error names the task and the remedy lies in the annotations: a plan
// that the generator wrote is valid.
func (p *Plan) Validate() error {
	if err := p.validate(); err != nil {
		return fmt.Errorf("plan of workflow %q: %w", p.Name, err)
	}
	return nil
}

func (p *Plan) validate() error {
	if p.Name == "" || !utf8.ValidString(p.Name) {
		return errors.New("the name is empty or not UTF-8")
	}
	if p.Timeout < 0 {
		return fmt.Errorf("timeout %v is negative", p.Timeout)
	}
	if p.Retention < 0 {
		return fmt.Errorf("retention %v is negative", p.Retention)
	}
	if err := validateInput(p.Input); err != nil {
		return err
	}
	ids := make(map[string]bool, len(p.Tasks))
	for i := range p.Tasks {
		t := &p.Tasks[i]
		if ids[t.ID] {
			return fmt.Errorf("task %q is there twice", t.ID)
		}
		ids[t.ID] = true
		if err := p.validateTask(i); err != nil {
			return fmt.Errorf("task %q: %w", t.ID, err)
		}
	}
	return p.validateAncestors()
}

func validateInput(input []Input) error {
	names := make(map[string]bool, len(input))
	for _, in := range input {
		if err := validateKey(names, in.Name); err != nil {
			return fmt.Errorf("input: %w", err)
		}
		if in.Default == "" {
			continue
		}
		if !in.Optional || !json.Valid([]byte(in.Default)) {
			return fmt.Errorf("input %q: default %q is not JSON, or the key is required", in.Name, in.Default)
		}
	}
	return nil
}

func (p *Plan) validateTask(i int) error {
	t := &p.Tasks[i]
	if !validID(t.ID) {
		return errors.New("the id is not lower-case words joined by underscores")
	}
	if err := validateDependencies(t.DependsOn, i); err != nil {
		return err
	}
	if err := p.validateKept(i); err != nil {
		return err
	}
	if err := t.Rule.validate(p.horizon(i)); err != nil {
		return fmt.Errorf("rule: %w", err)
	}
	if t.Timeout < 0 {
		return fmt.Errorf("timeout %v is negative", t.Timeout)
	}
	if err := t.Retry.validate(); err != nil {
		return fmt.Errorf("retry policy: %w", err)
	}
	return t.validateKeys(p.horizon(i))
}

// validID reports whether s is [a-z][a-z0-9]*(_[a-z0-9]+)*.
func validID(s string) bool {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	before := byte('_')
	for i := range len(s) {
		b := s[i]
		word := 'a' <= b && b <= 'z' || '0' <= b && b <= '9'
		if !word && (b != '_' || before == '_') {
			return false
		}
		before = b
	}
	return before != '_'
}

func validateDependencies(deps []int, task int) error {
	for i, d := range deps {
		if d < 0 || d >= task {
			return fmt.Errorf("dependency %d does not stand before the task", d)
		}
		// Long lists are sorted instead of compared pairwise.
		if len(deps) <= 16 && slices.Contains(deps[:i], d) {
			return fmt.Errorf("dependency %d is there twice", d)
		}
	}
	if len(deps) > 16 {
		sorted := slices.Sorted(slices.Values(deps))
		if len(slices.Compact(sorted)) < len(deps) {
			return errors.New("a dependency is there twice")
		}
	}
	return nil
}

func (r Retry) validate() error {
	if r.Attempts < 0 || r.Attempts > MaxRetries {
		return fmt.Errorf("%d retries are not within 0 and %d", r.Attempts, MaxRetries)
	}
	if !known(backoffNames, r.Backoff) || !known(conditionNames, r.Condition) {
		return fmt.Errorf("unknown backoff %v or condition %v", r.Backoff, r.Condition)
	}
	if (r.Condition == RetryMatching) != (len(r.Matches) > 0) {
		return fmt.Errorf("condition %v with %d texts to match", r.Condition, len(r.Matches))
	}
	if r.Delay < 0 || r.MaxDelay < 0 {
		return fmt.Errorf("delay %v or maximum %v is negative", r.Delay, r.MaxDelay)
	}
	if r.Attempts > 0 && (r.Delay < time.Millisecond || r.MaxDelay < r.Delay) {
		return fmt.Errorf("delay %v is not within 1ms and the maximum %v", r.Delay, r.MaxDelay)
	}
	return nil
}

func (t *Task) validateKeys(horizon int) error {
	read, written := make(map[string]bool, len(t.Reads)), make(map[string]bool, len(t.Writes))
	for _, r := range t.Reads {
		if err := validateKey(read, r.Key); err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if err := validateWriters(r, horizon); err != nil {
			return fmt.Errorf("read %q: %w", r.Key, err)
		}
	}
	for _, w := range t.Writes {
		if err := validateKey(written, w.Key); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		if w.Deletes && !w.Optional {
			return fmt.Errorf("write %q: may be deleted and is required", w.Key)
		}
		if w.Fills && (!w.Optional || w.Deletes) {
			return fmt.Errorf("write %q: is for where it is missing, but required, or may be deleted", w.Key)
		}
	}
	return nil
}

// validateKey checks a key and adds it to the ones seen.
func validateKey(seen map[string]bool, key string) error {
	switch {
	case key == "" || !utf8.ValidString(key):
		return fmt.Errorf("key %q is empty or not UTF-8", key)
	case seen[key]:
		return fmt.Errorf("key %q is there twice", key)
	}
	seen[key] = true
	return nil
}

func validateWriters(r Read, horizon int) error {
	if r.Walk && len(r.Writers) > 0 {
		return errors.New("has writers although the ancestors are walked")
	}
	return validateDependencies(r.Writers, horizon)
}
