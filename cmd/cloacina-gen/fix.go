package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/report"
	"github.com/spf13/cobra"
)

// maxFixRounds bounds how often the packages are looked at again, because what
// was repaired had hidden something else.
const maxFixRounds = 50

// newFix returns the command that repairs what it can.
func newFix(opts *options) *cobra.Command {
	var how fixOptions
	cmd := &cobra.Command{
		Use:   "fix [packages]",
		Short: "Apply the repairs that leave no choice",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := newSession(cmd, opts, args)
			if err != nil {
				return err
			}
			if how.diff && s.format != report.Text {
				return errDiffAndFormat
			}
			if cmd.Flags().Changed("code") && len(how.names) == 0 {
				how.names = []string{""} // what --code= says
			}
			if how.codes, err = parseCodes(how.names); err != nil {
				return err
			}
			return s.fix(cmd.Context(), how)
		},
	}
	cmd.Flags().BoolVar(&how.diff, "diff", false, "write nothing, print the changes as a unified diff")
	cmd.Flags().StringSliceVar(&how.names, "code", nil, "apply the first repair of findings with `CODE`, and no others")
	return cmd
}

// fixOptions are the flags of fix.
type fixOptions struct {
	diff  bool
	names []string
	// codes are those of names; none stand for all repairs without a choice.
	codes []annotations.Code
}

// parseCodes reads the names of codes.
func parseCodes(names []string) ([]annotations.Code, error) {
	var codes []annotations.Code
	for _, name := range names {
		code, ok := parseCode(name)
		if !ok {
			return nil, fmt.Errorf("--code %q is no code of a finding, such as CL0402", name)
		}
		info, err := lookUp(code)
		if err != nil {
			return nil, err
		}
		codes = append(codes, info.Code)
	}
	return codes, nil
}

// fix repairs the files of the packages and reports what is left. Until nothing
// more is to be repaired the texts are only in memory.
func (s *session) fix(ctx context.Context, how fixOptions) error {
	f := newFixer(how.codes)
	packages, err := s.load(ctx)
	for round := 0; err == nil && round < maxFixRounds && f.round(packages); round++ {
		s.overlay = f.texts
		packages, err = s.load(ctx)
	}
	if err == nil && !how.diff {
		err = f.write(s.relative)
	}
	if err == nil {
		err = s.showFixes(f, how.diff)
	}
	if err != nil {
		return err
	}
	return s.finish(packages)
}

// showFixes says what was changed: the diff if it is wanted, else the count of
// repairs, and which files were left alone.
func (s *session) showFixes(f *fixer, diff bool) error {
	for _, name := range slices.Sorted(maps.Keys(f.texts)) {
		o := load.Output{Path: name, Content: f.texts[name]}
		if err := s.diff(diff, o, f.before[name]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.refused)) {
		fmt.Fprintf(s.stderr, "cloacina-gen: %s is left as it is, because it would not be Go after the repairs\n",
			s.relative(name))
	}
	if !diff && f.applied > 0 {
		fmt.Fprintf(s.stderr, "cloacina-gen: %s applied\n", repairs(f.applied))
	}
	return nil
}

func repairs(n int) string {
	if n == 1 {
		return "1 repair"
	}
	return fmt.Sprintf("%d repairs", n)
}

// fixer applies repairs, round by round.
type fixer struct {
	codes []annotations.Code
	// before are the texts of the changed files as they were found, and texts as
	// they are now.
	before, texts map[string][]byte
	// refused are the files that would not be Go any more.
	refused map[string]bool
	applied int
}

func newFixer(codes []annotations.Code) *fixer {
	return &fixer{codes: codes, before: map[string][]byte{}, texts: map[string][]byte{}, refused: map[string]bool{}}
}

// round applies the repairs that are to be applied now, and reports whether
// something has changed.
func (f *fixer) round(packages []*load.Package) bool {
	texts := map[string][]byte{}
	var findings []annotations.Finding
	for _, p := range packages {
		findings = append(findings, p.Findings...)
		maps.Copy(texts, p.Texts)
	}
	edits := map[string][]annotations.Edit{}
	fixes := map[string]int{}
	for _, fix := range f.chosen(report.Sort(findings)) {
		file := fix.Edits[0].Span.File
		if texts[file] == nil || f.refused[file] || overlaps(edits[file], fix.Edits) {
			continue
		}
		edits[file] = append(edits[file], fix.Edits...)
		fixes[file]++
	}
	changed := false
	for file, list := range edits {
		if f.change(file, texts[file], list) {
			f.applied += fixes[file]
			changed = true
		}
	}
	return changed
}

// change edits the text of a file and reports whether that changes it.
func (f *fixer) change(file string, text []byte, edits []annotations.Edit) bool {
	fixed, err := formatted(applyEdits(text, edits))
	switch {
	case err != nil:
		f.refused[file] = true
		return false
	case bytes.Equal(fixed, text):
		return false
	}
	if _, known := f.before[file]; !known {
		f.before[file] = text
	}
	f.texts[file] = fixed
	return true
}

// write writes the changed files, or none if one of them may not be written.
func (f *fixer) write(shown func(path string) string) error {
	names := slices.Sorted(maps.Keys(f.texts))
	paths := make([]string, len(names))
	for i, name := range names {
		// An annotated file may be a link, which is followed; only ours must not be.
		path, err := filepath.EvalSymlinks(name)
		if err != nil {
			return fmt.Errorf("find the file to repair: %w", err)
		}
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("look at the file to repair: %w", err)
		}
		// It is replaced by another file, for which its own mode does not count.
		if info.Mode().Perm()&0o222 == 0 {
			return fmt.Errorf("%s is read-only; make it writable, or see the changes with --diff", shown(name))
		}
		paths[i] = path
	}
	for i, name := range names {
		if err := replace(paths[i], f.texts[name]); err != nil {
			return fmt.Errorf("write the repaired file: %w", err)
		}
	}
	return nil
}

// chosen are the repairs that are to be applied: those of one file, each whole.
func (f *fixer) chosen(findings []annotations.Finding) []annotations.Fix {
	var fixes []annotations.Fix
	for _, finding := range findings {
		if fix, ok := choose(finding, f.codes); ok {
			fixes = append(fixes, fix)
		}
	}
	return fixes
}

// choose returns the repair of a finding that is to be applied. Without codes it
// is the only one, if it takes no decision from the author.
func choose(f annotations.Finding, codes []annotations.Code) (annotations.Fix, bool) {
	switch {
	case len(f.Fixes) == 0 || !inOneFile(f.Fixes[0]):
		return annotations.Fix{}, false
	case len(codes) > 0:
		return f.Fixes[0], slices.Contains(codes, f.Code)
	}
	return f.Fixes[0], len(f.Fixes) == 1 && leavesMeaning(f.Code)
}

// inOneFile reports whether a repair has edits, all in one file.
func inOneFile(fix annotations.Fix) bool {
	return len(fix.Edits) > 0 && !slices.ContainsFunc(fix.Edits, func(e annotations.Edit) bool {
		return e.Span.File != fix.Edits[0].Span.File
	})
}

// leavesMeaning reports whether the repair of such a finding leaves what the
// program does as it is: there is no program yet, because it is an error, or the
// repair takes away what has no effect.
func leavesMeaning(code annotations.Code) bool {
	return code.Severity() == annotations.SeverityError && !incomplete[code] || withoutEffect[code]
}

// incomplete are the errors where something else may just as well be missing as
// what their repair takes away be too much.
var incomplete = map[annotations.Code]bool{annotations.CodeShorthandWithoutTasks: true}

// withoutEffect are the warnings and hints about something that has no effect,
// which their repair takes away.
var withoutEffect = map[annotations.Code]bool{
	annotations.CodeAlwaysTrue:      true,
	annotations.CodeConstantLeaf:    true,
	annotations.CodeRetryWithoutUse: true,
}
