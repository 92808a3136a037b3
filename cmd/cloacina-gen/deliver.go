package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
)

// validateOutput refuses a --output that names nothing, or a file that the go
// command reads: a slip must not cost a source file.
func validateOutput(cmd *cobra.Command, name string) error {
	if name == "" {
		if cmd.Flags().Changed("output") {
			return errors.New("--output needs the name of a file")
		}
		return nil
	}
	base := filepath.Base(name)
	if filepath.Ext(base) == ".go" || slices.Contains([]string{"go.mod", "go.sum", "go.work", "go.work.sum"}, base) {
		return fmt.Errorf("--output %s would write over what belongs to the Go module; give the file another name",
			name)
	}
	return nil
}

// deliver prints a text, or writes it to a file that is named. A file that is as
// it should be is not touched.
func (s *session) deliver(text, output string) error {
	if output != "" {
		return s.writeOutput(output, []byte(text))
	}
	if _, err := io.WriteString(s.stdout, text); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

// writeOutput writes the file that --output names, if that changes it.
func (s *session) writeOutput(name string, content []byte) error {
	path := s.absolute(name)
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("--output %s: %w", name, cause(err))
	case !info.Mode().IsRegular():
		return fmt.Errorf("--output %s: this is no plain file; give another name", name)
	default:
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
			return nil
		}
	}
	if err := replace(path, content); err != nil {
		return fmt.Errorf("--output %s: %w", name, cause(err))
	}
	return nil
}

// cause is an error without the name of the file, which may be one that only stands
// for it while it is written.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// absolute is a path that was named where the command runs.
func (s *session) absolute(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.dir, path)
}

// relative is a path as it is shown.
func (s *session) relative(path string) string {
	if rel, err := filepath.Rel(s.dir, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}
