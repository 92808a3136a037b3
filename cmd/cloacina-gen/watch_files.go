package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/fsnotify/fsnotify"
)

// relevant reports whether an event can change what is generated. Directories
// cannot be told from files once they are gone, so that what has no extension
// counts always. The tool's own output counts only if it is wrong, which is seen later.
func relevant(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod {
		return false
	}
	name := filepath.Base(e.Name)
	switch {
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "_"):
		return false
	case name == "go.mod", name == "go.sum", name == "go.work", name == "go.work.sum":
		return true
	}
	ext := filepath.Ext(name)
	return ext == ".go" || ext == "" || e.Has(fsnotify.Create) && isDir(e.Name)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// follow watches every directory that the last round has looked at, and no other.
// While that is not known, it adds those that the patterns name.
func (w *watch) follow(s *session) error {
	wanted := []string{s.dir}
	if w.rests != nil {
		wanted = append(wanted, w.rests.Dirs()...)
	} else {
		wanted = append(append(wanted, load.Directories(s.dir, s.patterns)...), w.notify.WatchList()...)
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	for _, dir := range w.notify.WatchList() {
		if _, found := slices.BinarySearch(wanted, dir); !found {
			_ = w.notify.Remove(dir) // its watch may have gone with the directory
		}
	}
	for _, dir := range wanted {
		if err := w.notify.Add(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("watch %s: %w; name fewer packages, or raise the limit of the system", dir, err)
		}
	}
	return nil
}
