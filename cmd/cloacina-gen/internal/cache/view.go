package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// View is one look at the file system: each file and directory is read once, and
// stays for this View as it was then. Its methods may be called at once.
type View struct {
	// Begun is when the View was made.
	Begun time.Time

	mu    sync.Mutex
	files map[string]*file
	dirs  map[string]*listing
}

// file is a file as it was when it was first looked at.
type file struct {
	once    sync.Once
	content []byte
	err     error
	sumOnce sync.Once
	sum     string
	head    sync.Once
	headSum string
}

// listing is a directory as it was when it was first looked at.
type listing struct {
	once    sync.Once
	entries []fs.DirEntry
	err     error
}

// NewView returns a View of the file system as it will be found from now on.
func NewView() *View {
	return &View{Begun: time.Now(), files: map[string]*file{}, dirs: map[string]*listing{}}
}

func (v *View) file(path string) *file {
	v.mu.Lock()
	f := v.files[path]
	if f == nil {
		f = &file{}
		v.files[path] = f
	}
	v.mu.Unlock()
	f.once.Do(func() { f.content, f.err = readFile(path) })
	return f
}

// Put makes the View show a text for the content of a file that it has not read.
func (v *View) Put(path string, text []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f := &file{content: text}
	f.once.Do(func() {})
	v.files[path] = f
}

// ReadFile returns the content of a file, which must not be changed.
func (v *View) ReadFile(path string) ([]byte, error) {
	f := v.file(path)
	return f.content, f.err
}

// ReadDir returns the entries of a directory, sorted by name; they must not be
// changed.
func (v *View) ReadDir(path string) ([]fs.DirEntry, error) {
	v.mu.Lock()
	l := v.dirs[path]
	if l == nil {
		l = &listing{}
		v.dirs[path] = l
	}
	v.mu.Unlock()
	l.once.Do(func() { l.entries, l.err = os.ReadDir(path) })
	return l.entries, l.err
}

// errNoFile says that something has no content that could be read as a whole.
var errNoFile = errors.New("not a regular file")

// readFile is os.ReadFile, but does not wait for who writes to a named pipe.
func readFile(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errNoFile}
	}
	text := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	_, err = text.ReadFrom(f)
	return text.Bytes(), err
}

// sum returns a sum over the content of a file.
func (v *View) sum(path string) string {
	f := v.file(path)
	f.sumOnce.Do(func() { f.sum = sumOf(f.content, f.err) })
	return f.sum
}

// headSum returns a sum over what the go command reads of a Go file to list it.
func (v *View) headSum(path string) string {
	f := v.file(path)
	f.head.Do(func() {
		if f.err != nil {
			f.headSum = sumOf(nil, f.err)
		} else {
			f.headSum = sumOf(head(f.content), nil)
		}
	})
	return f.headSum
}

// listSum returns a sum over those names in a directory that mean something to
// the go command: .go files, modules, and directories that may be packages.
func (v *View) listSum(path string) string { return v.listSumWith(path) }

// listSumWith is listSum as it is with further files, which may exist.
func (v *View) listSumWith(path string, further ...string) string {
	entries, err := v.ReadDir(path)
	if err != nil {
		return sumOf(nil, err)
	}
	var lines []string
	for _, e := range entries {
		if meaningful(e) {
			lines = append(lines, e.Name()+"\x00"+e.Type().String())
		}
	}
	for _, name := range further {
		lines = append(lines, name+"\x00"+fs.FileMode(0).String())
	}
	slices.Sort(lines)
	return sumOf([]byte(strings.Join(slices.Compact(lines), "\x00")), nil)
}

// meaningful reports whether the go command cares for a name in a directory.
func meaningful(e fs.DirEntry) bool {
	if e.IsDir() {
		return !ignored(e.Name())
	}
	return strings.HasSuffix(e.Name(), ".go") || e.Name() == "go.mod"
}

// ignored reports whether the go command looks into no directory of the name.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata"
}

// missing is the sum of what does not exist.
const missing = "missing"

// sumOf returns a sum, or a word for what cannot be read.
func sumOf(content []byte, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return missing
	case err != nil:
		return "unreadable"
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:16])
}

// each calls do for the numbers below n, several at once.
func each(n int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 8, n) {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				do(int(i - 1))
			}
		})
	}
	all.Wait()
}
