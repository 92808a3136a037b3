package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/starter"
	"github.com/spf13/cobra"
)

// newInit returns the command that writes a project to start from.
func newInit() *cobra.Command {
	var module string
	cmd := &cobra.Command{
		Use:   "init [directory]",
		Short: "Write a small working project to start from",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("init takes one directory, not %d: %s", len(args), strings.Join(args, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			name := "."
			if len(args) > 0 {
				name = args[0]
			}
			return initProject(cmd.Context(), cmd.OutOrStdout(), name, module)
		},
	}
	cmd.Flags().StringVar(&module, "module", "", "`PATH` of the new module; else the directory's name")
	return cmd
}

// initProject writes the project into the named directory and says what to do
// next. It writes all of it or nothing.
func initProject(ctx context.Context, stdout io.Writer, name, module string) error {
	place, err := findPlace(ctx, name, module)
	if err != nil {
		return err
	}
	files, kept, err := place.vacant(starter.Files())
	if err != nil {
		return err
	}
	if place.newModule != "" {
		content := fmt.Sprintf("module %s\n\ngo %s\n", place.newModule, leastGo)
		files = slices.Insert(files, 0, starter.File{
			Name: "go.mod", Purpose: "module " + place.newModule, Content: []byte(content),
		})
	}
	if err := writeProject(place.dir, files); err != nil {
		return fmt.Errorf("write the project: %w", err)
	}
	_, err = io.WriteString(stdout, place.report(files, kept))
	return err
}

// report says what was written and what comes next.
func (p *place) report(files []starter.File, kept []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Written to %s:\n\n", p.shown())
	for _, f := range files {
		fmt.Fprintf(&b, "    %-14s  %s\n", f.Name, f.Purpose)
	}
	notes := slices.Clone(kept)
	if p.newModule == "" {
		notes = append(notes, fmt.Sprintf("It belongs to the module %s of %s.", p.module.Module.Path, p.goMod))
	}
	if p.oldGo() {
		notes = append(notes, fmt.Sprintf("That go.mod says go %s; go get raises it to %s, which cloacina needs.",
			p.module.Go, leastGo))
	}
	if len(notes) > 0 {
		fmt.Fprintf(&b, "\n%s\n", strings.Join(notes, "\n"))
	}
	fmt.Fprintf(&b, "\nNext:\n\n")
	for _, command := range p.next() {
		fmt.Fprintf(&b, "    %s\n", command)
	}
	return b.String()
}

// next are the commands that lead from the written files to a run.
func (p *place) next() []string {
	var commands []string
	if filepath.Clean(p.name) != "." {
		commands = append(commands, "cd "+quoteForShell(filepath.Clean(p.name)))
	}
	if p.newModule != "" && p.workspace {
		commands = append(commands, "go work use .")
	}
	if !p.hasTool() {
		commands = append(commands, "go get -tool "+toolPackage+releaseSuffix(version()))
	}
	return append(commands, "go generate", "go test", "go run .")
}

// releaseSuffix returns "@v1.2.3" for the version of a release, so that the
// project gets what it was written for. What was built from a checkout may not
// be published: it gets the newest release.
func releaseSuffix(version string) string {
	number, _, _ := strings.Cut(version, " ")
	if !strings.HasPrefix(number, "v") || strings.ContainsAny(number, "-+") {
		return ""
	}
	return "@" + number
}
