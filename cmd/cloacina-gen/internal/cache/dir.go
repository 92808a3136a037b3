package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	// maxEntries and maxBytes bound a directory; the entries that were not
	// written for the longest time go first.
	maxEntries = 512
	maxBytes   = 64 << 20
	// maxEntry is the largest entry; what would be larger is not remembered.
	maxEntry = maxBytes / 4
	// abandoned is the age at which a half-written file is taken for one
	// whose process has died.
	abandoned = time.Hour
)

// Dir is a directory of remembered answers. Any number of processes may use it
// at once. The zero Dir remembers nothing.
type Dir struct {
	// Path is the directory; it is created when it is first needed.
	Path string
}

// UserDir returns the directory below the user's cache directory that the tool
// uses by default; the zero Dir if there is none.
func UserDir() Dir {
	base, err := os.UserCacheDir()
	if err != nil {
		return Dir{}
	}
	return Dir{Path: filepath.Join(base, "cloacina-gen")}
}

// Get returns what was stored under a key. What cannot be read, or is not
// exactly as it was stored, does not exist.
func (d Dir) Get(k Key) ([]byte, bool) {
	if d.Path == "" {
		return nil, false
	}
	content, err := os.ReadFile(d.file(k))
	if err != nil || len(content) < sha256.Size {
		return nil, false
	}
	sum, data := content[:sha256.Size], content[sha256.Size:]
	if want := sha256.Sum256(data); !bytes.Equal(sum, want[:]) {
		return nil, false
	}
	return data, true
}

// Put stores an answer. An error says why it is not remembered, which harms
// nobody.
func (d Dir) Put(k Key, data []byte) error {
	if d.Path == "" {
		return nil
	}
	if len(data) > maxEntry {
		return fmt.Errorf("an entry of %d bytes is not remembered; the most is %d", len(data), maxEntry)
	}
	if err := os.MkdirAll(d.Path, 0o700); err != nil {
		return fmt.Errorf("create the cache: %w", err)
	}
	sum := sha256.Sum256(data)
	if err := d.replace(d.file(k), slices.Concat(sum[:], data)); err != nil {
		return fmt.Errorf("write to the cache: %w", err)
	}
	return d.trim(time.Now())
}

func (d Dir) file(k Key) string { return filepath.Join(d.Path, hex.EncodeToString(k[:])) }

// replace writes a file under another name and then renames it, so that nobody
// ever reads a part of it.
func (d Dir) replace(path string, content []byte) error {
	temporary := fmt.Sprintf("%s.%016x", path, rand.Uint64())
	err := os.WriteFile(temporary, content, 0o600)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(err, ignoreMissing(os.Remove(temporary)))
	}
	return nil
}

// trim removes the oldest entries until the directory is within its bounds, and
// what dead processes left half-written. Files that are not of the cache stay.
func (d Dir) trim(now time.Time) error {
	entries, err := os.ReadDir(d.Path)
	if err != nil {
		return fmt.Errorf("look at the cache: %w", err)
	}
	var kept []fs.FileInfo
	var errs []error
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue // somebody else has removed it
		}
		switch name, rest, temporary := cutName(e.Name()); {
		case !isKey(name) || temporary && !isTail(rest):
		case !temporary:
			kept = append(kept, info)
		case now.Sub(info.ModTime()) > abandoned:
			errs = append(errs, d.remove(e.Name()))
		}
	}
	slices.SortFunc(kept, func(a, b fs.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	var size int64
	for i, info := range kept {
		if size += info.Size(); i >= maxEntries || size > maxBytes {
			errs = append(errs, d.remove(info.Name()))
		}
	}
	return errors.Join(errs...)
}

func cutName(file string) (name, rest string, temporary bool) {
	if len(file) <= 2*len(Key{}) {
		return file, "", false
	}
	return file[:2*len(Key{})], file[2*len(Key{}):], true
}

func isKey(name string) bool {
	k, err := hex.DecodeString(name)
	return err == nil && len(k) == len(Key{})
}

func isTail(rest string) bool {
	random, err := hex.DecodeString(rest[1:])
	return rest[0] == '.' && err == nil && len(random) == 8
}

func (d Dir) remove(name string) error {
	return ignoreMissing(os.Remove(filepath.Join(d.Path, name)))
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
