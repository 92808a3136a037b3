package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/cache"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/emit"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/report"
	"github.com/spf13/cobra"
)

// session is one run over named packages.
type session struct {
	dir            string
	patterns       []string
	werror         bool
	format         report.Format
	stdout, stderr io.Writer
	compiler       compiler
	// overlay are texts of files, by their path, that stand for those on the disk.
	overlay map[string][]byte
	// memory keeps what was found for the next session; nil if nothing is kept.
	memory *cache.Memory
	// rests is what the loaded packages rest on; nil if that is not known.
	rests *cache.Evidence
}

func newSession(cmd *cobra.Command, opts *options, patterns []string) (*session, error) {
	if slices.Contains(patterns, "") {
		return nil, errors.New(`a package has no name; "." is the one in the current directory`)
	}
	format, err := report.ParseFormat(opts.format)
	if err != nil {
		return nil, err
	}
	dir, err := workingDir()
	if err != nil {
		return nil, err
	}
	return &session{
		dir: dir, patterns: patterns, werror: opts.werror, format: format,
		stdout: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(), memory: newMemory(opts),
	}, nil
}

// load loads the named packages, and says so when there is nothing in them.
func (s *session) load(ctx context.Context) ([]*load.Package, error) {
	packages, err := load.Load(ctx, load.Config{
		Dir: s.dir, Patterns: s.patterns, Generate: s.compiler.compile, Overlay: s.overlay,
		Memory: s.memory, Rests: func(e *cache.Evidence) { s.rests = e },
	})
	if err != nil {
		return nil, err
	}
	if len(packages) == 0 {
		where := "the current directory"
		if len(s.patterns) > 0 {
			where = strings.Join(s.patterns, " ")
		}
		fmt.Fprintf(s.stderr, "cloacina-gen: no //cloacina: directives in %s\n", where)
	}
	return packages, nil
}

// compiler turns packages into generated files.
type compiler struct {
	// packages are those that a file was generated for, by directory, without
	// those of test files.
	packages map[string]*check.Package
}

// compile checks a package and returns its generated file.
func (c *compiler) compile(src *check.Source) (*load.Generated, []annotations.Finding, error) {
	pkg, found := check.Check(src)
	if report.CountOf(found).Errors > 0 || len(pkg.Workflows) == 0 {
		return nil, found, nil
	}
	content, tree, err := emit.Parsed(src.Fset, pkg, src.Test)
	if err != nil {
		return nil, found, err
	}
	if !src.Test {
		if c.packages == nil {
			c.packages = map[string]*check.Package{}
		}
		c.packages[src.Dir] = pkg
	}
	return &load.Generated{Content: content, Tree: tree}, found, nil
}

// finish prints the findings of the packages and further ones, and returns an
// error if they fail the command.
func (s *session) finish(packages []*load.Package, further ...annotations.Finding) error {
	findings := slices.Clone(further)
	texts := map[string][]byte{}
	for _, p := range packages {
		findings = append(findings, p.Findings...)
		for name, text := range p.Texts {
			texts[name] = text
		}
	}
	findings = report.Sort(findings)
	if err := s.printer(texts).Print(findings); err != nil {
		return err
	}
	count := report.CountOf(findings)
	if count.Errors > 0 || s.werror && count.Warnings > 0 {
		return errFindings
	}
	return nil
}

// printer prints for people on standard error and for machines on standard output.
func (s *session) printer(texts map[string][]byte) *report.Printer {
	w := s.stderr
	if s.format != report.Text {
		w = s.stdout
	}
	return &report.Printer{
		W:      w,
		Format: s.format,
		Dir:    s.dir,
		Block:  report.IsTerminal(s.stderr),
		Colour: report.WantsColour(s.stderr, os.Getenv),
		Read: func(file string) ([]byte, error) {
			if text, ok := texts[file]; ok {
				return text, nil
			}
			return os.ReadFile(file)
		},
	}
}
