package load

import (
	"bytes"
	"go/build"
	"go/build/constraint"
	"io"
	"path/filepath"
	"strings"
)

// constrainedBy says what can keep a file out of a build of its package; empty
// if nothing can.
func constrainedBy(f *file) string {
	if suffix := systemSuffix(filepath.Base(f.name)); suffix != "" {
		return "file name suffix " + suffix
	}
	if line := buildConstraint(f.src); line != "" {
		return "build constraint " + line
	}
	for _, spec := range f.ast.Imports {
		if spec.Path.Value == `"C"` {
			return `import of "C"`
		}
	}
	return ""
}

// nowhere is a build context of no system: a file name that it does not match
// has a suffix that names one.
var nowhere = build.Context{
	GOOS: "nowhere", GOARCH: "nowhere", Compiler: "gc", CgoEnabled: true,
	OpenFile: func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("package p\n")), nil
	},
}

// systemSuffix returns the part of a file name that limits it to a system, such
// as "_linux" or "_windows_amd64".
func systemSuffix(name string) string {
	stem := strings.TrimSuffix(strings.TrimSuffix(name, ".go"), "_test")
	matches := func(stem string) bool {
		// The only error is one of reading, and nothing is read.
		ok, err := nowhere.MatchFile("", stem+".go")
		return ok && err == nil
	}
	if matches(stem) {
		return ""
	}
	rest := stem
	for !matches(rest) {
		i := strings.LastIndex(rest, "_")
		if i < 0 {
			break
		}
		rest = rest[:i]
	}
	return stem[len(rest):]
}

// buildConstraint returns the expression of the file's build constraint.
func buildConstraint(src []byte) string {
	for line := range bytes.Lines(src) {
		text := strings.TrimSpace(string(line))
		switch {
		case constraint.IsGoBuild(text), constraint.IsPlusBuild(text):
			_, expr, _ := strings.Cut(text, "build")
			return strings.TrimSpace(expr)
		case strings.HasPrefix(text, "package "):
			return ""
		}
	}
	return ""
}
