package plan

import (
	"errors"
	"fmt"
)

// Kept marks a task of a run that went on under another plan than it was
// started with, where the task's entry is not what that plan says.
//
// The rule, and of a task that has ended also the reads, are then history: they
// may name any task, and no verdict comes from them any more.
type Kept struct {
	// Gone says that the plan has no such task. Its entry shows what it was;
	// no task depends on it, and nobody sees what it wrote.
	Gone bool `json:",omitempty"`
	// Listed are the ids of the dependencies that the plan lists, if they are
	// not the ones in DependsOn.
	Listed []string `json:",omitempty"`
}

// IsGone reports whether the plan that the run went on under has no such task.
func (t *Task) IsGone() bool { return t.Kept != nil && t.Kept.Gone }

// horizon returns the index that the tasks named by the rule and the reads of
// the task at an index stand before.
func (p *Plan) horizon(task int) int {
	if p.Tasks[task].Kept != nil {
		return len(p.Tasks)
	}
	return task
}

// validateKept checks the mark of the task at an index, and that it depends on
// no task that is gone unless it is gone itself.
func (p *Plan) validateKept(task int) error {
	t := &p.Tasks[task]
	for _, d := range t.DependsOn {
		if p.Tasks[d].IsGone() && !t.IsGone() {
			return fmt.Errorf("dependency %q is gone", p.Tasks[d].ID)
		}
	}
	if t.Kept == nil {
		return nil
	}
	if t.IsGone() && len(t.Kept.Listed) > 0 {
		return errors.New("a plan that it is gone from lists its dependencies")
	}
	for _, id := range t.Kept.Listed {
		if !validID(id) {
			return fmt.Errorf("listed dependency %q is no id of a task", id)
		}
	}
	return nil
}
