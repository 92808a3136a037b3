package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// scheme may stand in front of a path.
const scheme = "sqlite://"

// realPath returns the absolute path of the file itself, links resolved, so
// that two names of one file lead to one lock. The file need not exist.
func realPath(path string) (string, error) {
	path = strings.TrimPrefix(path, scheme)
	if path == "" || path == ":memory:" || strings.HasPrefix(path, "file:") {
		return "", errors.New("the path of a file is needed, such as runs.db")
	}
	if strings.ContainsRune(path, 0) {
		return "", errors.New("the path holds a NUL byte")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	const maxLinks = 40
	for range maxLinks {
		real, err := filepath.EvalSymlinks(path)
		if err == nil {
			return real, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		target, err := os.Readlink(path)
		if err != nil { // no link, so the file itself is missing
			return missingFile(path)
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return "", fmt.Errorf("more than %d links", maxLinks)
}

// missingFile resolves the directory of a file that does not exist.
func missingFile(path string) (string, error) {
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", fmt.Errorf("%w; create the directory first", err)
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

// create makes an empty file that only its owner can read. SQLite gives the
// files beside it the same permissions. A file that exists is left alone.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return checkSize(path)
	case err != nil:
		return err
	}
	return f.Close()
}

// checkSize refuses a file that is too short for a database. SQLite would take
// it for an empty one and write over it, which is right only if a journal says
// that the file was being made when the power failed.
func checkSize(path string) error {
	const smallest = 512 // the smallest page
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("%w: it is a directory", ErrNotDatabase)
	}
	if info.Size() == 0 || info.Size() >= smallest {
		return nil
	}
	if _, err := os.Stat(path + "-journal"); err == nil {
		return nil
	}
	return fmt.Errorf("%w: it has %d bytes", ErrNotDatabase, info.Size())
}

// dsn returns the name under which the driver opens the file; an empty vfs is
// the system's. Parameters are pairs of name and value.
func dsn(path, vfs string, parameters ...string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") { // a drive letter
		slashed = "/" + slashed
	}
	query := url.Values{
		"_busy_timeout": {strconv.Itoa(busyTimeout)},
		"_defensive":    {"1"},
		"_dqs":          {"0"},
		"_error_rc":     {"1"},
		"_pragma":       {"trusted_schema(0)"},
	}
	if vfs != "" {
		query.Set("vfs", vfs)
	}
	for i := 0; i < len(parameters); i += 2 {
		if parameters[i] != "_pragma" { // of which there are several
			query.Del(parameters[i])
		}
		query.Add(parameters[i], parameters[i+1])
	}
	return "file:" + (&url.URL{Path: slashed}).EscapedPath() + "?" + query.Encode()
}
