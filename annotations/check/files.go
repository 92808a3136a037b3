package check

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// excluded reports the annotations of files that are no part of the build.
func (c *checker) excluded() {
	for _, file := range c.src.Excluded {
		if isTest(file.Name) != c.src.Test {
			continue
		}
		at, ok := firstDirective(file)
		if !ok {
			continue
		}
		c.report(nil, found(annotations.CodeExcludedFile, at,
			"this file is left out of the build (%s), and its annotations with it; move them to a file without "+
				"constraints",
			file.Reason))
	}
}

// firstDirective returns the place of the first annotation of a file that the
// build leaves out; the file's name span if it cannot be parsed.
func firstDirective(file ExcludedFile) (annotations.Span, bool) {
	fset := token.NewFileSet()
	tree, _ := parser.ParseFile(fset, file.Name, file.Src, parser.ParseComments|parser.SkipObjectResolution)
	if tree == nil {
		return annotations.Span{}, false
	}
	source, findings := annotations.ParseFile(fset, tree, file.Src)
	var all []annotations.Span
	for _, w := range source.Workflows {
		all = append(all, w.Span)
	}
	for _, t := range source.Tasks {
		all = append(all, t.Span)
	}
	for _, f := range findings {
		all = append(all, f.Span)
	}
	if len(all) == 0 {
		return annotations.Span{}, false
	}
	first := all[0]
	for _, s := range all[1:] {
		if compareSpans(s, first) < 0 {
			first = s
		}
	}
	return first, true
}

// checkFile reports a file with annotations that is not part of every build.
func (c *checker) checkFile(file *ast.File, name string, source *annotations.Source) {
	if at, text, ok := c.buildConstraint(file); ok {
		c.reportConstrained(at, source, "the build constraint "+text)
	}
	if suffix := platformSuffix(name); suffix != "" {
		at := c.node(file.Name)
		c.reportConstrained(at, source, "the suffix _"+suffix+" of its name")
	}
	for _, spec := range file.Imports {
		if spec.Path.Value == `"C"` {
			c.reportConstrained(c.node(spec.Path), source, "cgo")
		}
	}
}

func (c *checker) reportConstrained(at annotations.Span, source *annotations.Source, why string) {
	f := found(annotations.CodeExcludedFile, at,
		"this file has annotations, but %s can leave it out of a build; the generated file is part of every build, "+
			"so "+
			"move the annotations to a file without",
		why)
	switch {
	case len(source.Tasks) > 0:
		f.Related = []annotations.Related{related(source.Tasks[0].Span, "the file's first task is annotated here")}
	case len(source.Workflows) > 0:
		f.Related = []annotations.Related{related(source.Workflows[0].Span, "the workflow is annotated here")}
	}
	c.report(nil, f)
}

// buildConstraint returns the file's //go:build line.
func (c *checker) buildConstraint(file *ast.File) (annotations.Span, string, bool) {
	for _, group := range file.Comments {
		if group.Pos() > file.Package {
			break
		}
		for _, comment := range group.List {
			if constraint.IsGoBuild(comment.Text) {
				text := strings.TrimSpace(strings.TrimPrefix(comment.Text, "//go:build"))
				return c.span(comment.Pos(), comment.Pos()+token.Pos(len(comment.Text))), text, true
			}
		}
	}
	return annotations.Span{}, "", false
}

// platformSuffix returns the part of a file name that restricts the file to an
// operating system or architecture, such as "linux" or "windows_arm64".
func platformSuffix(name string) string {
	base := strings.TrimSuffix(filepath.Base(name), ".go")
	base = strings.TrimSuffix(base, "_test")
	_, rest, ok := strings.Cut(base, "_")
	if !ok {
		return ""
	}
	parts := strings.Split(rest, "_")
	last := parts[len(parts)-1]
	if len(parts) > 1 && systems[parts[len(parts)-2]] && architectures[last] {
		return parts[len(parts)-2] + "_" + last
	}
	if systems[last] || architectures[last] {
		return last
	}
	return ""
}

// systems and architectures are those that go/build knows, also the ones that
// Go no longer builds for: it still reads their suffixes.
var (
	systems = words(
		"aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 " +
			"windows " +
			"zos")

	architectures = words("386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le " +
		"mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm")
)

func words(list string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}
