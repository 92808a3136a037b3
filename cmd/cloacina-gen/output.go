package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
)

// newFileMode is the mode of a generated file that did not exist, before umask.
const newFileMode = 0o644

// read returns the content of a generated file; nil if it does not exist. What
// is no plain file is refused, so that nothing is ever written through a link.
func read(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at the generated file: %w", err)
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return nil, fmt.Errorf("%s is a symbolic link, which is not followed; remove it", path)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file but the generated code belongs there; move it away", path)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the generated file: %w", err)
	}
	if content == nil {
		content = []byte{}
	}
	return content, nil
}

// write brings a file to what it should be. It touches it only if it changes.
func write(o load.Output) error {
	old, err := read(o.Path)
	if err != nil {
		return err
	}
	switch {
	case o.Content == nil && old == nil:
		return nil
	case o.Content == nil:
		if err := os.Remove(o.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the generated file that nothing needs any more: %w", err)
		}
		return nil
	case old != nil && bytes.Equal(old, o.Content):
		return nil
	}
	if err := replace(o.Path, o.Content); err != nil {
		return fmt.Errorf("write the generated file: %w", err)
	}
	return nil
}

// replace writes a file under another name and then renames it, so that nobody
// ever sees a part of it. An existing file keeps its mode.
func replace(path string, content []byte) (err error) {
	// go ignores names with a leading dot.
	temporary := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%016x", filepath.Base(path), rand.Uint64()))
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, newFileMode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temporary))
		}
	}()
	_, err = f.Write(content)
	if info, statErr := os.Lstat(path); statErr == nil && err == nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
