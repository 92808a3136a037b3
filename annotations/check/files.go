package check

import (
	"go/ast"
	"go/parser"
	"go/token"

	"github.com/cloacina-go/cloacina/annotations"
)

// excluded reports the annotations of files that are no part of the build.
func (c *checker) excluded() {
	for _, file := range c.src.Excluded {
		if isTest(file.Name) != c.src.Test {
			continue
		}
		fset := token.NewFileSet()
		tree, _ := parser.ParseFile(fset, file.Name, file.Src, parser.ParseComments|parser.SkipObjectResolution)
		if tree == nil {
			continue
		}
		source, findings := annotations.ParseFile(fset, tree, file.Src)
		c.leftOut(file.Name, tree, source, findings, file.Reason)
	}
}

// leftOut reports a file whose annotations are not read, because it is not part
// of every build of the package. It does so in the same words whether it is part
// of this one or not, and returns false if the file may take part.
func (c *checker) leftOut(
	name string, tree *ast.File, source *annotations.Source, findings []annotations.Finding, reason string,
) bool {
	at, annotated := firstAnnotation(source, findings)
	constraint := ConstrainedBy(name, tree)
	if !annotated || constraint == "" && reason == "" {
		return false
	}
	c.lost = c.lost || constraint != ""
	if constraint == "" {
		c.report(nil, found(annotations.CodeExcludedFile, at,
			"the annotations of this file have no effect, because %s; move them to a file of package %s",
			reason, c.src.Types.Name()))
		return true
	}
	c.report(nil, found(annotations.CodeExcludedFile, at,
		"this file is not part of every build (%s), but the generated file is; move its annotations to a file "+
			"without a constraint",
		constraint))
	return true
}

// firstAnnotation returns the place of the first annotation of a file.
func firstAnnotation(source *annotations.Source, findings []annotations.Finding) (annotations.Span, bool) {
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
