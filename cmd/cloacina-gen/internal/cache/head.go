package cache

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// head returns what decides about how the go command lists a Go file: its build
// constraints, its package name and its imports. Everything of a file counts if
// that cannot be read, and if the file uses cgo, whose directives are comments.
func head(src []byte) []byte {
	tree, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ImportsOnly|parser.ParseComments)
	if err != nil || tree.Name == nil {
		return src
	}
	var parts, imports []string
	for _, group := range tree.Comments {
		if group.Pos() < tree.Package {
			parts = append(parts, constraints(group)...)
		}
	}
	for _, spec := range tree.Imports {
		if spec.Path.Value == `"C"` {
			return src
		}
		imports = append(imports, spec.Path.Value)
	}
	slices.Sort(imports)
	parts = append(parts, "package "+tree.Name.Name)
	return []byte(strings.Join(append(parts, imports...), "\n"))
}

// constraints returns the lines of a comment that may be build constraints.
func constraints(group *ast.CommentGroup) []string {
	var list []string
	for _, c := range group.List {
		if strings.HasPrefix(c.Text, "//go:build") || strings.Contains(c.Text, "+build") {
			list = append(list, c.Text)
		}
	}
	return list
}
