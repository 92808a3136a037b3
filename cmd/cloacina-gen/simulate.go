package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/describe"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/spf13/cobra"
)

// simulationFile is the file that simulate keeps beside the source.
const simulationFile = "cloacina_simulation.txt"

// defaultLimit is how many combinations of a workflow are shown unless asked for more.
const defaultLimit = 200

// simulateOptions are the flags of simulate.
type simulateOptions struct {
	workflow, output string
	limit            int
	write, check     bool
}

// newSimulate returns the command that lists the runs that can happen.
func newSimulate(opts *options) *cobra.Command {
	var how simulateOptions
	cmd := &cobra.Command{
		Use:   "simulate [packages]",
		Short: "List all ways in which runs can go, for review",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := how.validate(); err != nil {
				return err
			}
			if err := validateOutput(cmd, how.output); err != nil {
				return err
			}
			s, err := newSession(cmd, opts, args)
			if err != nil {
				return err
			}
			return s.simulate(cmd.Context(), how)
		},
	}
	cmd.Flags().StringVar(&how.workflow, "workflow", "", "simulate only the workflow `NAME`")
	cmd.Flags().StringVar(&how.output, "output", "", "write to `FILE`, or with --check compare with it")
	cmd.Flags().BoolVar(&how.write, "write", false, "write "+simulationFile+" beside the source")
	cmd.Flags().BoolVar(&how.check, "check", false, "fail and print the difference if a file is out of date")
	cmd.Flags().IntVar(&how.limit, "limit", defaultLimit, "at most `N` rows of a workflow; 0 for all")
	return cmd
}

// validate refuses flags that contradict each other.
func (o simulateOptions) validate() error {
	switch {
	case o.limit < 0:
		return fmt.Errorf("--limit %d is negative; 0 shows all combinations", o.limit)
	case o.write && o.check:
		return errors.New("--write and --check exclude each other")
	case o.write && o.output != "":
		return fmt.Errorf("--write writes %s; leave out --output, or --write", simulationFile)
	case o.workflow != "" && o.output == "" && (o.write || o.check):
		return fmt.Errorf("%s has all workflows of a package; name another file with --output, or leave out --workflow",
			simulationFile)
	}
	return nil
}

// simulate prints, writes or compares the simulation of workflows.
func (s *session) simulate(ctx context.Context, how simulateOptions) error {
	workflows, err := s.workflows(ctx, how.workflow)
	if err != nil {
		return err
	}
	if !how.write && !how.check && how.output == "" {
		return simulations(ctx, s.stdout, workflows, how.limit)
	}
	texts := make([]string, len(workflows))
	for i, w := range workflows {
		var b strings.Builder
		if err := describe.Runs(ctx, &b, w, how.limit); err != nil {
			return err
		}
		texts[i] = b.String()
	}
	if !how.write && !how.check {
		return s.deliver(strings.Join(texts, "\n"), how.output)
	}
	files := s.simulationFiles(how.output, workflows, texts)
	if how.check {
		return s.checkSimulations(files, how.remedy(s.patterns))
	}
	for _, f := range files {
		if err := write(f); err != nil {
			return err
		}
	}
	return nil
}

// simulations prints workflows one below the other, as far as they are known: there
// can be more rows than fit into memory.
func simulations(ctx context.Context, out io.Writer, workflows []*check.Workflow, limit int) error {
	for i, w := range workflows {
		if i > 0 {
			if _, err := io.WriteString(out, "\n"); err != nil {
				return fmt.Errorf("print the simulation: %w", err)
			}
		}
		if err := describe.Runs(ctx, out, w, limit); err != nil {
			return err
		}
	}
	return nil
}

// remedy is the command that brings the files up to date.
func (o simulateOptions) remedy(patterns []string) string {
	words := []string{"cloacina-gen simulate"}
	if o.limit != defaultLimit {
		words = append(words, "--limit "+strconv.Itoa(o.limit))
	}
	if o.workflow != "" {
		words = append(words, "--workflow "+o.workflow)
	}
	if o.output == "" {
		words = append(words, "--write")
	} else {
		words = append(words, "--output "+o.output)
	}
	return strings.Join(append(words, patterns...), " ")
}

// simulationFiles puts the texts of a package into its file, or all into one that
// is named. Workflows of a package stand side by side.
func (s *session) simulationFiles(output string, workflows []*check.Workflow, texts []string) []load.Output {
	var files []load.Output
	for i, w := range workflows {
		path := filepath.Join(filepath.Dir(w.Span.File), simulationFile)
		if output != "" {
			path = s.absolute(output)
		}
		if n := len(files); n > 0 && files[n-1].Path == path {
			files[n-1].Content = append(files[n-1].Content, "\n"+texts[i]...)
			continue
		}
		files = append(files, load.Output{Path: path, Content: []byte(texts[i])})
	}
	return files
}

// checkSimulations compares files with what they should be.
func (s *session) checkSimulations(files []load.Output, remedy string) error {
	var verdict error
	for _, f := range files {
		old, err := read(f.Path)
		if err != nil {
			return err
		}
		if old != nil && string(old) == string(f.Content) {
			continue
		}
		verdict = errFindings
		what := "is out of date"
		if old == nil {
			what = "does not exist"
		}
		fmt.Fprintf(s.stderr, "%s %s; look at the difference, then run: %s\n",
			s.relative(f.Path), what, remedy)
		if err := s.diff(true, f, old); err != nil {
			return err
		}
	}
	return verdict
}
