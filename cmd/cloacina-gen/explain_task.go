package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/describe"
	"github.com/spf13/cobra"
)

// explainTask explains a task of the packages that the patterns name.
func explainTask(cmd *cobra.Command, opts *options, task string, patterns []string) error {
	s, err := newSession(cmd, opts, patterns)
	if err != nil {
		return err
	}
	return s.explainTask(cmd.Context(), task)
}

// explainTask prints all that is known of the tasks with an id. WORKFLOW/TASK
// names the one of a workflow.
func (s *session) explainTask(ctx context.Context, name string) error {
	workflows, err := s.workflows(ctx, "")
	if err != nil {
		return err
	}
	var ids, full, texts []string
	for _, w := range workflows {
		for i := range w.Plan.Tasks {
			id := w.Plan.Tasks[i].ID
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
			full = append(full, w.Plan.Name+"/"+id)
			if id == name || full[len(full)-1] == name {
				texts = append(texts, describe.Task(w, i, s.relative))
			}
		}
	}
	if len(texts) == 0 {
		return noSuchTask(name, ids, full)
	}
	return s.deliver(strings.Join(texts, "\n"), "")
}

// noSuchTask lists the tasks, or names the one that was meant, with its workflow if
// that was named.
func noSuchTask(name string, ids, full []string) error {
	known := ids
	if strings.Contains(name, "/") {
		known = full
	}
	if word := annotations.Suggest(name, known); word != "" {
		return fmt.Errorf("there is no task %q; did you mean %q?", name, word)
	}
	const most = 12
	listed := strings.Join(ids[:min(len(ids), most)], ", ")
	if len(ids) > most {
		listed += fmt.Sprintf(" and %d more", len(ids)-most)
	}
	if len(ids) == 0 {
		return errors.New("there is no task")
	}
	return fmt.Errorf("there is no task %q, and no code; the tasks are: %s", name, listed)
}
