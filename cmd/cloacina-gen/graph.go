package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/graph"
	"github.com/cloacina-go/cloacina/internal/terminal"
	"github.com/spf13/cobra"
)

// graphOptions are the flags of graph.
type graphOptions struct {
	workflow, format, output string
	// width is that of text, in characters; 0 is that of the terminal.
	width int
}

// graphFormats are the formats, the default first.
var graphFormats = []string{"mermaid", "dot", "ascii", "svg", "json"}

// newGraph returns the command that draws workflows.
func newGraph(opts *options) *cobra.Command {
	var how graphOptions
	cmd := &cobra.Command{
		Use:   "graph [packages]",
		Short: "Draw workflows with the rules on their edges",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := how.validate(cmd); err != nil {
				return err
			}
			s, err := newSession(cmd, opts, args)
			if err != nil {
				return err
			}
			return s.graph(cmd.Context(), how)
		},
	}
	cmd.Flags().StringVar(&how.workflow, "workflow", "", "draw only the workflow `NAME`")
	cmd.Flags().StringVar(&how.format, "format", graphFormats[0], "`FORM`: "+strings.Join(graphFormats, ", "))
	cmd.Flags().StringVar(&how.output, "output", "", "write to `FILE`, if it changes")
	cmd.Flags().IntVar(&how.width, "width", 0, "`COLUMNS` of ascii; defaults to those of the terminal")
	return cmd
}

// validate refuses flags that say nothing.
func (o graphOptions) validate(cmd *cobra.Command) error {
	switch {
	case !slices.Contains(graphFormats, o.format):
		return unknownGraphFormat(o.format)
	case o.width < 0:
		return fmt.Errorf("--width %d is negative; 0 is the width of the terminal", o.width)
	case o.width > 0 && o.format != "ascii":
		return errors.New("--width is for --format ascii")
	}
	return validateOutput(cmd, o.output)
}

// graph draws the workflows of the packages.
func (s *session) graph(ctx context.Context, how graphOptions) error {
	found, err := s.workflows(ctx, how.workflow)
	if err != nil {
		return err
	}
	graphs := make([]*graph.Graph, len(found))
	for i, w := range found {
		graphs[i] = graph.New(&w.Plan)
	}
	if how.width <= 0 {
		how.width = textWidth(s.stdout)
	}
	picture, err := draw(graphs, how)
	if err != nil {
		return err
	}
	return s.deliver(picture, how.output)
}

// draw draws workflows in a format, of which some have room for one only.
func draw(graphs []*graph.Graph, how graphOptions) (string, error) {
	if how.format == "json" {
		return graph.JSON(graphs)
	}
	one := map[string]func(*graph.Graph) string{
		"mermaid": (*graph.Graph).Mermaid,
		"svg":     (*graph.Graph).SVG,
		"dot":     (*graph.Graph).DOT,
		"ascii":   func(g *graph.Graph) string { return g.ASCII(how.width) },
	}[how.format]
	if len(graphs) > 1 && (how.format == "mermaid" || how.format == "svg") {
		names := make([]string, len(graphs))
		for i, g := range graphs {
			names[i] = g.Name
		}
		return "", fmt.Errorf("%s shows one workflow, and there are %d: name one with --workflow: %s",
			how.format, len(graphs), strings.Join(names, ", "))
	}
	pictures := make([]string, len(graphs))
	for i, g := range graphs {
		pictures[i] = one(g)
	}
	return strings.Join(pictures, "\n"), nil
}

func unknownGraphFormat(format string) error {
	err := fmt.Errorf("unknown --format %q; there are: %s", format, strings.Join(graphFormats, ", "))
	if word := annotations.Suggest(format, graphFormats); word != "" {
		return fmt.Errorf("unknown --format %q; did you mean %q?", format, word)
	}
	return err
}

// plainWidth is the width of text that is not for a terminal.
const plainWidth = 120

// textWidth is the width of the terminal, or what suits a file. COLUMNS, which
// shells set, comes first.
func textWidth(w io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if width, _, ok := terminal.Size(w); ok && width > 0 {
		return width
	}
	return plainWidth
}
