package check

import "github.com/cloacina-go/cloacina/internal/outcome"

// Model returns the possible runs of the workflow, with the types of its values.
// Its tasks have the numbers of the plan. It is made once and, like its answers,
// not safe for concurrent use.
func (w *Workflow) Model() *outcome.Model { return w.model() }
