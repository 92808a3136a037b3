package check

import (
	"go/ast"
	"go/build"
	"go/build/constraint"
	"io"
	"path/filepath"
	"strings"
)

// ConstrainedBy says what can keep a file out of a build of its package, such as
// "file name suffix _linux"; empty if nothing can. The file is parsed with its
// comments.
func ConstrainedBy(name string, file *ast.File) string {
	if suffix := systemSuffix(filepath.Base(name)); suffix != "" {
		return "file name suffix " + suffix
	}
	if expr := buildConstraint(file); expr != "" {
		return "build constraint " + expr
	}
	for _, spec := range file.Imports {
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

// buildConstraint returns the expression of the file's build constraint. Go still
// reads the old form, // +build, where a blank line follows.
func buildConstraint(file *ast.File) string {
	old := ""
	for _, group := range file.Comments {
		if group.Pos() > file.Package {
			break
		}
		for _, c := range group.List {
			_, expr, _ := strings.Cut(c.Text, "build")
			switch {
			case constraint.IsGoBuild(c.Text):
				return strings.TrimSpace(expr)
			case constraint.IsPlusBuild(c.Text) && group != file.Doc && old == "":
				old = strings.TrimSpace(expr)
			}
		}
	}
	return old
}
