package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/starter"
)

// vacant returns the files that can be written: those that do not exist. What is
// to be said about those that are kept comes with them. Go files are never kept,
// because those of a project belong together.
func (p *place) vacant(files []starter.File) (vacant []starter.File, kept []string, err error) {
	entries, err := os.ReadDir(p.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("look at the directory: %w", err)
	}
	there := map[string]bool{}
	var others []string
	for _, e := range entries {
		there[e.Name()] = true
		if strings.HasSuffix(e.Name(), ".go") {
			others = append(others, e.Name())
		}
	}
	if len(others) > 0 {
		return nil, nil, fmt.Errorf("%s has Go files already, and they are left as they are: %s; "+
			"give the project a directory of its own: cloacina-gen init forecast", p.shown(), list(others))
	}
	for _, f := range files {
		if !there[f.Name] {
			vacant = append(vacant, f)
			continue
		}
		if note := missingLines(filepath.Join(p.dir, f.Name), f); note != "" {
			kept = append(kept, note)
		}
	}
	return vacant, kept, nil
}

// list is a list of names, not too long for one line.
func list(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// missingLines says which lines of f an existing file should get; empty if it
// has all of them.
func missingLines(path string, f starter.File) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Sprintf("%s is there already and was left as it is.", f.Name)
	}
	var missing []string
	has := bytes.Split(text, []byte("\n"))
	for line := range strings.Lines(string(f.Content)) {
		line = strings.TrimSpace(line)
		if !slices.ContainsFunc(has, func(b []byte) bool { return string(bytes.TrimSpace(b)) == line }) {
			missing = append(missing, line)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("%s is there already and was left as it is. Add to it:\n    %s",
		f.Name, strings.Join(missing, "\n    "))
}

// writeProject writes new files into a directory that is made if need be. If it
// cannot write all it takes back what it has done.
func writeProject(dir string, files []starter.File) (err error) {
	var done []string
	defer func() {
		if err == nil {
			return
		}
		var left []error
		for _, path := range slices.Backward(done) {
			left = append(left, os.Remove(path))
		}
		if failed := errors.Join(left...); failed != nil {
			err = errors.Join(err, failed)
			return
		}
		err = fmt.Errorf("%w; nothing was left behind", err)
	}()
	if done, err = makeDirectory(dir); err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		// Whatever exists by now stays: nobody saw it when the files were chosen.
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, newFileMode)
		if err != nil {
			return err
		}
		done = append(done, path)
		_, err = file.Write(f.Content)
		if err = errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// makeDirectory makes a directory with its parents and returns those that did
// not exist, also if it fails.
func makeDirectory(dir string) (made []string, err error) {
	var missing []string
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); err == nil || filepath.Dir(d) == d {
			break
		}
		missing = append(missing, d)
	}
	for _, d := range slices.Backward(missing) {
		if err := os.Mkdir(d, 0o777); err != nil {
			return made, err
		}
		made = append(made, d)
	}
	return made, nil
}
