package load

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/cache"
)

// directory is the text of a directory's .go files that matters here.
type directory struct {
	path string
	// mentions are the files, of any build constraint, whose text could hold
	// a directive; sorted by name. Ours are not among them.
	mentions []string
	// texts are the contents of the files that were read, by path.
	texts map[string][]byte
	// own are the names of the files of ours that exist; a symbolic link is
	// not one.
	own []string
	// taken are the files of our names that somebody else wrote.
	taken []string
}

// scanDirectory reads every .go file of a directory, whatever its constraints.
// Files that start with "." or "_", which go ignores, are left out.
func scanDirectory(view *cache.View, path string) (*directory, error) {
	entries, err := view.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("read the package directory: %w", err)
	}
	d := &directory{path: path, texts: map[string][]byte{}}
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".go") || strings.ContainsAny(e.Name()[:1], "._") {
			continue
		}
		if err := d.scanFile(view, e.Name(), e.Type()); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *directory) scanFile(view *cache.View, name string, mode fs.FileMode) error {
	file := filepath.Join(d.path, name)
	if !isFile(file, mode) {
		return nil // go ignores broken links, links to directories and devices, too
	}
	src, err := view.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read a file of the package: %w", err)
	}
	d.texts[file] = src
	switch {
	case ours(name, src):
		d.own = append(d.own, name)
	case name == FileName || name == TestFileName:
		d.taken = append(d.taken, name)
		fallthrough
	default:
		if suspicious(src) {
			d.mentions = append(d.mentions, file)
		}
	}
	return nil
}

// gone reports whether a file of one of our names does not exist. What the go
// command has said of the directory is remembered whether it exists or not.
func (d *directory) gone(name string) bool {
	_, found := d.texts[filepath.Join(d.path, name)]
	return !found && (name == FileName || name == TestFileName)
}

// isFile reports whether a file of the given type is one that can be read as a
// whole, or a link to one. Reading a named pipe would not end.
func isFile(path string, mode fs.FileMode) bool {
	if mode&fs.ModeSymlink == 0 {
		return mode.IsRegular()
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

var tool = []byte("cloacina")

// suspicious reports whether the text could hold a directive or a near miss of
// one: it mentions one, or its second word stands behind a colon or behind the
// tool's name. Only parsing tells whether it does.
func suspicious(src []byte) bool {
	rest := bytes.ToLower(src)
	if bytes.Contains(rest, []byte(":task")) || bytes.Contains(rest, []byte(":workflow")) {
		return true
	}
	for {
		i := bytes.Index(rest, tool)
		if i < 0 {
			return false
		}
		rest = rest[i+len(tool):]
		word := bytes.TrimLeft(rest, " \t:.;/=-_")
		if bytes.HasPrefix(word, []byte("task")) || bytes.HasPrefix(word, []byte("workflow")) || colonNext(rest) {
			return true
		}
	}
}

// mentionsDirective reports whether the text holds the tool's name in any case,
// then blanks, then a colon.
func mentionsDirective(src []byte) bool {
	rest := bytes.ToLower(src)
	for {
		i := bytes.Index(rest, tool)
		if i < 0 {
			return false
		}
		rest = rest[i+len(tool):]
		if colonNext(rest) {
			return true
		}
	}
}

func colonNext(text []byte) bool {
	text = bytes.TrimLeft(text, " \t")
	return len(text) > 0 && text[0] == ':'
}
