package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// Key is what an answer is stored under.
type Key [16]byte

// NewKey returns the key of some words. Other words, and the same words cut in
// other places, have another one.
func NewKey(words ...string) Key {
	h := sha256.New()
	for _, w := range words {
		fmt.Fprintf(h, "%d:%s", len(w), w)
	}
	return Key(h.Sum(nil)[:len(Key{})])
}

// Origin describes who asks: this program and the go command that it would run,
// each by its file, and the variables of the environment that either obeys. It is
// false if one of the files cannot be found.
func Origin(env []string) ([]string, bool) {
	self, err := os.Executable()
	if err != nil {
		return nil, false
	}
	words, ok := program(self)
	if !ok {
		return nil, false
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		words = append(words, info.String())
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		return nil, false
	}
	goCommand, ok := program(tool)
	if !ok {
		return nil, false
	}
	return slices.Concat(words, goCommand, relevant(env)), true
}

// program describes the file of a program: where and how large it is, when it was
// written, and the id that the Go linker gave it.
func program(path string) ([]string, bool) {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, false
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, false
	}
	return []string{path, fmt.Sprint(info.Size(), info.ModTime().UnixNano()), buildID(f)}, true
}

// buildID returns the id that the Go linker writes near the beginning of a
// program, which is a sum over all that it was made from; empty if there is none.
func buildID(r io.Reader) string {
	start := make([]byte, 32<<10)
	n, _ := io.ReadFull(r, start) // what cannot be read holds no id
	start = start[:n]
	if id := noteID(start); id != "" {
		return id
	}
	// Where programs have no notes, the text begins with it.
	_, rest, _ := bytes.Cut(start, []byte("\xff Go build ID: \""))
	id, _, _ := bytes.Cut(rest, []byte("\"\n \xff"))
	return string(id)
}

// noteID returns the build id of an ELF file: a note called Go of type 4, whose
// length stands before the type.
func noteID(start []byte) string {
	for _, order := range []interface {
		binary.ByteOrder
		binary.AppendByteOrder
	}{binary.LittleEndian, binary.BigEndian} {
		head := order.AppendUint32(nil, 4)
		i := bytes.Index(start, append(head, "Go\x00\x00"...))
		if i < 4 {
			continue
		}
		length, desc := order.Uint32(start[i-4:]), start[i+8:]
		if uint64(length) <= uint64(len(desc)) {
			return string(desc[:length])
		}
	}
	return ""
}

// relevant returns the variables that the go command or the tool obeys, sorted.
// Those that go generate sets for each line of a file mean nothing to either.
func relevant(env []string) []string {
	var list []string
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		switch {
		case name == "GOFILE" || name == "GOLINE" || name == "GOPACKAGE":
		case strings.HasPrefix(name, "GO"), strings.HasPrefix(name, "CGO_"), strings.HasPrefix(name, "PKG_CONFIG"),
			slices.Contains(furtherVariables, name):
			list = append(list, v)
		}
	}
	slices.Sort(list)
	return list
}

// furtherVariables are those without a prefix of Go's: compilers for cgo, and where the
// go command finds its settings and its own cache.
var furtherVariables = []string{
	"CC", "CXX", "FC", "AR", "LD",
	"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "LocalAppData",
}
