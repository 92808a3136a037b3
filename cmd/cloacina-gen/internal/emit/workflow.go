package emit

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// workflow returns the function that builds a workflow.
func (f *file) workflow(w *check.Workflow) jen.Code {
	body := list{open: "{", close: "}", lines: true, items: newBuilder(f, w).body()}
	return f.workflowDoc(w).over(append(f.workflowHead(w), body))
}

// workflowHead returns "func Workflow() *cloacina.Workflow", with the receiver
// of a workflow that is declared on a type.
func (f *file) workflowHead(w *check.Workflow) seq {
	head := seq{op("func ")}
	if w.Receiver != nil {
		head = append(head, op("("), f.receiver(w), op(" *"), f.id(w.Receiver.Obj().Name()), op(") "))
	}
	return append(head, f.id(namesOf(w).Workflow), op("() *"), f.rt("Workflow"), space)
}

// workflowDoc tells the whole workflow: each task, after which others it
// comes, under which rule, and what a failure means.
func (f *file) workflowDoc(w *check.Workflow) comment {
	var c comment
	c.paragraph(sentence(namesOf(w).Workflow+" returns "+prose(w.Plan.Name), prose(w.Plan.Description)), 0)
	for i := range w.Plan.Tasks {
		if i == 0 {
			c = append(c, "//")
		}
		c.item(taskLine(&w.Plan, &w.Plan.Tasks[i]))
	}
	return c
}

// sentence joins a subject and what is said about it, if anything.
func sentence(subject, description string) string {
	if description == "" {
		return subject + "."
	}
	if !strings.ContainsAny(description[len(description)-1:], ".!?") {
		description += "."
	}
	return subject + ": " + description
}

// taskLine describes one task.
func taskLine(p *plan.Plan, t *plan.Task) string {
	out := t.ID
	if len(t.DependsOn) > 0 {
		ids := make([]string, len(t.DependsOn))
		for i, d := range t.DependsOn {
			ids[i] = p.Tasks[d].ID
		}
		out += ", after " + enumerate(ids, "and")
	}
	if t.Rule.Text != "" {
		out += ", if " + prose(t.Rule.Text)
	}
	if t.Retry.Attempts > 0 {
		out += fmt.Sprintf(", %d attempts", t.Retry.Attempts+1)
	}
	if t.AllowFailure {
		out += ", may fail"
	}
	return out
}

// maxNamed is how many things a comment names one by one.
const maxNamed = 8

// enumerate returns "a", "a and b", "a, b and c", and for many "a, b and 98 more".
func enumerate(words []string, conjunction string) string {
	if len(words) > maxNamed {
		more := fmt.Sprintf("%d more", len(words)-maxNamed+1)
		words = append(words[:maxNamed-1:maxNamed-1], more)
	}
	last := len(words) - 1
	if last <= 0 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}
