package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/report"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"github.com/spf13/cobra"
)

// newCheck returns the command that writes nothing.
func newCheck(opts *options) *cobra.Command {
	var how checkOptions
	cmd := &cobra.Command{
		Use:   "check [packages]",
		Short: "Fail if a generated file is not up to date, or on an error",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := newSession(cmd, opts, args)
			if err != nil {
				return err
			}
			if how.diff && s.format != report.Text {
				return errDiffAndFormat
			}
			how.store = cmd.Flags().Changed("db")
			return s.check(cmd.Context(), how)
		},
	}
	cmd.Flags().BoolVar(&how.diff, "diff", false, "print what would change as a unified diff")
	cmd.Flags().StringVar(&how.file, "db", "", "say what would become of the open runs in the store `FILE`")
	return cmd
}

// errDiffAndFormat refuses two things at once on standard output.
var errDiffAndFormat = errors.New(
	"--diff and --format json, sarif or github print to standard output; choose one of them")

// checkOptions are the flags of check.
type checkOptions struct {
	// diff prints what would change.
	diff bool
	// store asks what would become of the open runs in file.
	store bool
	file  string
}

// check reports what generate would say and what it would change, and what
// would become of the runs of a store.
func (s *session) check(ctx context.Context, how checkOptions) error {
	if !how.store {
		return s.checkTree(ctx, how)
	}
	// A wrong name is told before the packages are loaded.
	runs, err := sqlite.OpenReader(ctx, how.file)
	if err != nil {
		return err
	}
	return errors.Join(s.checkStore(ctx, runs, how), runs.Close())
}

// checkTree is check without a store.
func (s *session) checkTree(ctx context.Context, how checkOptions) error {
	if packages, ok := s.recall(); ok {
		return s.finish(packages)
	}
	packages, err := s.load(ctx)
	if err != nil {
		return err
	}
	if err := s.checkFiles(packages, how.diff); err != nil {
		return err
	}
	s.remember(packages)
	return s.finish(packages)
}

// checkStore is check with the runs of a store.
func (s *session) checkStore(ctx context.Context, runs openRuns, how checkOptions) error {
	packages, err := s.load(ctx)
	if err != nil {
		return err
	}
	f := s.newForecast(how.file, packages)
	if err := f.read(ctx, runs); err != nil {
		return err
	}
	if err := s.checkFiles(packages, how.diff); err != nil {
		return err
	}
	verdict := s.finish(packages, f.findings()...)
	fmt.Fprintln(s.stderr, f.summary())
	return verdict
}

// checkFiles adds to the packages what generate would change.
func (s *session) checkFiles(packages []*load.Package, diff bool) error {
	for _, p := range packages {
		for _, o := range p.Outputs {
			old, err := read(o.Path)
			if err != nil {
				return err
			}
			if f, ok := stale(o, old); ok {
				p.Findings = append(p.Findings, f)
				if err := s.diff(diff, o, old); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// stale returns what is wrong with a file as it stands. What is not there is nil.
func stale(o load.Output, old []byte) (annotations.Finding, bool) {
	name := filepath.Base(o.Path)
	const remedy = "run: go generate ./..."
	switch {
	case o.Content == nil:
		return annotations.Finding{
			Code: annotations.CodeOrphan, Span: firstDifference(o.Path, old, nil),
			Message: fmt.Sprintf("%s is left over, because no file holds a directive any more; %s", name, remedy),
		}, true
	case old == nil:
		return annotations.Finding{
			Code: annotations.CodeMissing, Span: o.Declared,
			Message: fmt.Sprintf("%s does not exist; %s", name, remedy),
		}, true
	case !bytes.Equal(old, o.Content):
		return annotations.Finding{
			Code: annotations.CodeStale, Span: firstDifference(o.Path, old, o.Content),
			Message: fmt.Sprintf("%s is out of date from this line on; %s", name, remedy),
		}, true
	}
	return annotations.Finding{}, false
}

// firstDifference returns the first line of the old text that differs.
func firstDifference(path string, old, content []byte) annotations.Span {
	line, offset := 1, 0
	for i := 0; i < min(len(old), len(content)) && old[i] == content[i]; i++ {
		if old[i] == '\n' {
			line, offset = line+1, i+1
		}
	}
	start := annotations.Pos{Offset: offset, Line: line, Column: 1}
	end := start
	if n := bytes.IndexByte(old[offset:], '\n'); n >= 0 {
		end.Offset, end.Column = offset+n, 1+n
	} else {
		end.Offset, end.Column = len(old), 1+len(old)-offset
	}
	return annotations.Span{File: path, Start: start, End: end}
}

// diff prints the change of a file if it is wanted.
func (s *session) diff(wanted bool, o load.Output, old []byte) error {
	if !wanted {
		return nil
	}
	name := o.Path
	if rel, err := filepath.Rel(s.dir, o.Path); err == nil {
		name = filepath.ToSlash(rel)
	}
	if _, err := io.WriteString(s.stdout, unifiedDiff(name, old, o.Content)); err != nil {
		return fmt.Errorf("print the diff: %w", err)
	}
	return nil
}
