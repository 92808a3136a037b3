package cloacinatest

import (
	"bytes"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// stack is what the runtime prints of one goroutine: a line about the goroutine,
// and two for each function, the innermost first.
type stack string

// ownStack is that of the calling goroutine, or the beginning of it.
func ownStack() stack {
	buf := make([]byte, 256)
	return stack(buf[:runtime.Stack(buf, false)])
}

// allStacks are those of all goroutines.
func allStacks() []stack {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	var stacks []stack
	for s := range bytes.SplitSeq(buf, []byte("\n\n")) {
		stacks = append(stacks, stack(s))
	}
	return stacks
}

var header = regexp.MustCompile(`^goroutine (\d+)[^\[]*\[([^\],]*).*?(synctest bubble \d+)?\]:`)

func (s stack) header(part int) string {
	if m := header.FindStringSubmatch(string(s)); m != nil {
		return m[part]
	}
	return ""
}

// id is the number of the goroutine.
func (s stack) id() string { return s.header(1) }

// state is what the goroutine waits for.
func (s stack) state() string { return strings.TrimSuffix(s.header(2), " (durable)") }

// bubble is the bubble that the goroutine is in.
func (s stack) bubble() string { return s.header(3) }

// in reports whether the goroutine is in a bubble; nothing is in no bubble.
func (s stack) in(bubble string) bool { return bubble != "" && s.bubble() == bubble }

const (
	ours    = "github.com/cloacina-go/cloacina/runtime."
	oursToo = "github.com/cloacina-go/cloacina/runtime/cloacinatest."
	// mostFrames bounds what is shown of a stack.
	mostFrames = 10
)

var frame = regexp.MustCompile(`(?m)^(\S.*)\(.*\)\n\t(.*?:\d+)( \+0x[0-9a-f]+)?$`)

// frames are the functions that the goroutine is in and their lines, up to the
// first one of the runner or this package; engine reports whether there is one.
func (s stack) frames() (frames [][2]string, engine bool) {
	for _, m := range frame.FindAllStringSubmatch(string(s), -1) {
		if strings.HasPrefix(m[1], ours) || strings.HasPrefix(m[1], oursToo) {
			return frames, true
		}
		frames = append(frames, [2]string{m[1], m[2]})
	}
	return frames, false
}

// foreign reports whether the goroutine executes anything but the runner, this
// package and the bubble.
func (s stack) foreign() bool {
	if strings.Contains(string(s), "testing/synctest.Test") {
		return false
	}
	frames, engine := s.frames()
	return !engine || slices.ContainsFunc(frames, func(f [2]string) bool { return !standard(f[0], f[1]) })
}

// library is the directory of the standard library; empty in a binary without paths.
var library = func() string {
	f := runtime.FuncForPC(reflect.ValueOf(strings.ToUpper).Pointer())
	file, _ := f.FileLine(f.Entry())
	return strings.TrimSuffix(filepath.ToSlash(file), "strings/strings.go")
}()

// standard reports whether a function is one of the standard library, whose
// import paths have no dot in their first element.
func standard(name, file string) bool {
	if library != "" {
		return strings.HasPrefix(filepath.ToSlash(file), library)
	}
	first, _, found := strings.Cut(name, "/")
	return !found || !strings.Contains(first, ".")
}

// indented is what the goroutine does, as far as it is not the runner's, one
// function a line.
func (s stack) indented(indent string) string {
	var b strings.Builder
	b.WriteString("\n" + indent + s.state())
	frames, _ := s.frames()
	for i, f := range frames {
		if i == mostFrames {
			b.WriteString("\n" + indent + "...")
			break
		}
		b.WriteString("\n" + indent + path.Base(f[0]) + " (" + filepath.Base(f[1]) + ")")
	}
	return b.String()
}
